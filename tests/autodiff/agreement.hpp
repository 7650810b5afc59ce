// What every derivative of a function has to agree with: the function on plain numbers, finite differences of that, and
// all the other modes. Nothing here goes through `evaluate` or gradcheck, which share code with what is judged.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "autodiff/derivatives/jacobian.hpp"
#include "autodiff/derivatives/jvp.hpp"
#include "autodiff/derivatives/vjp.hpp"

namespace grove::test {

/// How strictly, and against what, a function is judged.
struct Oracles {
  /// Compare with differences of the plain value; not at a kink, nor where a derivative is stopped.
  bool differences = true;
  /// A derivative may throw grove::Error where there is none; what is returned must be right all the same.
  bool may_refuse = false;
  /// Of one mode against another, relative; times the condition number for an ill-conditioned function.
  double rounding = 1e-11;
  /// Of a derivative against a difference, relative; second derivatives get its square root's tenth.
  double difference = 1e-8;
};

/// Which derivatives are asked for. Each kind of number costs its time to compile a loss: on a test file of linear
/// algebra all modes take twice as long as second order, and that half as long again as first order.
enum class Modes { first_order, second_order, all };

namespace agreement {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Function = std::function<VectorXd(const VectorXd&)>;

/// One mode's answer: a matrix, or the message of the error that it threw.
struct Answer {
  std::string name;
  MatrixXd numbers;
  std::string refusal;
};

/// Extrapolated differences: the best entry of the triangle of Richardson and Ridders, and how far it may be off.
struct Extrapolated {
  VectorXd value, error;
};

/// `difference(step)` has an error in even powers of the step. Steps at which it is not finite, or throws, are left
/// out.
inline Extrapolated extrapolate(const std::function<VectorXd(double)>& difference, double step, Index size) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Extrapolated best{VectorXd::Constant(size, std::nan("")), VectorXd::Constant(size, infinity)};
  std::vector<VectorXd> previous, row;
  for (int level = 0; level < 9; ++level, step /= 2) {
    row.clear();
    try {
      row.push_back(difference(step));
    } catch (const Error&) {
    }
    if (row.empty() || !row[0].allFinite()) {
      previous.clear();
      continue;
    }
    double power = 4;
    for (std::size_t j = 0; j < previous.size(); ++j, power *= 4) {
      row.push_back(row[j] + (row[j] - previous[j]) / (power - 1));
      for (Index i = 0; i < size; ++i) {
        const double error = std::max(std::abs(row[j + 1][i] - row[j][i]), std::abs(row[j + 1][i] - previous[j][i]));
        if (error < best.error[i]) {
          best.error[i] = error;
          best.value[i] = row[j + 1][i];
        }
      }
    }
    previous = row;
  }
  return best;
}

/// A step that is small for the entry, and not lost in its rounding.
inline double step_for(double x) { return 0.05 * std::max(0.1, std::abs(x)); }

inline VectorXd moved(const VectorXd& x, Index i, double by) {
  VectorXd result = x;
  result[i] += by;
  return result;
}

/// The derivative of f for entry k.
inline Extrapolated slope(const Function& f, const VectorXd& x, Index k, Index size) {
  const auto difference = [&](double h) -> VectorXd {
    const VectorXd right = moved(x, k, h), left = moved(x, k, -h);
    return (f(right) - f(left)) / (right[k] - left[k]);
  };
  return extrapolate(difference, step_for(x[k]), size);
}

/// The second derivative of f for entries k and l.
inline Extrapolated curvature(const Function& f, const VectorXd& x, Index k, Index l) {
  const double size_k = step_for(x[k]), size_l = step_for(x[l]);
  const auto difference = [&](double t) -> VectorXd {
    const double a = t * size_k, b = t * size_l;
    if (k == l) return (f(moved(x, k, a)) - 2 * f(x) + f(moved(x, k, -a))) / (a * a);
    const auto corner = [&](double i, double j) { return f(moved(moved(x, k, i * a), l, j * b)); };
    return (corner(1, 1) - corner(1, -1) - corner(-1, 1) + corner(-1, -1)) / (4 * a * b);
  };
  return extrapolate(difference, 2, 1);
}

inline double largest(const MatrixXd& m) {
  double result = 0;
  for (const double x : m.reshaped()) result = std::isfinite(x) ? std::max(result, std::abs(x)) : result;
  return result;
}

/// Equal but for `slack`; infinities and NaN only like each other.
inline bool close(double a, double b, double slack) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= slack;
}

