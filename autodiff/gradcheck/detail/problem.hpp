// A gradient check without templates: two functions of a flat vector, and which part of it is which leaf.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "columns.hpp"
#include "finite_difference.hpp"

namespace grove::detail::check {

struct FlatLeaf {
  std::string path;
  Eigen::Index offset = 0;
  Eigen::Index rows = 1;
  Eigen::Index cols = 1;
  bool scalar = false;
  bool single = false;  // entries are rounded to float

  Eigen::Index size() const { return rows * cols; }
  std::string label() const { return path.empty() ? "params" : path; }
  std::string index(Eigen::Index entry) const {
    if (scalar) return {};
    return cols == 1 ? fill("({})", {entry}) : fill("({},{})", {entry % rows, entry / rows});
  }
};

struct FlatProblem {
  std::function<double(const Eigen::VectorXd&)> value;
  // The gradient, and the value that came with it (NaN where the gradient comes without one).
  struct Gradient {
    Eigen::VectorXd entries;
    double value = not_a_number;
    std::vector<FlatLeaf> leaves;  // its own shape, compared with that of the parameters
    bool same_type = true;         // as the parameters, so that the paths must agree as well
  };
  std::function<Gradient(const Eigen::VectorXd&)> gradient;
  std::vector<FlatLeaf> leaves;
  Eigen::VectorXd params;
  bool single_value = false;  // the value is computed in float
  std::string name = "gradcheck";
};

}  // namespace grove::detail::check
