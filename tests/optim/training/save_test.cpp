#include "optim/training/save.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

#include "autodiff/tree/arithmetic.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/protocol/step.hpp"
#include "tests/catch.hpp"

using namespace grove;

namespace {

const std::string file = "grove_save_test.txt";

enum class Colour { red, blue };

struct Zoo {
  double number;
  float single;
  Eigen::MatrixXd matrix;
  Eigen::Vector2f fixed;
  std::vector<Eigen::VectorXd> list;
  std::map<std::string, double> map;
  std::optional<double> set, none;
  std::array<double, 2> pair;
  int count;
  std::uint64_t key;
  bool on;
  Colour colour;
  std::string text;
  tree::Static<double> fixed_number;
  Eigen::Vector2i indices;
};

Zoo zoo() {
  return {0.1,
          0.1f,
          Eigen::MatrixXd::Random(2, 3) / 3,
          {1, -2},
          {Eigen::VectorXd::Random(1), Eigen::VectorXd::Random(3)},
          {{"a b\n\"c\"", 5e-324}, {"z", -0.0}},
          std::numeric_limits<double>::infinity(),
          {},
          {1e308, -1.0 / 3},
          -7,
          ~std::uint64_t{0},
          true,
          Colour::blue,
          "two words\nand a line",
          {2.5},
          {3, -4}};
}

std::string read_file() {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_file(const std::string& text) { std::ofstream(file) << text; }

template <class T>
std::string load_error(T t) {
  const T before = t;
  std::string message = "nothing thrown";
  try {
    optim::load(file, t);
  } catch (const DataError& error) {
    message = error.what();
  }
  CHECK(tree::equal(t, before));
  return message;
}

}  // namespace

TEST_CASE("what save writes, load reads to the last bit") {
  const Zoo saved = zoo();
  optim::save(file, saved);
  Zoo loaded{};
  optim::load(file, loaded);
  CHECK(tree::equal(saved, loaded));
  CHECK(std::signbit(loaded.map.at("z")));
  CHECK(loaded.count == -7);
  CHECK(loaded.key == ~std::uint64_t{0});
  CHECK(loaded.on);
  CHECK(loaded.colour == Colour::blue);
  CHECK(loaded.text == saved.text);
  CHECK(loaded.fixed_number.value == 2.5);
  CHECK(loaded.indices == Eigen::Vector2i(3, -4));
  Zoo with_none = saved;
  with_none.none = 3;
  optim::load(file, with_none);
  CHECK_FALSE(with_none.none.has_value());
  std::remove(file.c_str());
}

TEST_CASE("a run that is interrupted goes on as if it were not") {
  struct Line {
    Eigen::VectorXd weight;
    double bias;
  };
  const auto optimizer = optim::adam(0.1);
  const auto go_on = [&](auto& state, Line& params, int steps) {
    for (int k = 0; k < steps; ++k) {
      const Line grads{(params.weight.array() - 1.0 / 3).matrix(), std::sin(params.bias)};
      auto [updates, next] = optimizer.update(grads, std::move(state), params);
      params = optim::apply_updates(std::move(params), updates);
      state = std::move(next);
    }
  };
  const Line start{Eigen::VectorXd::LinSpaced(3, -1, 2), 0.7};
  Line whole = start, halves = start;
  auto state = optimizer.init(start);
  go_on(state, whole, 100);
  auto first = optimizer.init(start);
  go_on(first, halves, 50);
  optim::save(file, std::pair(halves, first));
  std::pair resumed(start, optimizer.init(start));
  optim::load(file, resumed);
  go_on(resumed.second, resumed.first, 50);
  CHECK(tree::equal(resumed.first, whole));
  std::remove(file.c_str());
}

TEST_CASE("a file that does not fit is an error with its line, and changes nothing") {
  struct Two {
    Eigen::VectorXd weight;
    std::vector<double> list;
  };
  const Two two{Eigen::VectorXd::Ones(2), {1, 2}};
  optim::save(file, two);
  CHECK(read_file() == "grove tree 1\nweight double 2 1 1 1\nlist list 2\nlist[0] double 1\nlist[1] double 2\n");
  CHECK(load_error(Two{Eigen::VectorXd::Ones(3), {1, 2}}) ==
        "load: grove_save_test.txt:2: weight is 2×1 in the file and 3×1 in the tree");
  CHECK(load_error(Two{Eigen::VectorXd::Ones(2), {1}}) ==
        "load: grove_save_test.txt:4: list has 2 elements in the file and 1 in the tree");
  struct Other {
    Eigen::VectorXd bias;
  };
  CHECK(load_error(Other{Eigen::VectorXd::Ones(2)}) ==
        "load: grove_save_test.txt:2: 'bias double' was expected, but here is 'weight double 2 1 1 1'");
  struct Part {
    Eigen::VectorXd weight;
  };
  CHECK(load_error(Part{Eigen::VectorXd::Ones(2)}) ==
        "load: grove_save_test.txt:3: the file goes on, but the tree ends here");
  const std::string text = read_file();
  write_file(text.substr(0, text.size() - 17));
  CHECK(load_error(two) == "load: grove_save_test.txt:5: 'list[1] double' was expected, but the file ends");
  write_file("grove tree 1\nweight double 2 1 1 oops\n");
  CHECK(load_error(two) == "load: grove_save_test.txt:2: 'oops' is no number of this kind");
  write_file("weight double 2 1 1 1\n");
  CHECK(load_error(two) == "load: grove_save_test.txt:1: this is no tree saved by this version of grove");
  std::remove(file.c_str());
  CHECK(load_error(two) == "load: grove_save_test.txt: the file cannot be opened: No such file or directory");
  CHECK_THROWS_WITH(optim::save("no/such/folder.txt", two),
                    "save: no/such/folder.txt: the file cannot be written: No such file or directory");
}
