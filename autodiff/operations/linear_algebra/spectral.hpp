// Functions of symmetric matrices by their eigenvalues, f(A) = V diag(f(λ)) Vᵀ, and projectors onto eigenspaces.
//
// Derivatives do not go through those of the eigenvectors, which do not exist at equal eigenvalues, but through the
// divided differences f[λᵢ, λⱼ] of f: finite and right for any eigenvalues, in both modes, at any order. All of these
// read the symmetric part (A + Aᵀ)/2, as `eigh` and `cholesky` do: they are no functions of general matrices.
#pragma once

#include <cmath>

#include "detail/spectral_node.hpp"

namespace grove {
namespace detail {

struct SquareRoot {
  auto operator()(const auto& x) const {
    using std::sqrt;
    return sqrt(x);
  }
  template <class T>
  T difference(T a, T b) const requires std::is_floating_point_v<T> {
    return 1 / (std::sqrt(a) + std::sqrt(b));
  }
};
struct Exponential {
  auto operator()(const auto& x) const {
    using std::exp;
    return exp(x);
  }
  template <class T>
  T difference(T a, T b) const requires std::is_floating_point_v<T> {
    return std::exp(b) * (a == b ? T(1) : -std::expm1(a - b) / (b - a));
  }
};
struct Logarithm {
  auto operator()(const auto& x) const {
    using std::log;
    return log(x);
  }
  template <class T>
  T difference(T a, T b) const requires std::is_floating_point_v<T> {
    return a == b ? 1 / a : std::log1p((b - a) / a) / (b - a);
  }
};
struct PowerOf {
  double p;
  auto operator()(const auto& x) const {
    using std::pow;
    return pow(x, p);
  }
};

template <class F, class A>
auto apply_spectral(const OfFunction<F>& f, const A& a) {
  return run_node(SpectralNode<OfFunction<F>>{f}, a);
}

}  // namespace detail

/// f(A) = V diag(f(λ)) Vᵀ of a symmetric A = V diag(λ) Vᵀ, for any function f of one number: `spectral([](const auto&
/// x) { return grove::tanh(x); }, a)`.  (n,n) → (n,n)
///
/// f is a generic function without side effects; its derivatives come from forward mode. What is read is the symmetric
/// part (A + Aᵀ)/2. Derivatives exist, finite and right, also at equal eigenvalues; between nearly equal ones they keep
/// about 13 of double's 16 digits (see `detail::divided_difference`). Throws: ShapeError; Error if f is not finite at
/// an eigenvalue, or its derivative is needed there and is not. Source: Daleckii & Krein 1965; Higham, Functions of
/// Matrices, 2008, §3.2.
template <class F, detail::Dense A>
auto spectral(const F& f, const A& a) {
  return detail::apply_spectral(detail::OfFunction<F>{"spectral", "the function must be finite there", f}, a);
}

/// The positive semidefinite root of a symmetric positive semidefinite matrix, sqrtm(A)² = A.  (n,n) → (n,n)
///
/// Throws: ShapeError; Error if an eigenvalue is negative (beyond rounding), or is zero where its derivative is needed.
template <detail::Dense A>
auto sqrtm(const A& a) {
  return detail::apply_spectral(
      detail::OfFunction<detail::SquareRoot>{"sqrtm", "the matrix must be positive semidefinite", {}, true}, a);
}

/// The logarithm of a symmetric positive definite matrix, expm(logm(A)) = A.  (n,n) → (n,n)
///
/// Throws: ShapeError; Error if an eigenvalue is not positive.
template <detail::Dense A>
auto logm(const A& a) {
  return detail::apply_spectral(
      detail::OfFunction<detail::Logarithm>{"logm", "the matrix must be positive definite", {}}, a);
}

/// The exponential of a symmetric matrix.  (n,n) → (n,n)
///
/// Throws: ShapeError; Error if it overflows.
template <detail::Dense A>
auto expm(const A& a) {
  return detail::apply_spectral(detail::OfFunction<detail::Exponential>{"expm", "its exponential overflows", {}}, a);
}

/// Aᵖ of a symmetric matrix, for any real p: powm(A, -0.5) whitens. An exponent that is no whole number needs
/// eigenvalues that are not negative, one below zero none that is zero.  (n,n) → (n,n)
///
/// Throws: ShapeError; Error if the power does not exist, with the eigenvalue.
template <detail::Dense A>
auto powm(const A& a, double p) {
  return detail::apply_spectral(
      detail::OfFunction<detail::PowerOf>{"powm", "it has no such power", {p}, p > 0 && p != std::floor(p)}, a);
}

/// The projector V Vᵀ onto the space of `count` eigenvectors of a symmetric matrix, those of the eigenvalues `first`,
/// first + 1, … in increasing order.  (n,n) → (n,n)
///
/// Its derivative needs only the gaps between the eigenvalues inside and outside; those inside may be equal, where the
/// vectors of `eigh` have no derivative. Throws: ShapeError, also if there are not so many; Error if the gap at
/// either end is zero, or too small for the precision, since then the space is not determined.
template <detail::Dense A>
auto eigenspace_projector(const A& a, Index first, Index count) {
  return detail::run_node(detail::SpectralNode<detail::OfSpace>{{first, count}}, a);
}

}  // namespace grove