/// What two answers that should be the same differ in; empty if nothing. `size` is that of what may have cancelled.
inline std::string difference_between(const Answer& a, const Answer& b, double rounding, double size = 0) {
  std::ostringstream out;
  out.precision(17);
  const MatrixXd &x = a.numbers, &y = b.numbers;
  if (x.rows() != y.rows() || x.cols() != y.cols()) {
    out << a.name << " is " << x.rows() << "×" << x.cols() << ", " << b.name << ' ' << y.rows() << "×" << y.cols();
    return out.str();
  }
  const double all = std::max({largest(x), largest(y), size});
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) {
      if (close(x(i, j), y(i, j), rounding * (std::abs(x(i, j)) + 0.1 * all))) continue;
      out << a.name << " and " << b.name << " differ in (" << i << ", " << j << "): " << x(i, j) << " and " << y(i, j);
      return out.str();
    }
  }
  return "";
}

/// What a derivative and a difference differ in; empty if nothing. `scale` is the size of what was subtracted.
inline std::string difference_from(const char* name, double exact, const Extrapolated& numeric, Index entry,
                                   double tolerance, double scale, const std::string& where) {
  const double error = numeric.error[entry], value = numeric.value[entry];
  std::ostringstream out;
  out.precision(17);
  if (!(error <= 1e-3 * (scale + std::abs(value)))) {
    out << "differences do not settle " << where << ": " << value << " ± " << error << ", where " << name << " says "
        << exact;
  } else if (!close(exact, value, 50 * error + tolerance * (std::abs(exact) + 0.01 * scale))) {
    out << name << ' ' << where << " is " << exact << ", a difference of plain values " << value << " ± " << error;
  }
  return out.str();
}

/// At most `count` of the numbers below n, evenly spread.
inline std::vector<Index> some(Index n, Index count) {
  std::vector<Index> result;
  for (Index i = 0; i < std::min(n, count); ++i) result.push_back(n <= count ? i : i * n / count);
  return result;
}

/// A direction in which no entry is like another.
inline VectorXd direction(Index n, double shift = 0) {
  VectorXd v(n);
  for (Index i = 0; i < n; ++i) v[i] = std::cos(1.3 * double(i) + 0.4 + shift) + 0.2;
  return v;
}

/// All that is said of one function at one point, judged by `verdict`.
struct Case {
  Oracles oracles;
  VectorXd at;
  Function plain;                        ///< the function on plain numbers
  std::vector<Answer> values;            ///< the first one is on plain numbers
  std::vector<Answer> jacobians;         ///< of the flattened function
  std::vector<Answer> pullbacks;         ///< of direction(m)
  std::vector<Answer> tangents;          ///< along direction(n)
  std::vector<Answer> hessians;          ///< of a scalar function
  std::vector<Answer> hessian_products;  ///< along direction(n)

  template <class Call>
  void ask(std::vector<Answer>& answers, const char* name, const Call& call) const {
    answers.push_back({name, {}, ""});
    try {
      answers.back().numbers = call();
    } catch (const Error& e) {
      answers.back().refusal = e.what();
    }
  }
};

