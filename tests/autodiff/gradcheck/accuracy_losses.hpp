// Losses with gradients written by hand, at points where a gradient check has a hard time: fitted minima, entries of
// very different sizes, huge and tiny parameters, cancellation.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "autodiff/detail/random_bits.hpp"

namespace accuracy {

using Random = grove::detail::SplitMix;

template <class S>
using Vector = Eigen::Matrix<S, Eigen::Dynamic, 1>;

template <class S>
struct Loss {
  std::string name;
  std::function<S(const Vector<S>&)> value;
  std::function<Vector<S>(const Vector<S>&)> gradient;
  Vector<S> at;
};

inline double between(Random& random, double low, double high) { return low + (high - low) * random.uniform(); }
inline double any_size(Random& random, double lowest, double highest) {
  return random.sign() * std::pow(10, between(random, lowest, highest));
}

// f(p) = Σᵢ (mᵢ(p) - yᵢ)², from the model m and its slopes.
template <class S>
struct LeastSquares {
  using Model = std::function<S(const Vector<S>& p, std::size_t i, Vector<S>* slopes)>;
  Model model;
  std::vector<S> y;

  S value(const Vector<S>& p) const {
    S sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const S r = model(p, i, nullptr) - y[i];
      sum += r * r;
    }
    return sum;
  }
  Vector<S> gradient(const Vector<S>& p) const {
    Vector<S> grad = Vector<S>::Zero(p.size()), slopes(p.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const S r = model(p, i, &slopes) - y[i];
      for (Eigen::Index k = 0; k < p.size(); ++k) grad[k] += 2 * r * slopes[k];
    }
    return grad;
  }
  // Gauss-Newton steps, in the scale of each column.
  Vector<S> fitted(Vector<S> p, int steps) const {
    const auto rows = static_cast<Eigen::Index>(y.size());
    for (int step = 0; step < steps; ++step) {
      Eigen::MatrixXd j(rows, p.size());
      Eigen::VectorXd r(rows);
      Vector<S> slopes(p.size());
      for (Eigen::Index i = 0; i < rows; ++i) {
        const auto at = static_cast<std::size_t>(i);
        r[i] = static_cast<double>(model(p, at, &slopes) - y[at]);
        j.row(i) = slopes.template cast<double>().transpose();
      }
      const Eigen::VectorXd scale = j.colwise().norm().transpose().cwiseMax(1e-300);
      const Eigen::VectorXd change =
          (j * scale.cwiseInverse().asDiagonal()).colPivHouseholderQr().solve(r).cwiseQuotient(scale);
      if (!change.allFinite()) break;
      p -= change.template cast<S>();
    }
    return p;
  }
};

template <class S>
Loss<S> as_loss(std::string name, LeastSquares<S> problem, Vector<S> at) {
  return {std::move(name), [problem](const Vector<S>& p) { return problem.value(p); },
          [problem](const Vector<S>& p) { return problem.gradient(p); }, std::move(at)};
}

// y = Σ pₖ xᵏ / unitₖ, with residuals from large to almost nothing, around a large offset or none.
template <class S>
Loss<S> fitted_line(Random& random, bool at_minimum) {
  const std::size_t n = 12;
  std::vector<std::vector<S>> columns(3, std::vector<S>(n));
  std::vector<S> y(n);
  const double noise = std::pow(10, between(random, -6, 0)), offset = random.below(2) == 0 ? 0 : any_size(random, 2, 6);
  Vector<S> p(3);
  for (std::size_t k = 0; k < 3; ++k) {
    const double unit = any_size(random, -6, 6);
    p[static_cast<Eigen::Index>(k)] = static_cast<S>(random.normal() / unit);
    for (auto& x : columns[k]) x = static_cast<S>(k == 0 ? unit : unit * random.normal());
  }
  LeastSquares<S> problem{[columns](const Vector<S>& q, std::size_t i, Vector<S>* slopes) {
                            S sum = 0;
                            for (std::size_t k = 0; k < 3; ++k) {
                              sum += q[static_cast<Eigen::Index>(k)] * columns[k][i];
                              if (slopes != nullptr) (*slopes)[static_cast<Eigen::Index>(k)] = columns[k][i];
                            }
                            return sum;
                          },
                          y};
  for (std::size_t i = 0; i < n; ++i)
    problem.y[i] = static_cast<S>(offset) + problem.model(p, i, nullptr) + static_cast<S>(noise * random.normal());
  Vector<S> at = at_minimum ? problem.fitted(p, 3) : p;
  return as_loss<S>(at_minimum ? "line, fitted" : "line", std::move(problem), std::move(at));
}

