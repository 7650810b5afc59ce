#include "autodiff/tree/path.hpp"

#include <sstream>

#include "autodiff/tree/map.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

namespace tree = grove::tree;

namespace {

template <class T>
std::vector<std::string> paths(const T& t) {
  std::vector<std::string> list;
  tree::for_each_with_path([&](const tree::Path& path, const auto&) { list.push_back(path.string()); }, t);
  return list;
}

tree::Path weight_of_layer(std::size_t i) {
  tree::Path path;
  path.push_name("layers");
  path.push_index(i);
  path.push_name("weight");
  return path;
}

struct InNamespace {
  double under_score;
  Eigen::Matrix<double, 2, 2> CamelCase;
  double x1;
};

template <class T>
struct Outer {
  fixtures::Line<T> line;
  struct Inner {
    T value;
  } inner;
};

}  // namespace

TEST_CASE("a path reads as a user would write it") {
  CHECK(weight_of_layer(1).string() == "layers[1].weight");
  CHECK(paths(fixtures::make_net()) ==
        std::vector<std::string>{"layers[0].weight", "layers[0].bias", "layers[1].weight", "layers[1].bias", "scale"});
  CHECK(paths(fixtures::make_zoo()) == std::vector<std::string>{"number",
                                                                "single",
                                                                "matrix",
                                                                "fixed",
                                                                "array",
                                                                "row",
                                                                "lines[0].weight",
                                                                "lines[0].bias",
                                                                "lines[1].weight",
                                                                "lines[1].bias",
                                                                "pair_of_vectors[0]",
                                                                "pair_of_vectors[1]",
                                                                "c_array[0]",
                                                                "c_array[1]",
                                                                "tuple[0]",
                                                                "tuple[1]",
                                                                "pair[0]",
                                                                "map[\"a\"]",
                                                                "map[\"b\"]",
                                                                "set"});
}

TEST_CASE("members have names in templates, local classes and unnamed namespaces") {
  struct Local {
    Eigen::VectorXd in_function;
    std::optional<Eigen::MatrixXd> maybe;
  };
  CHECK(paths(fixtures::Line<float>{}) == std::vector<std::string>{"weight", "bias"});
  CHECK(paths(InNamespace{}) == std::vector<std::string>{"under_score", "CamelCase", "x1"});
  CHECK(paths(Outer<double>{}) == std::vector<std::string>{"line.weight", "line.bias", "inner.value"});
  CHECK(paths(Local{{}, Eigen::MatrixXd(1, 1)}) == std::vector<std::string>{"in_function", "maybe"});
}

TEST_CASE("the path of a leaf alone is empty, and of a tuple or a map begins with brackets") {
  CHECK(paths(1.0) == std::vector<std::string>{""});
  CHECK(paths(std::tuple<double, fixtures::Line<>>{}) == std::vector<std::string>{"[0]", "[1].weight", "[1].bias"});
  CHECK(paths(std::map<std::string, double>{{"x", 1}}) == std::vector<std::string>{"[\"x\"]"});
  CHECK(paths(std::map<int, double>{{-3, 1}}) == std::vector<std::string>{"[-3]"});
}

TEST_CASE("quotes and backslashes in keys are escaped") {
  CHECK(paths(std::map<std::string, double>{{"a\"b\\c", 1}}) == std::vector<std::string>{"[\"a\\\"b\\\\c\"]"});
}

TEST_CASE("questions about a path compare whole steps") {
  const tree::Path path = weight_of_layer(1);
  CHECK(path.size() == 3);
  CHECK(path.ends_with("weight"));
  CHECK(path.ends_with("[1].weight"));
  CHECK(path.ends_with("layers[1].weight"));
  CHECK_FALSE(path.ends_with("eight"));
  CHECK_FALSE(path.ends_with("layers[1]"));
  CHECK(path.starts_with("layers"));
  CHECK(path.starts_with("layers[1]"));
  CHECK_FALSE(path.starts_with("layer"));
  CHECK_FALSE(path.starts_with("weight"));
  CHECK(path.contains("layers"));
  CHECK(path.contains("[1]"));
  CHECK(path.contains("layers[1]"));
  CHECK(path.contains("[1].weight"));
  CHECK_FALSE(path.contains("1"));
  CHECK_FALSE(path.contains("wei"));
  CHECK_FALSE(path.ends_with("wei"));
  CHECK_FALSE(path.starts_with("layers[1].wei"));
  CHECK_FALSE(path.contains("bias"));
  CHECK(path.contains(""));
  CHECK_FALSE(weight_of_layer(11).contains("[1]"));
}

TEST_CASE("a map key is a step, with or without its decoration") {
  tree::Path path;
  path.push_key("hidden");
  path.push_name("bias");
  CHECK(path.starts_with("hidden"));
  CHECK(path.starts_with("[\"hidden\"]"));
  CHECK(path.contains("hidden"));
  CHECK_FALSE(path.ends_with("hidden"));
  path.pop();
  CHECK(path.ends_with("hidden"));
}

TEST_CASE("paths can be compared, printed and formatted") {
  CHECK(weight_of_layer(1) == weight_of_layer(1));
  CHECK_FALSE(weight_of_layer(1) == weight_of_layer(2));
  CHECK(weight_of_layer(1) == "layers[1].weight");
  std::ostringstream out;
  out << weight_of_layer(0);
  CHECK(out.str() == "layers[0].weight");
  CHECK(fmt::format("{:>18}|", weight_of_layer(0)) == "  layers[0].weight|");
  CHECK(tree::Path{}.empty());
}
