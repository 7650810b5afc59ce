// Primitives on whole matrices, with the mistakes that belong to them: forgotten terms, broadcasts that are not summed
// back.
#pragma once

#include "tests/autodiff/gradcheck/mutation_primitives.hpp"

namespace mutation {

using Eigen::MatrixXd;

// The few matrix operations that the rows below share, so that they are compiled once.
inline MatrixXd times(const MatrixXd& a, const MatrixXd& b) { return a.lazyProduct(b); }
inline MatrixXd turned(const MatrixXd& a) { return a.transpose(); }
inline MatrixXd hadamard(const MatrixXd& a, const MatrixXd& b) { return a.cwiseProduct(b); }
inline MatrixXd scaled(double s, const MatrixXd& a) { return s * a; }
inline MatrixXd inverted(const MatrixXd& a) { return Eigen::Matrix3d(a).inverse(); }
inline double determinant_of(const MatrixXd& a) { return Eigen::Matrix3d(a).determinant(); }
inline MatrixXd filled(const MatrixXd& like, double x) { return MatrixXd::Constant(like.rows(), like.cols(), x); }
inline MatrixXd scalar(double x) { return MatrixXd::Constant(1, 1, x); }
inline double log_sum_exp(const MatrixXd& x) { return std::log(x.array().exp().sum()); }
inline MatrixXd softmax_of(const MatrixXd& x) { return (x.array() - log_sum_exp(x)).exp(); }
inline MatrixXd centered(const MatrixXd& x) { return x.array() - x.mean(); }
inline MatrixXd row_sums(const MatrixXd& x) { return x.rowwise().sum(); }
inline MatrixXd column_sums(const MatrixXd& x) { return x.colwise().sum(); }

inline std::vector<Primitive> product_primitives() {
  const auto product = [](const Params& p) { return times(p[0], p[1]); };
  const auto product_pullback = [](const Params& p, const MatrixXd& y) -> Params {
    return {times(y, turned(p[1])), times(turned(p[0]), y)};
  };
  const auto quadratic_right = [](const Params& p, const MatrixXd& y) {
    return scaled(y(0), times(p[0], turned(p[0])));
  };
  return {
      {"matrix product", {{2, 3}, {3, 2}}, -1, 1, product, product_pullback},
      {"product of square matrices",
       {{2, 2}, {2, 2}},
       -1,
       1,
       product,
       product_pullback,
       {{"transpose",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {times(y, p[1]), times(turned(p[0]), y)};
         }},
        {"transpose",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {times(y, turned(p[1])), times(p[0], y)};
         }},
        {"transpose",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {times(turned(p[1]), y), times(y, turned(p[0]))};
         }}}},
      {"A·A",
       {{2, 2}},
       -1,
       1,
       [](const Params& p) { return times(p[0], p[0]); },
       [](const Params& p, const MatrixXd& y) -> Params { return {times(y, turned(p[0])) + times(turned(p[0]), y)}; },
       {{"dropped term", [](const Params& p, const MatrixXd& y) -> Params { return {times(y, turned(p[0]))}; }}}},
      {"outer product",
       {{3, 1}, {2, 1}},
       -1,
       1,
       [](const Params& p) { return times(p[0], turned(p[1])); },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {times(y, p[1]), times(turned(y), p[0])};
       }},
      {"dot",
       {{4, 1}, {4, 1}},
       -1,
       1,
       [](const Params& p) { return scalar(hadamard(p[0], p[1]).sum()); },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {scaled(y(0), p[1]), scaled(y(0), p[0])};
       }},
      {"xᵀAx",
       {{3, 1}, {3, 3}},
       -1,
       1,
       [](const Params& p) { return times(turned(p[0]), times(p[1], p[0])); },
       [=](const Params& p, const MatrixXd& y) -> Params {
         return {scaled(y(0), times(p[1] + turned(p[1]), p[0])), quadratic_right(p, y)};
       },
       {{"dropped term",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {scaled(y(0), times(p[1], p[0])), quadratic_right(p, y)};
         }},
        {"factor",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {scaled(2 * y(0), times(p[1], p[0])), quadratic_right(p, y)};
         }}}},
      {"trace(AB)",
       {{2, 2}, {2, 2}},
       -1,
       1,
       [](const Params& p) { return scalar(times(p[0], p[1]).trace()); },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {scaled(y(0), turned(p[1])), scaled(y(0), turned(p[0]))};
       }},
      {"determinant",
       {{3, 3, true}},
       -1,
       1,
       [](const Params& p) { return scalar(determinant_of(p[0])); },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {scaled(y(0) * determinant_of(p[0]), turned(inverted(p[0])))};
       },
       {{"dropped term",
         [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0), turned(inverted(p[0])))}; }}}},
      {"log determinant",
       {{3, 3, true}},
       -1,
       1,
       [](const Params& p) { return scalar(std::log(determinant_of(p[0]))); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0), turned(inverted(p[0])))}; }},
      {"inverse",
       {{3, 3, true}},
       -1,
       1,
       [](const Params& p) { return inverted(p[0]); },
       [](const Params& p, const MatrixXd& y) -> Params {
         const MatrixXd t = turned(inverted(p[0]));
         return {scaled(-1, times(times(t, y), t))};
       },
       {{"dropped term",
         [](const Params& p, const MatrixXd& y) -> Params { return {scaled(-1, times(turned(inverted(p[0])), y))}; }},
        {"transpose",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {scaled(-1, times(times(inverted(p[0]), y), inverted(p[0])))};
         }}}},
      {"solve",
       {{3, 3, true}, {3, 1}},
       -1,
       1,
       [](const Params& p) { return times(inverted(p[0]), p[1]); },
       [](const Params& p, const MatrixXd& y) -> Params {
         const MatrixXd b = times(turned(inverted(p[0])), y);
         return {scaled(-1, times(b, turned(times(inverted(p[0]), p[1])))), b};
       },
       {{"transpose",
         [](const Params& p, const MatrixXd& y) -> Params {
           const MatrixXd b = times(inverted(p[0]), y);
           return {scaled(-1, times(b, turned(times(inverted(p[0]), p[1])))), b};
         }}}},
  };
}

