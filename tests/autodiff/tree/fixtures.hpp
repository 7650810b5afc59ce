// Trees that the tests share.
#pragma once

#include <Eigen/Core>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace fixtures {

template <class T = double>
struct Line {
  Eigen::Matrix<T, Eigen::Dynamic, 1> weight;
  T bias;
};

struct Layer {
  Eigen::MatrixXd weight;
  Eigen::VectorXd bias;
  std::string activation = "tanh";
};

struct Net {
  std::vector<Layer> layers;
  double scale = 1;
  int degree = 3;
};

/// Every kind of node, every kind of leaf, and things that are carried along.
struct Zoo {
  enum class Color { red, green };

  double number;
  float single;
  Eigen::MatrixXd matrix;
  Eigen::Matrix3f fixed;
  Eigen::ArrayXd array;
  Eigen::RowVectorXd row;
  std::vector<Line<>> lines;
  std::array<Eigen::Vector2d, 2> pair_of_vectors;
  double c_array[2];
  std::tuple<double, Eigen::VectorXd> tuple;
  std::pair<double, int> pair;
  std::map<std::string, Eigen::VectorXd> map;
  std::optional<Eigen::VectorXd> set;
  std::optional<Eigen::VectorXd> empty;
  int count;
  bool flag;
  Color color;
  std::string name;
  Eigen::VectorXi indices;
  std::vector<int> sizes;
};

inline Zoo make_zoo() {
  Zoo zoo{};
  zoo.number = 1.5;
  zoo.single = 2.5F;
  zoo.matrix = (Eigen::MatrixXd(2, 3) << 1, 2, 3, 4, 5, 6).finished();
  zoo.fixed.setConstant(7);
  zoo.array = Eigen::ArrayXd::LinSpaced(4, 1, 4);
  zoo.row = Eigen::RowVectorXd::Constant(2, -1);
  zoo.lines = {{Eigen::VectorXd::Ones(2), 1}, {Eigen::VectorXd::Constant(3, 2), 2}};
  zoo.pair_of_vectors = {Eigen::Vector2d(1, 2), Eigen::Vector2d(3, 4)};
  zoo.c_array[0] = 8;
  zoo.c_array[1] = 9;
  zoo.tuple = {0.25, Eigen::VectorXd::Constant(1, 0.5)};
  zoo.pair = {0.75, 4};
  zoo.map = {{"a", Eigen::VectorXd::Ones(1)}, {"b", Eigen::VectorXd::Ones(2)}};
  zoo.set = Eigen::VectorXd::Constant(2, 3);
  zoo.count = 5;
  zoo.flag = true;
  zoo.color = Zoo::Color::green;
  zoo.name = "zoo";
  zoo.indices = Eigen::Vector2i(6, 7);
  zoo.sizes = {1, 2, 3};
  return zoo;
}

inline Net make_net() {
  return {{{Eigen::MatrixXd::Constant(2, 3, 0.5), Eigen::VectorXd::Ones(2)},
           {Eigen::MatrixXd::Constant(1, 2, -0.5), Eigen::VectorXd::Zero(1)}},
          2,
          3};
}

}  // namespace fixtures
