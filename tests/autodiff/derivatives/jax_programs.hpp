// Random programs that JAX was asked about: tests/golden/make_jax_programs.py wrote them and recorded JAX's answers.
#pragma once

#include <Eigen/Dense>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove::test::jax_programs {

template <class T = double>
struct Inputs {
  grove::Vector<T> x, y;  ///< of 3
  grove::Matrix<T> a, b;  ///< 3×3 and 3×4
  T s;
};

/// The constants that programs use.
struct Constants {
  Eigen::MatrixXd shift = 4 * Eigen::MatrixXd::Identity(3, 3);
  Eigen::MatrixXd ladder = Eigen::Vector3d(0, 3, 7).asDiagonal();
  Eigen::MatrixXd data = (Eigen::MatrixXd(3, 3) << 0.7, -1.1, 0.4, 1.3, 0.2, -0.6, -0.5, 0.9, 1.6).finished();
};
inline const Constants constants;

/// A program for each kind of number, so that the derivatives are compiled once for all programs.
struct Program {
  using D = Dual<double, 1>;
  const char* name;
  double (*plain)(const Inputs<>&);
  Var<double> (*recorded)(const Inputs<Var<double>>&);
  Var<D> (*second)(const Inputs<Var<D>>&);  ///< null if only its gradient was recorded

  double operator()(const Inputs<>& p) const { return plain(p); }
  Var<double> operator()(const Inputs<Var<double>>& p) const { return recorded(p); }
  Var<D> operator()(const Inputs<Var<D>>& p) const { return second(p); }
};

/// A list of programs; each is added by its name and its lambda.
class Programs {
 public:
  /// Value and gradient are compared.
  template <class F>
  void first_order(const char* name, F) {
    programs_.push_back({name, [](const Inputs<>& p) -> double { return F{}(p); },
                         [](const Inputs<Var<double>>& p) -> Var<double> { return F{}(p); }, nullptr});
  }
  /// And a product with the Hessian.
  template <class F>
  void second_order(const char* name, F f) {
    first_order(name, f);
    programs_.back().second = [](const Inputs<Var<Program::D>>& p) -> Var<Program::D> { return F{}(p); };
  }

  /// What differs from JAX, a line for each program; empty if nothing.
  std::string wrong() const;

 private:
  std::vector<Program> programs_;
};

}  // namespace grove::test::jax_programs