/// The first disagreement among the answers to one question; `expected` was computed from another one.
inline std::string compare(const std::vector<Answer>& answers, const Case& c, double rounding,
                           const Answer& expected = {}) {
  const Answer* first = expected.name.empty() ? nullptr : &expected;
  for (const Answer& answer : answers) {
    if (!answer.refusal.empty()) {
      if (!c.oracles.may_refuse) return answer.name + " throws: " + answer.refusal;
      continue;
    }
    if (!first) first = &answer;
    const std::string difference = difference_between(*first, answer, rounding, 1e-2 * largest(c.values[0].numbers));
    if (!difference.empty()) return difference;
  }
  return "";
}

inline const Answer* answered(const std::vector<Answer>& answers) {
  for (const Answer& answer : answers) {
    if (answer.refusal.empty()) return &answer;
  }
  return nullptr;
}

inline std::string judge_values(const Case& c) {
  const Answer& plain = c.values[0];
  if (!plain.refusal.empty()) {
    for (const Answer& value : c.values) {
      if (value.refusal != plain.refusal)
        return value.name + " does not throw as the plain function does: " + plain.refusal;
    }
    return "";
  }
  // A value is as exact as its arguments allow.
  const Answer* jacobian = answered(c.jacobians);
  const double spread =
      jacobian && jacobian->numbers.cols() == c.at.size() ? largest(jacobian->numbers * c.at.asDiagonal()) : 0;
  for (const Answer& value : c.values) {
    if (!value.refusal.empty()) {
      if (!c.oracles.may_refuse) return value.name + " throws: " + value.refusal;
      continue;
    }
    const double all = std::max(largest(plain.numbers), spread);
    for (Index i = 0; i < std::max(value.numbers.size(), plain.numbers.size()); ++i) {
      if (value.numbers.size() == plain.numbers.size() &&
          close(plain.numbers(i), value.numbers(i), c.oracles.rounding * 0.1 * all))
        continue;
      const std::string difference = difference_between(plain, value, 0);
      return difference.empty() ? value.name + " has another size than the plain value" : difference;
    }
  }
  return "";
}

inline std::string judge_differences(const Case& c) {
  const VectorXd value = c.values[0].numbers;
  if (!value.allFinite()) return "";
  const Index m = value.size();
  if (const Answer* jacobian = answered(c.jacobians)) {
    const double scale = std::max(largest(value), largest(jacobian->numbers));
    for (const Index k : some(c.at.size(), 200)) {
      const Extrapolated numeric = slope(c.plain, c.at, k, m);
      for (Index i = 0; i < m; ++i) {
        const std::string found =
            difference_from("the derivative", jacobian->numbers(i, k), numeric, i, c.oracles.difference, scale,
                            "of result " + std::to_string(i) + " for entry " + std::to_string(k));
        if (!found.empty()) return found;
      }
    }
  }
  if (const Answer* hessian = answered(c.hessians)) {
    const Index n = c.at.size();
    const double scale = std::max({1e-3, largest(value), largest(hessian->numbers)});
    for (const Index pair : some(n * n, 60)) {
      const Index k = pair / n, l = pair % n;
      const std::string found =
          difference_from("the second derivative", hessian->numbers(k, l), curvature(c.plain, c.at, k, l), 0,
                          0.1 * std::sqrt(c.oracles.difference), scale,
                          "for entries " + std::to_string(k) + " and " + std::to_string(l));
      if (!found.empty()) return found;
    }
  }
  return "";
}

