#include "optim/files/save.hpp"

#include <clocale>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "autodiff/tree/arithmetic.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/by_name.hpp"
#include "optim/protocol/any_transformation.hpp"
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
  CHECK(read_file() ==
        "grove tree 2\nweight double 2 1 1 1\nlist list 2\nlist[0] double 1\nlist[1] double 2\n"
        "checksum 61dc2cf528ec7774\n");
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
  write_file("grove tree 1\n" + text.substr(13, 51));
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

TEST_CASE("a flipped bit anywhere is an error") {
  const Zoo saved = zoo();
  optim::save(file, saved);
  const std::string text = read_file();
  std::size_t read = 0;
  for (std::size_t k = 0; k < text.size(); ++k) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[k] = static_cast<char>(changed[k] ^ (1 << bit));
      Zoo loaded{};
      try {
        loaded = optim::detail::loaded_tree(file, changed, loaded);
        ++read;
      } catch (const DataError&) {
      }
    }
  }
  CHECK(read == 0);
  for (std::size_t length = 0; length < text.size(); ++length)
    CHECK_THROWS_AS(optim::detail::loaded_tree(file, text.substr(0, length), Zoo{}), DataError);
  std::remove(file.c_str());
}

namespace {

/// What load says of the first version's entries, which have no checksum.
template <class T>
std::string error_of(const std::string& entries, const T& t = {}) {
  try {
    optim::detail::loaded_tree("f", "grove tree 1\n" + entries, t);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

struct Number {
  double x;
};
struct Single {
  float x;
};
struct Flag {
  bool x;
};
struct Choice {
  Colour x;
};
struct Byte {
  std::uint8_t x;
};
struct List {
  std::vector<double> l;
};
struct Table {
  Eigen::MatrixXd m;
};
struct Weights {
  Eigen::VectorXd w;
};
struct Fixed {
  Eigen::Matrix<double, 2, Eigen::Dynamic> m;
};
struct Named {
  std::map<std::string, double> m;
};

}  // namespace

TEST_CASE("counts are held against the file before anything is allocated (load-wrong-counts)") {
  CHECK(error_of<List>("l list 1000000000000000000\n") ==
        "load: f:2: the file does not hold 1000000000000000000 of them");
  CHECK(error_of<List>("l list -1\n") == "load: f:2: '-1' is no number of this kind");
  CHECK(error_of<List>("l list 99999999999999999999\n") ==
        "load: f:2: '99999999999999999999' is no number of this kind");
  CHECK(error_of<Table>("m double 10000000000 10000000000 1\n") ==
        "load: f:2: the file does not hold 10000000000 of them");
  CHECK(error_of<Table>("m double -1 2\n") == "load: f:2: the file does not hold -1 of them");
  CHECK(error_of<Table>("m double 3 3 1 2\n") == "load: f:2: the file does not hold 3×3 numbers");
  CHECK(error_of<Weights>("w double 2 3 1 2 3 4 5 6\n") == "load: f:2: w is 2×3 in the file and 0×1 in the tree");
  CHECK(error_of<Fixed>("m double 3 1 1 2 3\n") == "load: f:2: m is 3×1 in the file and 2×0 in the tree");
  CHECK(error_of<Fixed>("m double 2 1 1 2\n") == "");
  CHECK(error_of<Named>("m map 1000000 m text 1 a\n") == "load: f:2: the file does not hold 1000000 of them");
  CHECK(error_of<Named>("m map 2 m text 1 a\nm text 1 a\nm[\"a\"] double 1\n") ==
        "load: f:3: m has a key twice in the file");
}

TEST_CASE("only what save writes is read") {
  for (const char* none : {"0x10", "1e999", "1e", "", "+1", "1,5", " 1", "1 2", "oops", "infinity1"}) {
    INFO(none);
    CHECK(error_of<Number>("x double " + std::string(none) + "\n") != "");
  }
  CHECK(error_of<Number>("x double 1e999\n") == "load: f:2: '1e999' is no number of this kind");
  CHECK(error_of<Number>("x double 1 2\n") == "load: f:2: the entry goes on, but its values end here");
  CHECK(error_of<Number>("x double 1\nx double 1\n") == "load: f:3: the file goes on, but the tree ends here");
  CHECK(error_of<Table>("m double 1 2 1\n2\n") == "load: f:2: the entry has fewer values than it should");
  CHECK(error_of<Single>("x float 1e39\n") == "load: f:2: '1e39' is no number of this kind");
  CHECK(error_of<Flag>("x integer 7\n") == "load: f:2: 7 is neither 0 nor 1");
  CHECK(error_of<Choice>("x integer 7\n") == "load: f:2: 7 is no value of this enumeration");
  CHECK(error_of<Choice>("x integer 1000\n") == "load: f:2: 1000 is no value of this enumeration");
  CHECK(error_of<Choice>("x integer 1\n") == "");
  CHECK(error_of<Byte>("x integer 256\n") == "load: f:2: '256' is no number of this kind");
  CHECK(error_of<Number>("x double nan\n") == "");
  CHECK(error_of<Number>("x double -inf\n") == "");
}

TEST_CASE("what has no text is refused, not left out") {
  const auto refused = [](const auto& t) {
    std::string message = "saved";
    try {
      optim::save(file, t);
    } catch (const DataError& error) {
      message = error.what();
    }
    return message;
  };
  struct WithFunction {
    double x;
    std::function<double()> f;
  };
  CHECK(refused(WithFunction{1, [] { return 1.0; }}) ==
        "save: f: a function or a pointer has no text; save the tree without it");
  CHECK(refused(WithFunction{1, {}}) == "saved");
  struct WithEngine {
    double x;
    std::mt19937 engine;
  };
  CHECK(refused(WithEngine{}) == "save: engine: a value of this type has no text; save the tree without it");
  CHECK(refused(Choice{static_cast<Colour>(9)}) ==
        "save: x: 9 is no enumerator between -128 and 255, and load could not check it");
  struct Bits {
    double x;
    std::vector<bool> b;
  };
  CHECK(refused(Bits{1, {true, false, true}}) == "saved");
  Bits bits{};
  optim::load(file, bits);
  CHECK(bits.b == std::vector<bool>{true, false, true});
  std::remove(file.c_str());
}

TEST_CASE("the state behind any_transformation and by_name is saved (save-any-state)") {
  using P = Eigen::VectorXd;
  const auto check = [](const auto& optimizer) {
    const auto go_on = [&](auto& state, P& params, int steps) {
      for (int k = 0; k < steps; ++k) {
        auto [updates, next] = optimizer.update(P(2 * params), std::move(state), params);
        params = optim::apply_updates(std::move(params), updates);
        state = std::move(next);
      }
    };
    P whole = P::LinSpaced(3, 1, 2);
    auto state = optimizer.init(whole);
    go_on(state, whole, 10);
    optim::save(file, state);
    P resumed = whole;
    auto loaded = optimizer.init(resumed);
    optim::load(file, loaded);
    go_on(state, whole, 10);
    go_on(loaded, resumed, 10);
    CHECK(whole == resumed);
    return state;
  };
  check(optim::chain(optim::any_transformation<P>(optim::adam(0.1)), optim::scale(1.0)));
  check(optim::chain(optim::any_transformation<P>(optim::any_transformation<P>(optim::adam(0.1))), optim::scale(1.0)));
  check(optim::chain(optim::by_name("rmsprop", {{"learning_rate", 0.1}, {"momentum", 0.9}}), optim::scale(1.0)));

  // The state of another transformation is another tree.
  const auto other = optim::chain(optim::any_transformation<P>(optim::scale(0.1)), optim::scale(1.0));
  auto state = other.init(P::Ones(3));
  CHECK_THROWS_AS(optim::load(file, state), DataError);
  std::remove(file.c_str());
}

TEST_CASE("numbers are the same in every locale") {
  const char* const before = std::setlocale(LC_ALL, nullptr);
  const std::string old = before;
  bool found = false;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"})
    found = found || std::setlocale(LC_ALL, name) != nullptr;
  optim::save(file, Number{0.5});
  CHECK(read_file().find("x double 0.5\n") != std::string::npos);
  Number loaded{};
  optim::load(file, loaded);
  CHECK(loaded.x == 0.5);
  std::setlocale(LC_ALL, old.c_str());
  std::remove(file.c_str());
}

#if __has_include(<unistd.h>) && __has_include(<sys/wait.h>)
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("grove_save_test_" + std::to_string(::getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
  std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); }
};

}  // namespace

