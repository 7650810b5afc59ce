// Reads the reference trajectories of tests/golden and compares with them.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "optim/protocol/step.hpp"
#include "tests/catch.hpp"

namespace golden {

using Row = std::vector<double>;

/// The tree of all reference runs: a number, a vector and a matrix.
struct Tree {
  double a = 0;
  Eigen::VectorXd b = Eigen::VectorXd::Zero(3);
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(2, 3);
};

inline Tree to_tree(const Row& row) {
  Tree t;
  t.a = row[0];
  for (int i = 0; i < 3; ++i) t.b(i) = row[static_cast<std::size_t>(1 + i)];
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) t.w(i, j) = row[static_cast<std::size_t>(4 + 3 * i + j)];
  }
  return t;
}

inline Row to_row(const Tree& t) {
  Row row{t.a, t.b(0), t.b(1), t.b(2)};
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) row.push_back(t.w(i, j));
  }
  return row;
}

inline Row numbers(const std::string& line) {
  Row row;
  const char* c = line.c_str();
  char* end = nullptr;
  for (double x = std::strtod(c, &end); end != c; x = std::strtod(c, &end)) {
    row.push_back(x);
    c = end;
  }
  return row;
}

inline std::ifstream open(const std::string& file) {
  for (const std::string folder : {"../golden/", "tests/golden/"}) {
    std::ifstream in(folder + file);
    if (in) return in;
  }
  FAIL("no reference file " << file << "; the tests run in their source directory");
  return {};
}

/// The numbers of each case of a file of lines `case <name>`, each followed by a line of numbers.
inline std::map<std::string, Row> cases(const std::string& file) {
  std::map<std::string, Row> result;
  std::ifstream in = open(file);
  std::string line, name;
  while (std::getline(in, line)) {
    if (line.rfind("case ", 0) == 0) {
      name = line.substr(5);
    } else {
      result[name] = numbers(line);
    }
  }
  return result;
}

struct Sequence {
  Tree params;
  std::vector<Tree> grads;
  Row values;
};

inline const Sequence& sequence(const std::string& name) {
  static const auto all = [] {
    std::map<std::string, Sequence> result;
    std::ifstream in = open("sequences.txt");
    std::string line;
    Sequence* current = nullptr;
    bool first = false;
    while (std::getline(in, line)) {
      if (line.starts_with("sequence ")) {
        current = &result[line.substr(9)];
        first = true;
      } else if (first) {
        current->params = to_tree(numbers(line));
        first = false;
      } else {
        const Row row = numbers(line);
        current->grads.push_back(to_tree(row));
        current->values.push_back(row.back());
      }
    }
    return result;
  }();
  return all.at(name);
}

struct Run {
  std::map<int, Row> updates;
  Row params;
};

/// The runs of a case, by sequence.
inline std::map<std::string, Run> runs(const std::string& file, const std::string& name) {
  std::map<std::string, Run> result;
  std::ifstream in = open(file);
  std::string line;
  Run* current = nullptr;
  while (std::getline(in, line)) {
    if (line.starts_with("case ")) {
      std::istringstream words(line.substr(5));
      std::string found, of;
      words >> found >> of;
      current = found == name ? &result[of] : nullptr;
    } else if (current != nullptr && line.starts_with("params ")) {
      current->params = numbers(line.substr(7));
    } else if (current != nullptr) {
      const Row row = numbers(line);
      current->updates[static_cast<int>(row[0])] = Row(row.begin() + 1, row.end());
    }
  }
  REQUIRE_FALSE(result.empty());
  return result;
}

/// The largest error, relative to the largest number of the leaf; equal infinities and two NaNs agree.
inline double distance(const Row& got, const Row& want, double floor = 0) {
  if (got.size() != want.size()) return 1e300;
  double worst = 0;
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 1}, {1, 4}, {4, 10}}) {
    double scale = floor;
    for (std::size_t i = begin; i < end; ++i) {
      if (std::isfinite(want[i])) scale = std::max(scale, std::abs(want[i]));
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) continue;
      const double error = std::abs(got[i] - want[i]) / scale;
      worst = std::isfinite(error) ? std::max(worst, error) : 1e300;
    }
  }
  return worst;
}

/// Runs an optimizer or a transformation over all sequences of its case; the worst distance to the reference. With
/// `moving` the params follow the updates.
template <class T>
double worst_distance(const T& optimizer, const std::string& file, const std::string& name, bool moving,
                      double tolerance, double floor = 0) {
  double worst = 0;
  for (const auto& [of, run] : runs(file, name)) {
    const Sequence& input = sequence(of);
    Tree params = input.params;
    auto state = optimizer.init(params);
    const auto steps = static_cast<std::size_t>(run.updates.rbegin()->first);
    for (std::size_t k = 0; k < steps; ++k) {
      auto [updates, new_state] =
          optimizer.update(input.grads[k], std::move(state), params, grove::optim::with_value(input.values[k]));
      state = std::move(new_state);
      if (moving) params = grove::optim::apply_updates(std::move(params), updates);
      const auto recorded = run.updates.find(static_cast<int>(k) + 1);
      if (recorded == run.updates.end()) continue;
      const double error = distance(to_row(updates), recorded->second, floor);
      if (error > tolerance) WARN(name << ", " << of << ", step " << k + 1 << ": relative error " << error);
      worst = std::max(worst, error);
    }
    if (moving) worst = std::max(worst, distance(to_row(params), run.params, floor));
  }
  return worst;
}

/// Checks an alias against optimizers.txt.
template <class T>
void check_optimizer(const std::string& name, const T& optimizer, double tolerance = 1e-12) {
  INFO(name);
  CHECK(worst_distance(optimizer, "optimizers.txt", name, true, tolerance) <= tolerance);
}

/// Checks a transformation against transforms.txt.
template <class T>
void check_transform(const std::string& name, const T& transformation, double tolerance = 1e-12) {
  INFO(name);
  CHECK(worst_distance(transformation, "transforms.txt", name, false, tolerance) <= tolerance);
}

/// The numbers of a case of numerics.txt.
inline const Row& numeric_case(const std::string& name) {
  static const auto all = [] {
    std::map<std::string, Row> result;
    std::ifstream in = open("numerics.txt");
    std::string current, line;
    while (std::getline(in, line)) {
      if (line.rfind("case ", 0) == 0) {
        current = line.substr(5);
      } else {
        result[current] = numbers(line);
      }
    }
    return result;
  }();
  return all.at(name);
}

/// Numbers of a row from `first` on, as a matrix row by row.
inline Eigen::MatrixXd matrix_of(const Row& row, std::size_t first, Eigen::Index rows, Eigen::Index cols) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  REQUIRE(row.size() >= first + static_cast<std::size_t>(rows * cols));
  return Eigen::Map<const RowMajor>(row.data() + first, rows, cols);
}

}  // namespace golden