inline std::vector<Primitive> reduction_primitives() {
  return {
      {"logsumexp",
       {{4, 1}},
       -2,
       2,
       [](const Params& p) { return scalar(log_sum_exp(p[0])); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0), softmax_of(p[0]))}; },
       {{"dropped term",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {scaled(y(0) * std::exp(log_sum_exp(p[0])), softmax_of(p[0]))};
         }}}},
      {"softmax",
       {{4, 1}},
       -2,
       2,
       [](const Params& p) { return softmax_of(p[0]); },
       [](const Params& p, const MatrixXd& y) -> Params {
         const MatrixXd s = softmax_of(p[0]);
         return {hadamard(s, y - filled(y, hadamard(s, y).sum()))};
       },
       {{"dropped term",
         [](const Params& p, const MatrixXd& y) -> Params { return {hadamard(softmax_of(p[0]), y)}; }}}},
      {"log_softmax",
       {{4, 1}},
       -2,
       2,
       [](const Params& p) -> MatrixXd { return p[0] - filled(p[0], log_sum_exp(p[0])); },
       [](const Params& p, const MatrixXd& y) -> Params { return {y - scaled(y.sum(), softmax_of(p[0]))}; },
       {{"dropped term", [](const Params&, const MatrixXd& y) -> Params { return {y}; }},
        {"missing broadcast sum",
         [](const Params& p, const MatrixXd& y) -> Params { return {y - hadamard(softmax_of(p[0]), y)}; }}}},
      {"variance",
       {{5, 1}},
       -2,
       2,
       [](const Params& p) { return scalar(centered(p[0]).squaredNorm() / 5); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0) * 2 / 5, centered(p[0]))}; },
       {{"dropped term", [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0) * 2 / 5, p[0])}; }},
        {"factor",
         [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0) * 2 / 4, centered(p[0]))}; }}}},
      {"norm",
       {{4, 1}},
       0.2,
       2,
       [](const Params& p) { return scalar(p[0].norm()); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0) / p[0].norm(), p[0])}; },
       {{"dropped term", [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0), p[0])}; }}}},
      {"x / norm(x)",
       {{4, 1}},
       0.2,
       2,
       [](const Params& p) { return scaled(1 / p[0].norm(), p[0]); },
       [](const Params& p, const MatrixXd& y) -> Params {
         const MatrixXd u = scaled(1 / p[0].norm(), p[0]);
         return {scaled(1 / p[0].norm(), y - scaled(hadamard(u, y).sum(), u))};
       },
       {{"dropped term", [](const Params& p, const MatrixXd& y) -> Params { return {scaled(1 / p[0].norm(), y)}; }}}},
      {"prod",
       {{4, 1}},
       0.3,
       2,
       [](const Params& p) { return scalar(p[0].prod()); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(y(0) * p[0].prod(), p[0].cwiseInverse())}; },
       {{"dropped term",
         [](const Params& p, const MatrixXd& y) -> Params { return {filled(p[0], y(0) * p[0].prod())}; }}}},
  };
}