// y = a·exp(-b·t) + c, time in units from microseconds to days.
template <class S>
Loss<S> fitted_decay(Random& random, bool at_minimum) {
  const double unit = std::pow(10, between(random, -6, 5)), noise = std::pow(10, between(random, -8, -1));
  std::vector<S> t(15);
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<S>(unit * static_cast<double>(i) / 5);
  LeastSquares<S> problem{[t](const Vector<S>& q, std::size_t i, Vector<S>* slopes) {
                            const S e = std::exp(-q[1] * t[i]);
                            if (slopes != nullptr) (*slopes) << e, -q[0] * t[i] * e, S(1);
                            return q[0] * e + q[2];
                          },
                          std::vector<S>(t.size())};
  Vector<S> p(3);
  p << static_cast<S>(between(random, 0.5, 3)), static_cast<S>(between(random, 0.3, 2) / unit),
      static_cast<S>(random.normal());
  for (std::size_t i = 0; i < t.size(); ++i)
    problem.y[i] = problem.model(p, i, nullptr) + static_cast<S>(noise * random.normal());
  Vector<S> at = at_minimum ? problem.fitted(p, 8) : p;
  return as_loss<S>(at_minimum ? "decay, fitted" : "decay", std::move(problem), std::move(at));
}

// Ridge-regularised logistic regression; Newton's method to the minimum.
template <class S>
Loss<S> fitted_logistic(Random& random, bool at_minimum) {
  const Eigen::Index n = 20, m = 3;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> x(n, m);
  Vector<S> sign(n), p(m);
  for (Eigen::Index k = 0; k < m; ++k) {
    const double unit = any_size(random, -3, 3);
    p[k] = static_cast<S>(random.normal() / unit);
    for (Eigen::Index i = 0; i < n; ++i) x(i, k) = static_cast<S>(unit * random.normal());
  }
  for (Eigen::Index i = 0; i < n; ++i) sign[i] = static_cast<S>(random.sign());
  const auto score = [x, sign](const Vector<S>& q, Eigen::Index i) {
    S sum = 0;
    for (Eigen::Index k = 0; k < q.size(); ++k) sum += x(i, k) * q[k];
    return sign[i] * sum;
  };
  const S ridge = static_cast<S>(1e-3);
  const auto value = [=](const Vector<S>& q) {
    S sum = 0;
    for (Eigen::Index i = 0; i < n; ++i) {
      const S s = score(q, i);
      sum += s > 0 ? std::log1p(std::exp(-s)) : std::log1p(std::exp(s)) - s;
    }
    for (Eigen::Index k = 0; k < q.size(); ++k) sum += ridge * q[k] * q[k];
    return sum;
  };
  const auto gradient = [=](const Vector<S>& q) {
    Vector<S> grad = 2 * ridge * q;
    for (Eigen::Index i = 0; i < n; ++i) {
      const S s = score(q, i);
      for (Eigen::Index k = 0; k < q.size(); ++k) grad[k] -= sign[i] * x(i, k) / (1 + std::exp(s));
    }
    return grad;
  };
  for (int step = 0; at_minimum && step < 30; ++step) {
    Eigen::MatrixXd hessian = 2 * static_cast<double>(ridge) * Eigen::MatrixXd::Identity(m, m);
    for (Eigen::Index i = 0; i < n; ++i) {
      const double h = 1 / (1 + std::exp(static_cast<double>(score(p, i))));
      const Eigen::VectorXd row = x.row(i).transpose().template cast<double>();
      hessian += h * (1 - h) * row * row.transpose();
    }
    const Eigen::VectorXd change = hessian.ldlt().solve(gradient(p).template cast<double>());
    const double longest = (x.template cast<double>() * change).cwiseAbs().maxCoeff();
    p -= (change * std::min(1.0, 2 / longest)).template cast<S>();
  }
  return {at_minimum ? "logistic, fitted" : "logistic", value, gradient, p};
}

