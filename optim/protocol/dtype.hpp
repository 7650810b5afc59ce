// States in another scalar than the params: mu_dtype and accumulator_dtype.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "../../autodiff/engine/lifting/tree_rebind.hpp"
#include "detail/run.hpp"

namespace grove::optim {

/// The scalar in which a first moment is kept, as last argument of an optimizer that has one.
template <class Scalar>
struct MuDtype {
  static_assert(std::is_floating_point_v<Scalar>, "mu_dtype: the scalar must be a floating-point type");
};

/// The scalar in which accumulated updates are kept.
template <class Scalar>
struct AccumulatorDtype {
  static_assert(std::is_floating_point_v<Scalar>, "accumulator_dtype: the scalar must be a floating-point type");
};

/// Keeps the first moment in this scalar, whatever that of the params is: `adam(1e-3, {.b1 = 0.8}, mu_dtype<float>)`.
///
/// Steps are computed in the scalar of the params; only what is kept is rounded. For a template struct `Line<double>`
/// the moment is a `Line<float>`, for a plain struct a tuple of its members. Params must be plain numbers.
template <class Scalar>
inline constexpr MuDtype<Scalar> mu_dtype{};

/// The same for the trace of `sgd` and `trace`, and the average of `ema`.
template <class Scalar>
inline constexpr AccumulatorDtype<Scalar> accumulator_dtype{};

namespace detail {

template <class P, class Dtype>
struct StateTree {
  using type = grove::detail::rebind_t<P, Dtype>;
};
template <class P>
struct StateTree<P, void> {
  using type = P;
};

/// A tree like P whose numbers are of type Dtype; P itself for void.
template <class P, class Dtype>
using state_tree_t = typename StateTree<P, Dtype>::type;

/// Gives `made` the structure and the shapes of `like`, and zeros as numbers.
template <class Q, class P>
void make_zeros(Q& made, const P& like) {
  namespace td = grove::tree::detail;
  if constexpr (std::is_floating_point_v<Q>) {
    made = 0;
  } else if constexpr (tree::Leaf<Q>) {
    made = Q::Zero(like.rows(), like.cols());
  } else if constexpr (!td::has_leaves<P>) {
    made = like;
  } else if constexpr (td::kind_of<P> == td::Kind::fields) {
    td::for_each_index<td::field_count<P>>(
        [&](auto i) { make_zeros(std::get<i.value>(td::fields(made)), std::get<i.value>(td::fields(like))); });
  } else if constexpr (td::kind_of<P> == td::Kind::map) {
    for (const auto& [key, value] : like) make_zeros(made[key], value);
  } else if constexpr (td::kind_of<P> == td::Kind::optional) {
    if (like) make_zeros(made.emplace(), *like);
  } else {
    if constexpr (requires { made.resize(like.size()); }) made.resize(like.size());
    for (std::size_t i = 0; i < like.size(); ++i) make_zeros(made[i], like[i]);
  }
}

/// Zeros like `params`, of type Dtype.
template <class Dtype, class P>
state_tree_t<P, Dtype> zeros_in(const P& params) {
  if constexpr (std::is_void_v<Dtype>) {
    return zeros_like(params);
  } else {
    state_tree_t<P, Dtype> zeros{};
    make_zeros(zeros, params);
    return zeros;
  }
}

}  // namespace detail
}  // namespace grove::optim
