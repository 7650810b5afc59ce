// Least squares whose residuals lie on several ranks: each has rows of the Jacobian, and all have the triangle that
// stands for all rows.
#pragma once

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../../least_squares/least_squares.hpp"
#include "agreement.hpp"

namespace grove::mpi::detail {

inline constexpr const char* least_squares_name = "mpi: least_squares";

/// A matrix of n rows with the same JᵀJ: the triangle of a QR factorization, or the rows themselves where they are
/// fewer. Not finite anywhere if they are not finite somewhere.
inline Eigen::MatrixXd triangle_of(const Eigen::MatrixXd& rows) {
  const Eigen::Index n = rows.cols();
  if (!rows.allFinite()) return Eigen::MatrixXd::Constant(n, n, std::numeric_limits<double>::quiet_NaN());
  Eigen::MatrixXd triangle = Eigen::MatrixXd::Zero(n, n);
  if (rows.rows() <= n) {
    triangle.topRows(rows.rows()) = rows;
  } else if (n > 0) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(rows);
    triangle = qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  }
  return triangle;
}

/// The matrices of all ranks, of one shape everywhere, below each other. Collective.
inline Eigen::MatrixXd stack(const Communicator& comm, const Eigen::MatrixXd& mine) {
  Eigen::MatrixXd all(mine.rows() * comm.size(), mine.cols());
  for (int rank = 0; rank < comm.size(); ++rank) {
    Eigen::MatrixXd theirs = mine;
    broadcast_numbers(comm, theirs.data(), static_cast<std::size_t>(theirs.size()), rank, least_squares_name);
    all.middleRows(rank * mine.rows(), mine.rows()) = theirs;
  }
  return all;
}

/// The vectors of all ranks, of any sizes, one after the other. Collective.
inline Eigen::VectorXd join(const Communicator& comm, const Eigen::VectorXd& mine) {
  std::vector<double> all;
  for (int rank = 0; rank < comm.size(); ++rank) {
    auto count = static_cast<std::uint64_t>(mine.size());
    broadcast_numbers(comm, &count, 1, rank, least_squares_name);
    const std::size_t begin = all.size();
    all.resize(begin + count);
    if (rank == comm.rank()) std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(begin));
    broadcast_numbers(comm, all.data() + begin, count, rank, least_squares_name);
  }
  return Eigen::Map<const Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
}

/// The triangles of all ranks, as a problem.
class StackedRows : public optim::detail::JacobianProblem {
 public:
  void residuals(const Eigen::VectorXd& /*x*/, Eigen::VectorXd& r) override { r = rows.col(rows.cols() - 1); }
  void jacobian(const Eigen::VectorXd& /*x*/, Eigen::MatrixXd& j) override { j = rows.leftCols(rows.cols() - 1); }
  std::string residual_name(Eigen::Index i) const override { return std::to_string(i); }

  Eigen::MatrixXd rows;  ///< the last column is that of the residuals
};

/// The model of all rows, on each rank: `Inner` of the stacked triangles.
template <class S, template <class> class Inner>
class SharedModel : public optim::detail::QuadraticModel<S> {
 public:
  SharedModel(optim::detail::JacobianProblem& problem, const Communicator& comm)
      : problem_(problem), comm_(comm), inner_(stacked_) {}

  bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale, const Eigen::VectorX<S>& r) override {
    problem_.jacobian(x, jacobian_);
    Eigen::MatrixX<S> rows(r.size(), x.size() + 1);
    rows << row_scale.asDiagonal() * jacobian_, r;
    stacked_.rows = stack(comm_, triangle_of(rows));
    stacked_.residuals(x, residuals_);
    const bool finite = inner_.linearize(x, Eigen::VectorX<S>::Ones(residuals_.size()), residuals_);
    this->gradient = inner_.gradient;
    this->column_norms = inner_.column_norms;
    return finite;
  }
  double curvature(const Eigen::VectorX<S>& p) override { return inner_.curvature(p); }
  void solve(const optim::detail::Region<S>& region, optim::TrustRegionMethod method,
             optim::detail::TrustStep<S>& step) override {
    inner_.solve(region, method, step);
  }
  Eigen::MatrixX<S> jacobian() const override { return jacobian_; }

 private:
  optim::detail::JacobianProblem& problem_;
  const Communicator& comm_;
  StackedRows stacked_;
  Inner<S> inner_;
  Eigen::MatrixX<S> jacobian_;  // of this rank's rows
  Eigen::VectorX<S> residuals_;
};

/// This rank's rows of a problem, in step with the others.
template <class F, class P, class... Args>
class SharedProblem : public optim::detail::DenseProblem<F, P, Args...> {
  using Base = optim::detail::DenseProblem<F, P, Args...>;

 public:
  SharedProblem(const F& f, const P& params, const Args&... args) : Base(f, params, args...), comm_(f.comm) {}

  /// Residuals that are not finite are an error, as on the others.
  void residuals(const Eigen::VectorXd& x, Eigen::VectorXd& r) override {
    together(Together::residuals, x, [&] {
      Base::residuals(x, r);
      for (Eigen::Index i = 0; i < r.size(); ++i) {
        if (!std::isfinite(r(i))) throw Error(fill("residual {} is {}", {Base::residual_name(i), r(i)}));
      }
      rows_ = r.size();
    });
  }
  void jacobian(const Eigen::VectorXd& x, Eigen::MatrixXd& j) override {
    together(Together::jacobian, x, [&] {
      if (rows_ == 0) {
        j.setZero(0, x.size());
      } else {
        Base::jacobian(x, j);
      }
    });
  }
  double total(double sum) override {
    return agree(comm_, least_squares_name, Together::total, 0, {}, {.weight = sum}).weight;
  }

  /// Makes statistics of this rank's rows those of all.
  void share(optim::detail::FitStatistics& statistics) const {
    const auto free = static_cast<Eigen::Index>(statistics.free.size());
    Eigen::MatrixXd weighted = Eigen::MatrixXd::Constant(1, free, std::numeric_limits<double>::quiet_NaN());
    if (statistics.jacobian.rows() == statistics.weights.size() && statistics.jacobian.cols() == free)
      weighted = statistics.weights.cwiseSqrt().asDiagonal() * statistics.jacobian;
    statistics.jacobian = stack(comm_, triangle_of(weighted));
    statistics.is_root = true;
    statistics.residuals = join(comm_, statistics.residuals);
    statistics.weights = join(comm_, statistics.weights);
  }

 private:
  template <class Work>
  void together(Together what, const Eigen::VectorXd& x, const Work& work) {
    const Failure failure = attempt(work);
    agree(comm_, least_squares_name, what, fingerprint(x), failure);
  }

  const Communicator& comm_;
  Eigen::Index rows_ = 0;
};

}  // namespace grove::mpi::detail