// A network 2-4-1 with tanh, its mean squared error; "fitted" by gradient descent, which never quite arrives.
template <class S>
Loss<S> fitted_network(Random& random, bool at_minimum) {
  constexpr Eigen::Index hidden = 4, samples = 10, size = 4 * hidden + 1;
  const double gain = std::pow(10, between(random, -2, 1.5));
  std::vector<S> a(samples), b(samples), y(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    a[i] = static_cast<S>(random.normal());
    b[i] = static_cast<S>(random.normal());
    y[i] = std::sin(a[i]) * b[i];
  }
  const auto both = [=](const Vector<S>& q, Vector<S>* grad) {
    S sum = 0;
    for (std::size_t i = 0; i < samples; ++i) {
      S units[hidden], out = q[4 * hidden];
      for (Eigen::Index h = 0; h < hidden; ++h) {
        units[h] = std::tanh(q[h] * a[i] + q[hidden + h] * b[i] + q[2 * hidden + h]);
        out += q[3 * hidden + h] * units[h];
      }
      const S r = out - y[i], share = S(2) / S(samples) * r;
      sum += r * r / S(samples);
      for (Eigen::Index h = 0; grad != nullptr && h < hidden; ++h) {
        const S back = share * q[3 * hidden + h] * (1 - units[h] * units[h]);
        (*grad)[h] += back * a[i];
        (*grad)[hidden + h] += back * b[i];
        (*grad)[2 * hidden + h] += back;
        (*grad)[3 * hidden + h] += share * units[h];
      }
      if (grad != nullptr) (*grad)[4 * hidden] += share;
    }
    return sum;
  };
  const auto gradient = [=](const Vector<S>& q) {
    Vector<S> grad = Vector<S>::Zero(q.size());
    both(q, &grad);
    return grad;
  };
  Vector<S> p(size);
  for (S& each : p) each = static_cast<S>(gain * random.normal());
  for (int step = 0; at_minimum && step < 300; ++step) p -= S(0.1) * gradient(p);
  return {at_minimum ? "network, fitted" : "network", [=](const Vector<S>& q) { return both(q, nullptr); }, gradient,
          p};
}

struct Shape {
  double (*f)(double);
  double (*slope)(double);
};
inline const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all{
      {[](double u) { return u; }, [](double) { return 1.0; }},
      {[](double u) { return u * u; }, [](double u) { return 2 * u; }},
      {[](double u) { return std::exp(-u); }, [](double u) { return -std::exp(-u); }},
      {[](double u) { return std::sin(u); }, [](double u) { return std::cos(u); }},
      {[](double u) { return std::log(std::abs(u)); }, [](double u) { return 1 / u; }},
      {[](double u) { return 1 / (1 + u * u); }, [](double u) { return -2 * u / ((1 + u * u) * (1 + u * u)); }},
      {[](double u) { return std::tanh(u); },
       [](double u) {
         const double c = std::cosh(u);
         return 1 / (c * c);
       }},
  };
  return all;
}

// f(p) = offset + Σ weightₖ·φₖ(pₖ/unitₖ).
template <class S>
Loss<S> separable(std::string name, std::vector<double> weights, std::vector<double> units, double offset,
                  Random& random) {
  std::vector<Shape> chosen;
  Vector<S> p(static_cast<Eigen::Index>(weights.size()));
  for (std::size_t k = 0; k < weights.size(); ++k) {
    chosen.push_back(shapes()[static_cast<std::size_t>(random.below(static_cast<std::ptrdiff_t>(shapes().size())))]);
    p[static_cast<Eigen::Index>(k)] = static_cast<S>(units[k] * between(random, 0.3, 2) * random.sign());
  }
  return {std::move(name),
          [=](const Vector<S>& q) {
            S sum = static_cast<S>(offset);
            for (std::size_t k = 0; k < weights.size(); ++k)
              sum += static_cast<S>(weights[k] *
                                    chosen[k].f(static_cast<double>(q[static_cast<Eigen::Index>(k)]) / units[k]));
            return sum;
          },
          [=](const Vector<S>& q) {
            Vector<S> grad(q.size());
            for (std::size_t k = 0; k < weights.size(); ++k) {
              const auto at = static_cast<Eigen::Index>(k);
              grad[at] = static_cast<S>(weights[k] / units[k] * chosen[k].slope(static_cast<double>(q[at]) / units[k]));
            }
            return grad;
          },
          p};
}

