#include "optim/files/npz.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "autodiff/tree/to_string.hpp"
#include "optim/optimizers/adam.hpp"
#include "tests/catch.hpp"

using namespace grove;
using optim::load_npz, optim::save_npz;

namespace {

const std::string file = "grove_npz_test.npz";

std::string bytes_of(const std::string& name) { return optim::detail::read_file("test", name); }

enum class Colour { red, blue = 4 };

struct Layer {
  Eigen::VectorXf bias;
};
/// As tests/golden/make_numpy.py has it, and what is carried along without a number.
struct Params {
  Eigen::MatrixXd weight;
  std::array<Layer, 2> layers;
  std::vector<double> scales;
  std::map<std::string, double> groups{{"ä", 0}};
  int count = 0;
  bool on = false;
  std::optional<double> none;
  std::string name = "kept";
};
using Rows = Eigen::Matrix<float, 2, 2, Eigen::RowMajor>;
struct Odd {
  Colour colour = Colour::red;
  std::vector<bool> bits;
  tree::Static<double> fixed;
  std::uint64_t key = 0;
  std::optional<double> set;
  Rows rows;
};

/// What load_npz says of bytes, or "" if it reads them.
template <class T>
std::string said(const std::string& bytes, T t) {
  try {
    optim::detail::npz_tree("f.npz", bytes, t);
    return "";
  } catch (const DataError& e) {
    return e.what();
  }
}

void check_numpy_params(const Params& p) {
  CHECK(p.weight == Eigen::MatrixXd({{-0.5, -0.25, 0}, {0.25, 0.5, 0.75}}));
  CHECK(p.layers[0].bias == Eigen::Vector2f(0.1f, -2.5f));
  CHECK(p.layers[1].bias.size() == 1);
  CHECK(p.scales.at(0) == 1.5);
  CHECK(std::isnan(p.scales.at(1)));
  CHECK(p.scales.at(2) == -std::numeric_limits<double>::infinity());
  CHECK(p.groups.at("ä") == 0.1);
  CHECK(p.count == -7);
  CHECK(p.on);
  CHECK(p.name == "kept");
}

}  // namespace

TEST_CASE("params go to NumPy's archives and come back") {
  Params p;
  load_npz("../golden/numpy/params.npz", p);
  check_numpy_params(p);

  save_npz(file, p);
  Params again;
  load_npz(file, again);
  check_numpy_params(again);
  // Equal trees make equal files. NumPy reads this one: its check sum is what make_numpy.py was tried with.
  CHECK(optim::detail::npz_bytes(file, again) == bytes_of(file));
  std::filesystem::remove(file);
}

TEST_CASE("what a tree carries along is kept as numbers") {
  const Odd odd{Colour::blue, {true, false, true}, {2.5}, ~std::uint64_t{0}, 1.5, Rows{{1, 2}, {3, 4}}};
  Odd read;
  read.set = 0;
  read = optim::detail::npz_tree("f", optim::detail::npz_bytes("f", odd), read);
  CHECK(read.colour == Colour::blue);
  CHECK(read.bits == odd.bits);
  CHECK(read.fixed.value == 2.5);
  CHECK(read.key == odd.key);
  CHECK(read.set == 1.5);
  CHECK(read.rows == odd.rows);
  auto red = optim::detail::npz_bytes("f", std::pair(3, 0.0));
  CHECK_THAT(said(red, std::pair(Colour::red, 0.0)), Catch::Contains("[0]: 3 is no value of this enumeration"));
}