/// The first thing that disagrees, in words; empty if all agree.
inline std::string verdict(const Case& c) {
  const double rounding = c.oracles.rounding;
  std::string found = judge_values(c);
  if (!found.empty() || !c.values[0].refusal.empty()) return found;
  if (found = compare(c.jacobians, c, rounding); !found.empty()) return found;
  if (const Answer* jacobian = answered(c.jacobians)) {
    const MatrixXd& j = jacobian->numbers;
    const Answer pulled{"Jacobian' · cotangent", j.transpose() * direction(j.rows()), ""};
    const Answer pushed{"Jacobian · tangent", j * direction(j.cols()), ""};
    if (found = compare(c.pullbacks, c, rounding, pulled); !found.empty()) return found;
    if (found = compare(c.tangents, c, rounding, pushed); !found.empty()) return found;
  }
  if (found = compare(c.hessians, c, rounding); !found.empty()) return found;
  if (const Answer* hessian = answered(c.hessians)) {
    const MatrixXd& h = hessian->numbers;
    const double size = 1e-2 * std::max(largest(c.values[0].numbers),
                                        answered(c.jacobians) ? largest(answered(c.jacobians)->numbers) : 0.0);
    found = difference_between(*hessian, {"its transpose", h.transpose(), ""}, 10 * rounding, size);
    if (!found.empty()) return found;
    const Answer product{"Hessian · tangent", h * direction(h.rows()), ""};
    if (found = compare(c.hessian_products, c, 10 * rounding, product); !found.empty()) return found;
  }
  return c.oracles.differences ? judge_differences(c) : "";
}

/// The numbers of a plain result: of a number, an Eigen expression or a tree.
template <class Result>
VectorXd flat(const Result& result) {
  if constexpr (std::is_arithmetic_v<Result>) {
    return VectorXd::Constant(1, double(result));
  } else if constexpr (requires { result.eval(); }) {
    const auto plain = result.eval();
    return plain.reshaped().matrix().template cast<double>();
  } else {
    return tree::flatten(result).template cast<double>();
  }
}

/// True if a function with this plain result is a loss.
template <class Result>
inline constexpr bool is_number = [] {
  if constexpr (std::is_arithmetic_v<Result>) {
    return true;
  } else if constexpr (requires { Result::SizeAtCompileTime; }) {
    return Result::SizeAtCompileTime == 1;
  } else {
    return false;
  }
}();

/// A loss behind one function for each kind of number, so that the derivatives are compiled once for all losses of the
/// same parameters. Which kinds there are is the library's choice; another one would not compile here.
template <class P>
class Loss {
 public:
  template <Modes Which, class F>
  Loss(std::integral_constant<Modes, Which>, const F& f) : plain_([&f](const P& p) { return double(f(p)); }) {
    take<double>(f);
    take<Forward>(f);
    if constexpr (Which >= Modes::second_order) take<Second>(f);
    if constexpr (Which == Modes::all) {
      take<Product>(f);
      take<Tangent>(f);
    }
  }
  double operator()(const P& p) const { return plain_(p); }
  template <class T>
  auto operator()(const T& p) const {
    return of<typename tree::scalar_t<T>::Scalar>(*this)(p);
  }

 private:
  using Forward = Dual<double, detail::lanes_for<P>, true>;
  using Tangent = Dual<double, 1, true>;
  using Product = Dual<double, 1>;
  using Second = Dual<double, std::max(4, detail::register_lanes<double>)>;
  template <class S>
  using On = std::function<Var<S>(const detail::active_tree<P, S>&)>;

  template <class S>
  static auto& of(auto& self) {
    if constexpr (std::is_same_v<S, double>) {
      return self.recorded_;
    } else if constexpr (std::is_same_v<S, Forward>) {
      return self.forward_;
    } else if constexpr (std::is_same_v<S, Second>) {
      return self.second_;
    } else if constexpr (std::is_same_v<S, Product>) {
      return self.product_;
    } else {
      static_assert(std::is_same_v<S, Tangent>);
      return self.tangent_;
    }
  }
  template <class S, class F>
  void take(const F& f) {
    of<S>(*this) = [&f](const detail::active_tree<P, S>& p) -> Var<S> { return f(p); };
  }

  std::function<double(const P&)> plain_;
  On<double> recorded_;
  On<Forward> forward_;
  On<Second> second_;
  On<Product> product_;
  On<Tangent> tangent_;
};

