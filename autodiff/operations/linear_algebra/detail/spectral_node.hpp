// f(A) of a symmetric matrix as one node, with derivatives along any number of directions.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "../eigh.hpp"
#include "on_spectrum.hpp"

namespace grove::detail {

template <class S>
inline constexpr int dual_depth = 0;
template <class T, int N, bool Forward>
inline constexpr int dual_depth<Dual<T, N, Forward>> = 1 + dual_depth<T>;

/// x without its value as a plain number.
template <class S>
S nilpotent_part(S x) {
  if constexpr (is_dual<S>) {
    x.value = nilpotent_part(x.value);
    return x;
  } else {
    return S(0);
  }
}

/// A number that carries directions besides a value, each with a perturbation of its own.
template <class S>
S with_directions(const S& x) {
  return x;
}
template <class S, class... Y>
auto with_directions(const S& x, const S& y, const Y&... rest) {
  using D = Dual<S, 1, true>;
  return with_directions(D(x, y), D(rest)...);
}
/// The coefficient of all `Directions` perturbations together.
template <int Directions, class E>
auto mixed_coefficient(const E& x) {
  if constexpr (Directions == 0) {
    return x;
  } else {
    return mixed_coefficient<Directions - 1>(typename std::remove_cvref_t<decltype(x.value)>(x.tangent[0]));
  }
}

/// Σ f[λᵢ, λₖ, …, λⱼ] Nᵢₖ … N.ⱼ over the paths that begin with `path`, into R(i, j). N holds tangents only, so that a
/// product of more than `Order` of them is zero, and the sum ends.
template <int Order, class D, class T, class E, std::size_t M>
void add_paths(const D& f, const View<T>& values, const View<E>& n, const std::array<Index, M>& path, const E& product,
               View<E> r) {
  r(path.front(), path.back()) += product * f.difference(values, path);
  if constexpr (static_cast<int>(M) <= Order) {
    for (Index k = 0; k < values.rows(); ++k) {
      const E longer = product * n(path.back(), k);
      if (is_exact_zero(longer)) continue;
      std::array<Index, M + 1> next{};
      std::copy(path.begin(), path.end(), next.begin());
      next.back() = k;
      add_paths<Order>(f, values, n, next, longer, r);
    }
  }
}

template <class D>
struct SpectralNode;

/// A symmetric matrix of numbers S, ready for f(A) and its derivatives.
///
/// With A = V (Λ + N) Vᵀ, where V and Λ are plain and N holds the tangents, f(A) = V R Vᵀ is a finite sum of products
/// of N; a derivative along Y is the coefficient of δ in f(A + δY). Neither needs derivatives of V.
template <class S>
class SpectralPoint {
  using T = magnitude_t<S>;

 public:
  template <class D>
  SpectralPoint(const D& f, const View<S>& a)
      : values_(room<T>(a.rows(), 1)), vectors_(room<T>(a.rows(), a.rows())), tangents_(room<S>(a.rows(), a.rows())) {
    const Index n = a.rows();
    const Scratch<S> scratch;
    View<T> plain = room<T>(n, n);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) plain(i, j) = innermost_value(a(i, j));
    }
    eigh_of_numbers(f.name, plain, values_, vectors_);
    f.admit(values_);
    tangents_.setZero();
    if constexpr (is_dual<S>) to_eigenbasis(a, tangents_);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) tangents_(i, j) = nilpotent_part(tangents_(i, j));
    }
  }

  /// to ← the derivative of f(A) along all of the directions (f(A) itself if there are none).
  template <class D, class... Y>
  void derivative(const D& f, View<S> to, const Y&... directions) const {
    using E = decltype(with_directions(std::declval<const S&>(), directions(0, 0)...));
    constexpr int order = dual_depth<S> + static_cast<int>(sizeof...(Y));
    const Index n = values_.rows();
    const Scratch<S> scratch;
    [[maybe_unused]] const auto in_basis = [&](const View<S>& y) {
      View<S> p = room<S>(n, n);
      to_eigenbasis(y, p);
      return p;
    };
    const std::array<View<S>, sizeof...(Y)> ys{in_basis(directions)...};
    View<E> steps = room<E>(n, n), r = room<E>(n, n);
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) {
        steps(i, j) = std::apply([&](const auto&... y) { return with_directions(tangents_(i, j), S(y(i, j))...); }, ys);
        r(i, j) = E(0);
      }
    }
    for (Index i = 0; i < n; ++i) add_paths<order>(f, values_, steps, std::array<Index, 1>{i}, E(1), r);
    View<S> inner = room<S>(n, n), left = room<S>(n, n), v = basis();
    for (Index j = 0; j < n; ++j) {
      for (Index i = 0; i < n; ++i) inner(i, j) = mixed_coefficient<static_cast<int>(sizeof...(Y))>(r(i, j));
    }
    left.noalias() = v * inner;
    to.noalias() = left * v.transpose();
  }

 private:
  template <class U>
  static View<U> room(Index rows, Index cols) {
    return view_at(current_tape<S>->template allocate_array<U>(static_cast<std::size_t>(rows * cols)), rows, cols);
  }
  View<S> basis() const {
    View<S> v = room<S>(vectors_.rows(), vectors_.cols());
    v = vectors_.template cast<S>();
    return v;
  }
  void to_eigenbasis(const View<S>& y, View<S> p) const {
    const Scratch<S> scratch;
    View<S> v = basis(), right = room<S>(y.rows(), y.cols());
    right.noalias() = y * v;
    p.noalias() = v.transpose() * right;
  }

  View<T> values_;
  View<T> vectors_;
  View<S> tangents_;
};

