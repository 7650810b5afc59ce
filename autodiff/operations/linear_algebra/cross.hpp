// The cross product of vectors in three dimensions.
#pragma once

#include "detail/views.hpp"

namespace grove {
namespace detail {

/// to += a × b
template <class S, class To, class A, class B>
void add_cross(To&& to, const A& a, const B& b) {
  for (Index k = 0; k < 3; ++k) {
    const Index l = (k + 1) % 3, m = (k + 2) % 3;
    to.coeffRef(k) += S(a.coeff(l)) * S(b.coeff(m)) - S(a.coeff(m)) * S(b.coeff(l));
  }
}

/// y = a × b.   ā += b × ȳ,  b̄ += ȳ × a
struct CrossNode {
  template <class S, class A, class B>
  auto operator()(std::type_identity<S>, const A& a, const B& b) const {
    const Index sizes[] = {a.rows() * a.cols(), b.rows() * b.cols()};
    if (sizes[0] != 3 || sizes[1] != 3) [[unlikely]]
      throw ShapeError(fill("cross: needs two vectors of 3 elements, got {} and {}", {sizes[0], sizes[1]}));
    constexpr bool lying = A::RowsAtCompileTime == 1;
    const auto y = allocate<matrix_t<S, lying ? 1 : 3, lying ? 3 : 1>>(lying ? 1 : 3, lying ? 3 : 1,
                                                                       a.is_active() || b.is_active());
    auto value = writable(y);
    value.setZero();
    add_cross<S>(value, a.matrix_map(), b.matrix_map());
    if (y.is_active()) {
      record(y, [a, b](auto& y_bar) {
        send_to(a, [&](auto a_bar) { add_cross<S>(a_bar, b.matrix_map(), y_bar); });
        send_to(b, [&](auto b_bar) { add_cross<S>(b_bar, y_bar, a.matrix_map()); });
      });
    }
    return y;
  }
};

}  // namespace detail

/// a × b for two vectors of 3 elements, plain or active; a column or a row as a is.  Throws: ShapeError.
template <detail::Dense A, detail::Dense B>
auto cross(const A& a, const B& b) {
  static_assert(detail::is_static_vector<A> && detail::is_static_vector<B>, "grove: cross takes two vectors");
  return detail::run_node(detail::CrossNode{}, a, b);
}

namespace detail {

template <class Derived>
template <class Other>
auto DenseOps<Derived>::cross(const Other& other) const {
  return grove::cross(self(), other);
}

}  // namespace detail
}  // namespace grove