template <Modes Which, class F, class P, class... Args>
std::string examine(const Oracles& oracles, const F& f, const P& at, const Args&... args) {
  using Result = std::remove_cvref_t<decltype(f(at, args...))>;
  static_assert(std::is_same_v<tree::scalar_t<P>, double>, "differences need doubles");
  Case c{oracles, tree::flatten(at), {}, {}, {}, {}, {}, {}, {}};
  c.plain = [&](const VectorXd& x) -> VectorXd { return flat(f(tree::unflatten(x, at), args...)); };
  c.ask(c.values, "the plain value", [&]() -> VectorXd { return flat(f(at, args...)); });
  c.ask(c.jacobians, "jacrev", [&] { return jacrev(f)(at, args...); });
  c.ask(c.jacobians, "jacfwd", [&] { return jacfwd(f)(at, args...); });
  if constexpr (is_number<Result>) {
    double recorded = 0;
    c.ask(c.jacobians, "grad", [&]() -> MatrixXd {
      const auto [value, grads] = value_and_grad(f)(at, args...);
      recorded = value;
      return tree::flatten(grads).transpose();
    });
    if (c.jacobians.back().refusal.empty()) c.ask(c.values, "value_and_grad's value", [&] { return flat(recorded); });
    c.ask(c.values, "evaluate", [&]() -> VectorXd { return flat(evaluate(f, at, args...)); });
  }
  if constexpr (Which >= Modes::second_order) {
    if constexpr (is_number<Result>) c.ask(c.hessians, "hessian", [&] { return hessian(f)(at, args...); });
  }
  if constexpr (Which == Modes::all) {
    const VectorXd along = direction(c.at.size());
    const P tangent = tree::unflatten(along, at);
    c.ask(c.jacobians, "jacobian", [&] { return jacobian(f)(at, args...); });
    c.ask(c.tangents, "jvp", [&]() -> VectorXd {
      const auto both = jvp(f)(at, tangent, args...);
      c.ask(c.values, "jvp's value", [&] { return flat(both.value); });
      return flat(both.tangent);
    });
    c.ask(c.pullbacks, "vjp", [&]() -> VectorXd {
      const auto both = vjp(f)(at, args...);
      c.ask(c.values, "vjp's value", [&] { return flat(both.value); });
      if constexpr (is_number<Result>) {
        return tree::flatten(both.pullback(direction(1)[0]));
      } else {
        return tree::flatten(both.pullback(tree::unflatten(direction(tree::size(both.value)), both.value)));
      }
    });
    if constexpr (is_number<Result>) {
      c.ask(c.hessian_products, "hvp", [&]() -> VectorXd { return tree::flatten(hvp(f)(at, tangent, args...)); });
    }
  }
  return verdict(c);
}

}  // namespace agreement

/// The first disagreement about f(params, args…), a loss or a function with a tree of results; empty if all agree:
/// the value with `evaluate` and with what each mode reports, jacrev, jacfwd, jacobian, grad, vjp, jvp, hessian and hvp
/// with each other and with differences of the plain value. `CHECK(disagreement({}, loss, params) == "")`.
template <Modes Which = Modes::all, class F, class P, class... Args>
std::string disagreement(const Oracles& oracles, const F& f, const P& params, const Args&... args) {
  using Result = std::remove_cvref_t<decltype(f(params, args...))>;
  if constexpr (agreement::is_number<Result> && sizeof...(Args) == 0) {
    return agreement::examine<Which>(oracles, agreement::Loss<P>(std::integral_constant<Modes, Which>{}, f), params);
  } else {
    return agreement::examine<Which>(oracles, f, params, args...);
  }
}

/// The same of grad, jacrev and jacfwd alone.
template <class F, class P, class... Args>
std::string first_order_disagreement(const Oracles& oracles, const F& f, const P& params, const Args&... args) {
  return disagreement<Modes::first_order>(oracles, f, params, args...);
}

/// The same of those and the Hessian.
template <class F, class P, class... Args>
std::string second_order_disagreement(const Oracles& oracles, const F& f, const P& params, const Args&... args) {
  return disagreement<Modes::second_order>(oracles, f, params, args...);
}

}  // namespace grove::test