template <class S>
inline constexpr bool holds_variables = is_var<S>;
template <class T, int N, bool Forward>
inline constexpr bool holds_variables<Dual<T, N, Forward>> = holds_variables<T>;

/// Forward mode over variables of an outer recording: the product rule over its parts.
template <class S>
requires(is_dual<S>&& holds_variables<S>) class SpectralPoint<S> {
  using U = decltype(S::value);

 public:
  template <class D>
  SpectralPoint(const D&, const View<S>& a) : a_(a) {}

  template <class D, class... Y>
  void derivative(const D& f, View<S> to, const Y&... directions) const {
    const Scratch<S> scratch;
    const SpectralPoint<U> point(f, part(a_, -1));
    View<U> result = room(to), sum = room(to);
    point.derivative(f, result, part(directions, -1)...);
    for (Index k = 0; k < to.size(); ++k) at(to, k) = S(at(result, k));
    for (int lane = 0; lane < static_cast<int>(std::extent_v<decltype(S::tangent)>); ++lane) {
      point.derivative(f, sum, part(a_, lane), part(directions, -1)...);
      for (std::size_t moved = 0; moved < sizeof...(Y); ++moved) {
        std::size_t next = 0;
        point.derivative(f, result, part(directions, next++ == moved ? lane : -1)...);
        sum += result;
      }
      for (Index k = 0; k < to.size(); ++k) at(to, k).tangent[lane] = at(sum, k);
    }
  }

 private:
  template <class V>
  static auto& at(V& x, Index k) {
    return x.coeffRef(k % x.rows(), k / x.rows());
  }
  static View<U> room(const View<S>& like) {
    const auto n = static_cast<std::size_t>(like.size());
    return view_at(current_tape<S>->template allocate_array<U>(n), like.rows(), like.cols());
  }
  /// The tangents of a lane, or the values.
  static View<U> part(View<S> x, int lane) {
    View<U> y = room(x);
    for (Index k = 0; k < x.size(); ++k) at(y, k) = lane < 0 ? at(x, k).value : U(at(x, k).tangent[lane]);
    return y;
  }

  View<S> a_;
};

/// A matrix of variables of an outer recording: f(A) and its derivatives are nodes of that one.
template <class T>
class SpectralPoint<Var<T>> {
  using S = Var<T>;

 public:
  template <class D>
  SpectralPoint(const D&, const View<S>& a) : a_(a) {}

  template <class D, class... Y>
  void derivative(const D& f, View<S> to, const Y&... directions) const {
    copy_elements(to, run_node(SpectralNode<D>{f}, a_, directions...));
  }

 private:
  View<S> a_;
};

/// Y = f(A).   Ā += the derivative of f(A) along Ȳ, V (f[λᵢ, λⱼ] ∘ Vᵀ Ȳ V) Vᵀ
/// With directions D₁, D₂ …: the derivative of f(A) along all of them, which is symmetric in them and linear in each.
template <class D>
struct SpectralNode {
  D f;

  template <class S, class A, class... Y>
  auto operator()(std::type_identity<S>, const A& a, const Y&... directions) const {
    constexpr int n = square_size<A>;
    check_square(f.name, a.rows(), a.cols());
    const auto y = allocate<matrix_t<S, n, n>>(a.rows(), a.rows(), a.is_active() || (directions.is_active() || ...));
    const SpectralPoint<S> point(f, symmetric_copy_of<S>(a));
    const std::tuple<decltype(symmetric_copy_of<S>(directions))...> along{symmetric_copy_of<S>(directions)...};
    std::apply([&](const auto&... d) { point.derivative(f, values_of(y), d...); }, along);
    if (y.is_active()) {
      const D* const kept = current_tape<S>->own(f);
      record(y, [=](auto&) { pull_back(*kept, point, adjoint_of(y), along, a, directions...); });
    }
    return y;
  }

 private:
  template <class S, class Along, class A, class... Y>
  static void pull_back(const D& f, const SpectralPoint<S>& point, View<S> y_bar, const Along& along, const A& a,
                        const Y&... directions) {
    Scratch<S> scratch;
    View<S> bar = scratch.matrix(y_bar.rows(), y_bar.cols());
    bar = S(0.5) * (y_bar + y_bar.transpose());
    View<S> x_bar = scratch.matrix(bar.rows(), bar.cols());
    send_to(a, [&](auto a_bar) {
      std::apply([&](const auto&... d) { point.derivative(f, x_bar, d..., bar); }, along);
      a_bar += x_bar;
    });
    // The derivative is symmetric in its directions: the one whose cotangent it is gives its place to Ȳ.
    const auto send_along = [&]<std::size_t K>(std::integral_constant<std::size_t, K>, const auto& direction) {
      send_to(direction, [&](auto direction_bar) {
        auto others = along;
        new (&std::get<K>(others)) View<S>(bar);
        std::apply([&](const auto&... d) { point.derivative(f, x_bar, d...); }, others);
        direction_bar += x_bar;
      });
    };
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      (send_along(std::integral_constant<std::size_t, K>{}, directions), ...);
    }
    (std::index_sequence_for<Y...>{});
  }
};

}  // namespace grove::detail
