// The table that every elementwise primitive is entered in, and the checks that run on its rows.
//
// A row is made of a generic lambda. It is instantiated for each kind of operand here, behind function pointers, so
// that the checks themselves are compiled once (elementwise_check_test.cpp).
#pragma once

#include "autodiff/autodiff.hpp"

namespace grove::test {

using V = Var<double>;
using D = Dual<double, 1>;

/// f(x) for every kind of operand; `reference` computes the same another way, [low, high] is inside the domain.
struct UnaryRow {
  const char* name;
  double low, high;
  double (*reference)(double);
  double (*plain)(const double&);
  float (*single)(const float&);
  D (*dual)(const D&);
  Dual<D, 1> (*second_dual)(const Dual<D, 1>&);
  V (*variable)(const V&);
  Var<float> (*single_variable)(const Var<float>&);
  Var<D> (*variable_of_dual)(const Var<D>&);
  Var<V> (*nested)(const Var<V>&);
  Eigen::ArrayXd (*plain_array)(const Eigen::ArrayXd&);
  Eigen::MatrixXf (*plain_matrix)(const Eigen::MatrixXf&);
  Array<V> (*array)(const Array<V>&);
  Matrix<V, 2, 3> (*fixed_matrix)(const Matrix<V, 2, 3>&);
  Array<Var<D>> (*array_of_duals)(const Array<Var<D>>&);
  Eigen::Array<V, 2, 2> (*eigen_of_variables)(const Eigen::Array<V, 2, 2>&);
};

template <class F, class X>
auto instance(F) {
  return +[](const X& x) { return X(F{}(x)); };
}

template <class F>
UnaryRow unary(const char* name, F f, double (*reference)(double), double low, double high) {
  return {name,
          low,
          high,
          reference,
          instance<F, double>(f),
          instance<F, float>(f),
          instance<F, D>(f),
          instance<F, Dual<D, 1>>(f),
          instance<F, V>(f),
          instance<F, Var<float>>(f),
          instance<F, Var<D>>(f),
          instance<F, Var<V>>(f),
          instance<F, Eigen::ArrayXd>(f),
          instance<F, Eigen::MatrixXf>(f),
          instance<F, Array<V>>(f),
          instance<F, Matrix<V, 2, 3>>(f),
          instance<F, Array<Var<D>>>(f),
          instance<F, Eigen::Array<V, 2, 2>>(f)};
}

/// A function from two operands of the given kinds, seen as a function of both.
template <class X, class Y, class R>
using Pair = R (*)(const X&, const Y&);

/// f(a, b) for every mix of operands.
struct BinaryRow {
  using P = Eigen::ArrayXd;
  using A = Array<V>;
  using M = Matrix<V, 2, 2>;
  using E = Eigen::Array<V, 2, 2>;
  const char* name;
  double low_a, high_a, low_b, high_b;
  double (*reference)(double, double);
  Pair<double, double, double> plain;
  Pair<float, float, float> single;
  Pair<int, double, double> whole_plain;
  Pair<D, D, D> dual;
  Pair<D, double, D> dual_plain;
  Pair<double, D, D> plain_dual;
  Pair<V, V, V> variable;
  Pair<V, double, V> variable_plain;
  Pair<double, V, V> plain_variable;
  Pair<Var<float>, int, Var<float>> variable_whole;
  Pair<Var<D>, Var<D>, Var<D>> variable_of_dual;
  Pair<Var<V>, Var<V>, Var<V>> nested;
  Pair<P, P, P> array_plain;
  Pair<P, double, P> array_plain_number;
  Pair<P, D, Eigen::Array<D, -1, 1>> array_plain_dual;
  Pair<A, A, A> array_array;
  Pair<A, P, A> array_constant;
  Pair<P, A, A> constant_array;
  Pair<A, V, A> array_variable;
  Pair<V, A, A> variable_array;
  Pair<A, double, A> array_number;
  Pair<double, A, A> number_array;
  Pair<P, V, A> constant_variable;
  Pair<V, P, A> variable_constant;
  Pair<M, M, M> matrix_matrix;
  Pair<E, E, E> eigen_of_variables;
  Pair<E, V, E> eigen_of_variables_variable;
  Pair<Array<Var<D>>, Array<Var<D>>, Array<Var<D>>> array_of_duals;
};

template <class F>
struct PairInstance {
  template <class X, class Y, class R>
  operator Pair<X, Y, R>() const {
    return [](const X& x, const Y& y) { return R(F{}(x, y)); };
  }
};

template <class F>
BinaryRow binary(const char* name, F, double (*reference)(double, double), double low_a, double high_a, double low_b,
                 double high_b) {
  constexpr PairInstance<F> f;
  return {name, low_a, high_a, low_b, high_b, reference, f, f, f, f, f, f, f, f, f, f, f,
          f,    f,     f,      f,     f,      f,         f, f, f, f, f, f, f, f, f, f, f};
}

/// Value, slope and second slope of the row, for every kind of operand, at points spread over its domain. Returns the
/// first finding, empty if there is none.
std::string finding(const UnaryRow& row);
std::string finding(const BinaryRow& row);

}  // namespace grove::test