TEST_CASE("a saved file keeps its mode, a link stays one, and nothing else is left (save-durability)") {
  const Folder folder;
  optim::save(folder / "f.txt", Number{1});
  fs::permissions(folder / "f.txt", fs::perms::owner_read | fs::perms::owner_write);
  optim::save(folder / "f.txt", Number{2});
  CHECK(fs::status(folder / "f.txt").permissions() == (fs::perms::owner_read | fs::perms::owner_write));

  fs::create_symlink("f.txt", folder / "link");
  optim::save(folder / "link", Number{3});
  CHECK(fs::is_symlink(folder / "link"));
  Number loaded{};
  optim::load(folder / "f.txt", loaded);
  CHECK(loaded.x == 3);
  fs::create_symlink("new.txt", folder / "dangling");
  optim::save(folder / "dangling", Number{4});
  CHECK(fs::is_symlink(folder / "dangling"));
  CHECK(fs::is_regular_file(folder / "new.txt"));

  // A file that others put in the way is not followed.
  std::ofstream(folder / "victim") << "kept";
  fs::create_symlink("victim", folder / "f.txt.part");
  optim::save(folder / "f.txt", Number{5});
  CHECK(fs::file_size(folder / "victim") == 4);
  CHECK(folder.entries() == 6);

  fs::create_directories(folder / "folder");
  CHECK_THROWS_WITH(optim::save(folder / "folder", Number{1}),
                    "save: " + (folder / "folder") + ": the file cannot be written: it is no regular file");
  CHECK_THROWS_AS(optim::load(folder / "folder", loaded), DataError);
  CHECK_THROWS_WITH(optim::save(folder / "none/f.txt", Number{1}),
                    "save: " + (folder / "none/f.txt") + ": the file cannot be written: No such file or directory");
  CHECK_THROWS_AS(optim::save("", Number{1}), DataError);
  CHECK(folder.entries() == 7);
}

