// What Eigen and the standard library ask of a scalar, answered for variables.
#pragma once

#include <Eigen/Core>
#include <limits>

#include "number_traits.hpp"
#include "var.hpp"

template <class S>
struct Eigen::NumTraits<grove::Var<S>> : grove::detail::NumberTraits<grove::Var<S>, S, 2, 8, 8> {};

// Products and sums of Eigen matrices of variables with plain ones, or with those of an enclosing level.
template <class S, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Var<S>>
struct Eigen::ScalarBinaryOpTraits<grove::Var<S>, T, Op> {
  using ReturnType = grove::Var<S>;
};
template <class S, class T, class Op>
requires grove::detail::is_enclosing<T, grove::Var<S>>
struct Eigen::ScalarBinaryOpTraits<T, grove::Var<S>, Op> {
  using ReturnType = grove::Var<S>;
};

template <class S>
class std::numeric_limits<grove::Var<S>> : public grove::detail::NumberLimits<grove::Var<S>, S> {};
