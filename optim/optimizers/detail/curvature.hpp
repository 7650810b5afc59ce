// Second derivatives as optimizers ask for them: of the leaves that take part, joined to one vector.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../../../autodiff/error.hpp"
#include "../../numerics/detail/check.hpp"
#include "../../protocol/detail/joined.hpp"
#include "../../protocol/extra.hpp"

namespace grove::optim::detail {

/// The joined leaves as plain numbers.
template <class E, class T>
Eigen::VectorXd joined(const E& extra, const T& t) {
  if constexpr (std::is_floating_point_v<tree::scalar_t<T>>) {
    Eigen::Matrix<tree::scalar_t<T>, Eigen::Dynamic, 1> vector;
    join_leaves(extra.filter, t, vector);
    return vector.template cast<double>();
  } else {
    throw Error("update: this optimizer takes plain numbers; differentiate a minimum by optim::argmin");
  }
}

/// t ← the joined leaves; the others stay.
template <class E, class T>
void part(const E& extra, const Eigen::VectorXd& vector, T& t) {
  using S = tree::scalar_t<T>;
  if constexpr (std::is_floating_point_v<S>)
    part_leaves(extra.filter, Eigen::Matrix<S, Eigen::Dynamic, 1>(vector.cast<S>()), t);
}

/// Whether a slot was given; behind an any_transformation only the run can tell.
template <class E>
bool has_hvp(const E& extra) {
  if constexpr (HasHvpFn<E>) return is_given(extra.hvp_fn);
  return false;
}
template <class E>
bool has_hessian(const E& extra) {
  if constexpr (HasHessianFn<E>) return is_given(extra.hessian_fn);
  return false;
}

/// H v
template <class E, class P>
Eigen::VectorXd joined_hvp(const E& extra, const P& params, const Eigen::VectorXd& tangents) {
  if constexpr (HasHvpFn<E>) {
    if (is_given(extra.hvp_fn)) {
      P direction = zeros_like(params);
      part(extra, tangents, direction);
      return joined(extra, P(extra.hvp_fn(params, direction)));
    }
  }
  if constexpr (HasHessianFn<E>) {
    if (is_given(extra.hessian_fn)) {
      const Eigen::VectorXd v = tangents;
      const std::vector<Eigen::Index> places = places_of_joined(extra.filter, params);
      const Eigen::MatrixXd all = extra.hessian_fn(params).template cast<double>();
      return all(places, places) * v;
    }
  }
  throw Error("update: this optimizer needs Hessian-vector products; pass optim::with_hvp_fn(f)");
}

/// The Hessian H; of Hessian-vector products, if that is what was given.
template <class E, class P>
Eigen::MatrixXd joined_hessian(const E& extra, const P& params) {
  if constexpr (HasHessianFn<E>) {
    if (is_given(extra.hessian_fn)) {
      const Eigen::MatrixXd all = extra.hessian_fn(params).template cast<double>();
      if (extra.filter == nullptr) return all;
      const std::vector<Eigen::Index> places = places_of_joined(extra.filter, params);
      return all(places, places);
    }
  }
  if (!has_hvp(extra)) {
    throw Error("update: this optimizer needs the Hessian; pass optim::with_hessian_fn(f) or optim::with_hvp_fn(f)");
  }
  const Eigen::Index n = joined_size(extra.filter, params);
  Eigen::MatrixXd hessian(n, n);
  for (Eigen::Index j = 0; j < n; ++j) hessian.col(j) = joined_hvp(extra, params, Eigen::VectorXd::Unit(n, j));
  return (hessian + hessian.transpose()) / 2;
}

/// Calls use(places, hessian) for each group of joined numbers that has a Hessian of its own: all of them, or with
/// `per_row` each row of the leaves, which are then matrices of as many rows. Hessians of rows come from as many
/// Hessian-vector products as a row has numbers.
template <class E, class P, class Use>
void for_each_hessian(std::string_view function, const E& extra, const P& params, bool per_row, const Use& use) {
  std::vector<Eigen::Index> places(static_cast<std::size_t>(joined_size(extra.filter, params)));
  if (!per_row) {
    for (std::size_t k = 0; k < places.size(); ++k) places[k] = static_cast<Eigen::Index>(k);
    return use(places, joined_hessian(extra, params));
  }
  std::vector<Eigen::Index> columns;  // where each column of the leaves begins
  Eigen::Index rows = -1;
  for_each_segment(
      extra.filter,
      [&]<class L>(const L& leaf, Eigen::Index first) {
        const Eigen::Index own = leaf_traits<L>::rows(leaf);
        if (rows >= 0 && own != rows) {
          throw ShapeError(
              fill("{}: per_row needs leaves of equal numbers of rows, got {} and {}", {function, rows, own}));
        }
        rows = own;
        for (Eigen::Index j = 0; j < leaf_traits<L>::cols(leaf); ++j) columns.push_back(first + j * rows);
      },
      params);
  const auto width = static_cast<Eigen::Index>(columns.size());
  Eigen::MatrixXd products(static_cast<Eigen::Index>(places.size()), width);
  for (Eigen::Index j = 0; j < width; ++j) {
    Eigen::VectorXd ones = Eigen::VectorXd::Zero(products.rows());
    ones.segment(columns[static_cast<std::size_t>(j)], rows).setOnes();
    products.col(j) = joined_hvp(extra, params, ones);
  }
  places.resize(columns.size());
  for (Eigen::Index r = 0; r < rows; ++r) {
    for (std::size_t k = 0; k < columns.size(); ++k) places[k] = columns[k] + r;
    const Eigen::MatrixXd block = products(places, Eigen::seqN(0, width));
    use(places, Eigen::MatrixXd((block + block.transpose()) / 2));
  }
}

}  // namespace grove::optim::detail