TEST_CASE("savers at the same time each end with a whole file") {
  const Folder folder;
  const std::string shared = folder / "f.txt";
  std::vector<pid_t> children;
  for (int who = 0; who < 4; ++who) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        for (int k = 0; k < 50; ++k) optim::save(shared, Weights{Eigen::VectorXd::Constant(200, who)});
      } catch (...) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  Weights loaded;
  optim::load(shared, loaded);
  CHECK(loaded.w == Eigen::VectorXd::Constant(200, loaded.w[0]));
  CHECK(folder.entries() == 1);
}

TEST_CASE("who is killed while saving leaves what was there or what was to be there") {
  const Folder folder;
  const std::string victim = folder / "f.txt";
  optim::save(victim, Weights{Eigen::VectorXd::Constant(5000, -1)});
  for (int k = 0; k < 60; ++k) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int round = 0;; ++round) optim::save(victim, Weights{Eigen::VectorXd::Constant(5000, round)});
    }
    ::usleep(static_cast<unsigned>(300 + 137 * k));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    Weights loaded;
    optim::load(victim, loaded);
    REQUIRE(loaded.w == Eigen::VectorXd::Constant(5000, loaded.w[0]));
  }
}
#endif

TEST_CASE("the state of every optimizer there is comes back whole") {
  using P = std::pair<Eigen::MatrixXd, Eigen::VectorXd>;
  const P params{Eigen::MatrixXd::Constant(2, 3, 0.5), Eigen::VectorXd::LinSpaced(2, 1, 2)};
  const auto check = [&](const std::string& name, const auto& optimizer) {
    INFO(name);
    auto state = optimizer.init(params);
    const std::string text = optim::detail::saved_text(std::tuple(state));
    auto loaded = optim::detail::loaded_tree(name, text, std::tuple(optimizer.init(params)));
    CHECK(optim::detail::saved_text(loaded) == text);
  };
  const std::set<std::string> without_rate{"bfgs", "gauss_newton", "lbfgs", "lbfgsb", "newton", "trust_region_newton"};
  for (const std::string& name : optim::optimizer_names()) {
    if (name == "polyak_sgd" || name == "noisy_sgd") continue;  // these need more than a rate
    check(name,
          without_rate.count(name) != 0 ? optim::by_name(name, {}) : optim::by_name(name, {{"learning_rate", 0.1}}));
  }
  check("noisy_sgd", optim::by_name("noisy_sgd", {{"learning_rate", 0.1}, {"key", 3}}));
}
