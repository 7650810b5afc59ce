// How an active matrix gets its value from constants, from variables, from another matrix or an outer recording.
#pragma once

#include "eigen_traits.hpp"
#include "record.hpp"

namespace grove::detail {

/// An active matrix of an enclosing recording, as a constant of the inner one.
template <class S, class Plain, class Stride>
auto constant_of_outer(const Active<Plain, Stride>& x) {
  check_level<typename Active<Plain, Stride>::Scalar, S>();
  using Inner = with_scalar<Plain, S>;
  const auto y = allocate<Inner>(x.rows(), x.cols(), false);
  auto values = writable(y);
  for (Index j = 0; j < x.cols(); ++j) {
    for (Index i = 0; i < x.rows(); ++i) new (&values.coeffRef(i, j)) S(x.element(i, j));
  }
  return y;
}

/// Throws unless x has the static sizes of Plain.
template <class Plain, class D>
void check_fits(const D& x) {
  check_static_shape<plain_traits<Plain>::rows, plain_traits<Plain>::cols>("matrix", x.rows(), x.cols());
}

template <class Plain, class D>
void fill_with_constants(Active<Plain>& target, const D& plain) {
  using S = typename plain_traits<Plain>::Scalar;
  check_fits<Plain>(plain);
  target = allocate<Plain>(plain.rows(), plain.cols(), false);
  if constexpr (std::same_as<typename D::Scalar, S>) {
    writable_array(target) = plain.derived().matrix().array();
  } else {
    writable_array(target) = plain.derived().matrix().array().template cast<S>();
  }
}

// Each element refers to a slot of its own, so the node carries the list of them.
template <class Plain, class D>
void gather_variables(Active<Plain>& target, const D& variables) {
  using S = typename plain_traits<Plain>::Scalar;
  check_fits<Plain>(variables);
  Tape<S>& tape = *current_tape<S>;
  // An expression is evaluated first; a matrix is read where it is.
  const std::conditional_t<is_plain_object<D>, const D&, const typename D::PlainObject> v = variables.derived();
  const auto n = static_cast<std::size_t>(v.size());
  S* values = tape.allocate_values(n);
  auto* sources = tape.template allocate_array<std::uint32_t>(n);
  auto* live = tape.template allocate_array<bool>(n);
  bool active = false;
  for (std::size_t k = 0; k < n; ++k) {
    const Index inner = static_cast<Index>(k) % (v.IsRowMajor ? v.cols() : v.rows());
    const Index outer = static_cast<Index>(k) / (v.IsRowMajor ? v.cols() : v.rows());
    const bool same_order = bool(v.IsRowMajor) == plain_traits<Plain>::row_major;
    const Var<S>& x = same_order ? v.data()[k] : (v.IsRowMajor ? v.coeff(inner, outer) : v.coeff(outer, inner));
    live[k] = VarAccess::is_active(x, tape);
    sources[k] = live[k] ? VarAccess::slot(x) : 0;
    new (values + k) S(x.value());
    active = active || live[k];
  }
  if (!active) {
    target = Active<Plain>(values, 0, 0, v.rows(), v.cols());
    return;
  }
  target = Active<Plain>(values, tape.allocate_slots(n), tape.tag(), v.rows(), v.cols());
  record(target, [sources, live, n](auto& y_bar) {
    Tape<S>& t = *current_tape<S>;
    for (std::size_t k = 0; k < n; ++k) {
      if (live[k]) *t.adjoint(sources[k]) += y_bar.data()[k];
    }
  });
}

template <class Plain, class D>
void take_value_of(Active<Plain>& target, const D& other) {
  using S = typename plain_traits<Plain>::Scalar;
  const auto& x = evaluated(other);
  check_fits<Plain>(x);
  using From = bare<decltype(x)>;
  if constexpr (!std::same_as<typename From::S, S>) {
    take_value_of(target, constant_of_outer<S>(x));
  } else if constexpr (From::contiguous && From::row_major == plain_traits<Plain>::row_major) {
    target = Active<Plain>(x.data(), x.slot(), x.is_active() ? current_tape<S>->tag() : 0, x.rows(), x.cols());
  } else {
    const auto y = allocate<Plain>(x.rows(), x.cols(), x.is_active());
    writable_array(y) = x.array_map();
    if (x.is_active()) record(y, [x, y](auto&) { x.adjoint_array() += y.adjoint_array(); });
    target = y;
  }
}

}  // namespace grove::detail