inline MatrixXd running_sums(MatrixXd x) {
  for (Eigen::Index i = 1; i < x.size(); ++i) x(i) += x(i - 1);
  return x;
}

// The sums of what follows each entry, itself included; `skipped` of the last are left out.
inline MatrixXd sums_of_rest(const MatrixXd& y, Eigen::Index skipped) {
  MatrixXd x = y;
  for (Eigen::Index i = x.size() - 2; i >= skipped; --i) x(i) += x(i + 1);
  return x;
}

inline std::vector<Primitive> broadcast_primitives() {
  const auto shifted = [](const Params& p) -> MatrixXd {
    return p[0] + times(filled(MatrixXd(p[0].rows(), 1), 1), p[1]);
  };
  const auto inner = [=](const Params& p, const MatrixXd& y) { return scaled(2, hadamard(shifted(p), y)); };
  MatrixXd x(6, 2), target(6, 1);
  for (int i = 0; i < 6; ++i) {
    target(i) = 0.4 * i - 1;
    for (int j = 0; j < 2; ++j) x(i, j) = std::sin(1.0 + 3 * i + 5 * j);
  }
  const auto predicted = [=](const Params& p) -> MatrixXd { return times(x, p[0]) + filled(target, p[1](0)); };
  const auto bar = [=](const Params& p, const MatrixXd& y) { return scaled(y(0) * 2 / 6, predicted(p) - target); };
  return {
      {"cumulative sum of squares",
       {{4, 1}},
       -2,
       2,
       [](const Params& p) { return running_sums(hadamard(p[0], p[0])); },
       [](const Params& p, const MatrixXd& y) -> Params { return {scaled(2, hadamard(p[0], sums_of_rest(y, 0)))}; },
       {{"off by one",
         [](const Params& p, const MatrixXd& y) -> Params { return {scaled(2, hadamard(p[0], sums_of_rest(y, 1)))}; }},
        {"missing broadcast sum",
         [](const Params& p, const MatrixXd& y) -> Params { return {scaled(2, hadamard(p[0], y))}; }}}},
      {"matrix + row, squared",
       {{3, 2}, {1, 2}},
       -1,
       1,
       [=](const Params& p) { return hadamard(shifted(p), shifted(p)); },
       [=](const Params& p, const MatrixXd& y) -> Params {
         return {inner(p, y), column_sums(inner(p, y))};
       },
       {{"missing broadcast sum",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {inner(p, y), inner(p, y).row(0)};
         }},
        {"missing broadcast sum",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {inner(p, y), scaled(1.0 / 3, column_sums(inner(p, y)))};
         }}}},
      {"diag(s)·A",
       {{3, 1}, {3, 2}},
       -1,
       1,
       [](const Params& p) -> MatrixXd { return p[0].asDiagonal() * p[1]; },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {row_sums(hadamard(y, p[1])), p[0].asDiagonal() * y};
       },
       {{"missing broadcast sum",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {hadamard(y, p[1]).col(0), p[0].asDiagonal() * y};
         }}}},
      {"scalar · matrix",
       {{1, 1}, {2, 3}},
       -1,
       1,
       [](const Params& p) { return scaled(p[0](0), p[1]); },
       [](const Params& p, const MatrixXd& y) -> Params {
         return {scalar(hadamard(y, p[1]).sum()), scaled(p[0](0), y)};
       },
       {{"missing broadcast sum",
         [](const Params& p, const MatrixXd& y) -> Params {
           return {scalar(y(0) * p[1](0)), scaled(p[0](0), y)};
         }}}},
      {"mean squared error of a line",
       {{2, 1}, {1, 1}},
       -1,
       1,
       [=](const Params& p) { return scalar((predicted(p) - target).squaredNorm() / 6); },
       [=](const Params& p, const MatrixXd& y) -> Params {
         return {times(turned(x), bar(p, y)), scalar(bar(p, y).sum())};
       },
       {{"missing broadcast sum",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {times(turned(x), bar(p, y)), scalar(bar(p, y)(0))};
         }},
        {"factor",
         [=](const Params& p, const MatrixXd& y) -> Params {
           return {scaled(6, times(turned(x), bar(p, y))), scalar(6 * bar(p, y).sum())};
         }},
        {"dropped term",
         [=](const Params& p, const MatrixXd& y) -> Params {
           const MatrixXd r = scaled(y(0) * 2 / 6, predicted(p));
           return {times(turned(x), r), scalar(r.sum())};
         }}}},
  };
}

}  // namespace mutation
