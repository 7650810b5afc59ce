// The model by normal equations of a sparse Jacobian.
//
// Templates for the reason given in quadratic_model.hpp.
#pragma once

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>

#include "damped_model.hpp"
#include "sparse_problem.hpp"

namespace grove::optim::detail {

/// The Jacobian, and its columns in units of a region.
template <class S>
class SparseModel : public DampedModel<S> {
 public:
  using QuadraticModel<S>::gradient;
  using QuadraticModel<S>::column_norms;

  explicit SparseModel(SparseProblemBase& problem) : problem_(problem) {}

  bool linearize(const Eigen::VectorX<S>& x, const Eigen::VectorX<S>& row_scale, const Eigen::VectorX<S>& r) override {
    jacobian_ = problem_.jacobian(x);
    if (patterns_ != problem_.patterns()) {
      analyze(jacobian_);
      patterns_ = problem_.patterns();
    }
    scaled_ = jacobian_;
    for_each_entry(scaled_, [&](Eigen::Index i, Eigen::Index, double& value) { value *= row_scale(i); });
    gradient.noalias() = scaled_.transpose() * r;
    column_norms.setZero(x.size());
    for_each_entry(scaled_, [&](Eigen::Index, Eigen::Index j, double& value) { column_norms(j) += value * value; });
    column_norms = column_norms.cwiseSqrt().eval();
    return column_norms.allFinite() && gradient.allFinite();
  }

  double curvature(const Eigen::VectorX<S>& p) override {
    image_.noalias() = scaled_ * p;
    return image_.squaredNorm();
  }

  /// Only where what statistics do with it takes no more than seconds.
  Eigen::MatrixX<S> jacobian() const override {
    if (jacobian_.cols() > 1000 || jacobian_.rows() * jacobian_.cols() > 4'000'000) return {};
    return jacobian_;
  }

 protected:
  /// Called before all else, and again if the pattern changes.
  virtual void analyze(const SparseRows& jacobian) = 0;
  /// Forms the equations of J with columns in the region's units. See DampedModel::scale_gram.
  virtual double form(const SparseRows& columns, const Eigen::VectorX<S>& units) = 0;

  void times_gram(const Eigen::VectorX<S>& p, Eigen::VectorX<S>& product) override {
    image_.noalias() = scaled_ * p;
    product.noalias() = scaled_.transpose() * image_;
  }
  double scale_gram(const Eigen::VectorX<S>& units) override {
    in_units_ = scaled_;
    for_each_entry(in_units_, [&](Eigen::Index, Eigen::Index j, double& value) { value *= units(j); });
    return form(in_units_, units);
  }

  const SparseProblemBase& problem() const { return problem_; }

 private:
  template <class Use>
  static void for_each_entry(SparseRows& matrix, const Use& use) {
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
      for (SparseRows::InnerIterator it(matrix, i); it; ++it) use(i, it.col(), it.valueRef());
    }
  }

  SparseProblemBase& problem_;
  int patterns_ = 0;
  SparseRows jacobian_, scaled_, in_units_;
  Eigen::VectorX<S> image_;
};

/// By sparse Cholesky factors of JᵀJ + λD², in an order that keeps them sparse.
template <class S>
class SparseCholeskyModel : public SparseModel<S> {
 public:
  using SparseModel<S>::SparseModel;

 protected:
  void analyze(const SparseRows&) override { analyzed_ = false; }

  double form(const SparseRows& columns, const Eigen::VectorX<S>& units) override {
    Eigen::SparseMatrix<double> held(units.size(), units.size());  // with every entry of the diagonal, zero or not
    held.setIdentity();
    held.coeffs() = (units.array() == 0).template cast<double>();
    gram_ = Eigen::SparseMatrix<double>(columns.transpose() * columns) + held;
    return units.size() == 0 ? 0.0 : gram_.diagonal().maxCoeff();
  }

  bool factor(double lambda) override {
    if (gram_.rows() == 0) return true;
    if (!analyzed_) cholesky_.analyzePattern(gram_);
    analyzed_ = true;
    cholesky_.setShift(lambda);
    cholesky_.factorize(gram_);
    return cholesky_.info() == Eigen::Success && (cholesky_.vectorD().array() > 0).all();
  }
  void solve_by_factors(Eigen::VectorX<S>& v) override {
    if (v.size() != 0) v = cholesky_.solve(v).eval();
  }
  Eigen::Index pivots_above(double limit) const override {
    return gram_.rows() == 0 ? 0 : (cholesky_.vectorD().array() > limit).count();
  }

 private:
  bool analyzed_ = false;
  Eigen::SparseMatrix<double> gram_;
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> cholesky_;
};

}  // namespace grove::optim::detail