TEST_CASE("a tree that is one array, or none, and states of optimizers") {
  const std::string one = optim::detail::npz_bytes("f", Eigen::VectorXd(Eigen::Vector2d(1, 2)));
  CHECK(one.find("arr_0.npy") != std::string::npos);
  CHECK(optim::detail::npz_tree("f", one, Eigen::VectorXd{}) == Eigen::Vector2d(1, 2));
  const std::string none = optim::detail::npz_bytes("f", std::vector<Layer>{});
  CHECK(none.size() == 22);
  CHECK(said(none, std::vector<Layer>{}) == "");
  CHECK(said(none, 1.0) == "load_npz: f.npz: there is no array 'arr_0' in the file");

  const auto optimizer = optim::adam(0.1);
  auto state = optimizer.init(Eigen::VectorXd{{1, 2}});
  std::get<0>(state).mu << 3, 4;
  const auto read =
      optim::detail::npz_tree("f", optim::detail::npz_bytes("f", state), optimizer.init(Eigen::VectorXd{{1, 2}}));
  CHECK(tree::to_string(read) == tree::to_string(state));

  struct WithEngine {
    double x = 0;
    std::mt19937 engine = {};
  };
  CHECK_THROWS_WITH(optim::detail::npz_bytes("f", WithEngine{}),
                    "save_npz: f: engine: a value of this type is no array; keep it with save, or leave it out");
}

TEST_CASE("an archive holds no more arrays and no longer names than its format has places for") {
  struct Count {
    int n = 0;
  };
  const std::vector<Count> many(0xFFFE);
  CHECK(said(optim::detail::npz_bytes("f", many), many) == "");
  CHECK_THROWS_WITH(optim::detail::npz_bytes("f", std::vector<Count>(0xFFFF)),
                    Catch::Contains("an archive holds no more arrays, nor longer names"));
  CHECK_THROWS_WITH(optim::detail::npz_bytes("f", std::map<std::string, double>{{std::string(0xFFFF, 'a'), 1}}),
                    Catch::Contains("an archive holds no more arrays, nor longer names"));
}

TEST_CASE("an archive that does not fit names the path and both sides") {
  const std::string archive = bytes_of("../golden/numpy/params.npz");
  CHECK_THAT(said(bytes_of("../golden/numpy/compressed.npz"), Params{}),
             Catch::Contains(".npy: it is compressed; write the archive with numpy.savez"));
  Params p;
  p.weight.setZero(2, 2);
  CHECK(said(archive, p) == "load_npz: f.npz: weight: its shape is (2, 3) in the file and (2, 2) in memory");
  p.weight.resize(0, 0);
  p.groups["b"] = 1;
  CHECK(said(archive, p) ==
        "load_npz: f.npz: there is no array 'groups[\"b\"]' in the file; of those there are is left 'count', "
        "'groups[\"ä\"]', 'on'");
  CHECK(said(archive, Layer{}) ==
        "load_npz: f.npz: there is no array 'bias' in the file; of those there are is left 'count', 'groups[\"ä\"]', "
        "'layers[0].bias', 'layers[1].bias', 'on', 'scales', 'weight'");
  struct Less {
    double a = 1;
  };
  struct More {
    double a = 1, b = 2;
  };
  CHECK(said(optim::detail::npz_bytes("f", More{}), Less{}) ==
        "load_npz: f.npz: the file has what the tree has not: 'b'");
  CHECK(said("", 1.0) == "load_npz: f.npz: it is no archive of NumPy (.npz), which is a ZIP archive");
  CHECK(said(archive.substr(0, 100), 1.0) == "load_npz: f.npz: the archive was cut short");

  Params kept;
  CHECK_THROWS_AS(load_npz("../golden/numpy/compressed.npz", kept), DataError);
  CHECK(kept.count == 0);
}

TEST_CASE("a bit that is wrong anywhere is seen, or means nothing") {
  const std::string archive = optim::detail::npz_bytes("f", std::pair(0.5, Eigen::VectorXd(Eigen::Vector2d(1, 2))));
  const std::pair<double, Eigen::VectorXd> empty;
  for (std::size_t k = 0; k < archive.size(); ++k) {
    std::string changed = archive;
    changed[k] = static_cast<char>(changed[k] ^ 1);
    if (said(changed, empty).empty()) {
      const auto read = optim::detail::npz_tree("f", changed, empty);
      CHECK(read.first == 0.5);
      CHECK(read.second == Eigen::Vector2d(1, 2));
    }
    CHECK(said(archive.substr(0, k), empty) != "");
  }
}