template <class S>
Loss<S> of_many_units(Random& random) {
  std::vector<double> weights(5), units(5);
  for (auto& w : weights) w = any_size(random, -1, 1);
  for (auto& u : units) u = std::abs(any_size(random, -9, 9));
  return separable<S>("units 1e-9 … 1e9", weights, units, 0, random);
}

template <class S>
Loss<S> beside_a_large_constant(Random& random) {
  return separable<S>("beside a constant", {1, 0.1, 0.01}, {1, 1, 1}, any_size(random, 1, 12), random);
}

template <class S>
Loss<S> of_many_sizes(Random& random) {
  std::vector<double> weights(8);
  for (auto& w : weights) w = any_size(random, -14, 0);
  return separable<S>("entries 1e-14 … 1", weights, std::vector<double>(8, 1.0), 0, random);
}

// Σ cₖ(pₖ - tₖ)² at the very minimum, or (1 - a)² + 100(b - a²)² there or on the valley's floor.
template <class S>
Loss<S> exact_minimum(Random& random) {
  if (random.below(2) == 0) {
    Vector<S> at(2);
    const auto a = static_cast<S>(random.below(2) == 0 ? 1 : random.normal());
    at << a, a * a;
    return {"valley",
            [](const Vector<S>& q) {
              const S u = 1 - q[0], v = q[1] - q[0] * q[0];
              return u * u + 100 * v * v;
            },
            [](const Vector<S>& q) {
              const S v = q[1] - q[0] * q[0];
              Vector<S> grad(2);
              grad << -2 * (1 - q[0]) - 400 * q[0] * v, 200 * v;
              return grad;
            },
            at};
  }
  Vector<S> target(4), weight(4);
  for (S& t : target) t = static_cast<S>(random.below(4) == 0 ? 0 : any_size(random, -4, 4));
  for (S& w : weight) w = static_cast<S>(std::abs(any_size(random, -3, 3)));
  const auto constant = static_cast<S>(random.below(2) == 0 ? 0 : any_size(random, -3, 3));
  return {"quadratic, at its minimum",
          [=](const Vector<S>& q) {
            S sum = constant;
            for (Eigen::Index k = 0; k < q.size(); ++k) sum += weight[k] * (q[k] - target[k]) * (q[k] - target[k]);
            return sum;
          },
          [=](const Vector<S>& q) {
            Vector<S> grad(q.size());
            for (Eigen::Index k = 0; k < q.size(); ++k) grad[k] = 2 * weight[k] * (q[k] - target[k]);
            return grad;
          },
          target};
}

// The kinds of loss, each a generator of one at a random point.
template <class S>
std::vector<std::function<Loss<S>(Random&)>> hard_losses() {
  return {
      [](Random& r) { return fitted_line<S>(r, true); },       [](Random& r) { return fitted_line<S>(r, false); },
      [](Random& r) { return fitted_decay<S>(r, true); },      [](Random& r) { return fitted_decay<S>(r, false); },
      [](Random& r) { return fitted_logistic<S>(r, true); },   [](Random& r) { return fitted_logistic<S>(r, false); },
      [](Random& r) { return fitted_network<S>(r, true); },    [](Random& r) { return fitted_network<S>(r, false); },
      [](Random& r) { return of_many_units<S>(r); },           [](Random& r) { return of_many_sizes<S>(r); },
      [](Random& r) { return beside_a_large_constant<S>(r); }, [](Random& r) { return exact_minimum<S>(r); }};
}

}  // namespace accuracy
