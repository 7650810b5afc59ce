// Rearrangements: reshaped, replicate, hcat, vcat and stack.
#pragma once

#include <array>
#include <iterator>
#include <tuple>
#include <vector>

#include "../../engine/fusion/run_node.hpp"
#include "broadcast.hpp"

namespace grove {
namespace detail {

// ---- Joining --------------------------------------------------------------------------------------------------------

/// Where block k of a joined matrix begins, and its size.
struct Place {
  Index row, col, rows, cols;
};

/// The places of blocks side by side (or one below the other), and the shape of the whole.
template <bool Horizontal>
class Layout {
 public:
  explicit Layout(const char* name) : name_(name) {}

  Place add(Index rows, Index cols) {
    const Index across = Horizontal ? rows : cols;
    if (count_++ == 0) across_ = across;
    if (across != across_) [[unlikely]]
      fail(rows, cols);
    const Place place{Horizontal ? 0 : along_, Horizontal ? along_ : 0, rows, cols};
    along_ += Horizontal ? cols : rows;
    return place;
  }
  Index rows() const { return Horizontal ? across_ : along_; }
  Index cols() const { return Horizontal ? along_ : across_; }

 private:
  [[noreturn]] void fail(Index rows, Index cols) const {
    throw ShapeError(fill("{}: operand {} is {}, the first one has {} {}",
                          {name_, count_ - 1, shape_text(rows, cols), across_, Horizontal ? "rows" : "columns"}));
  }

  const char* name_;
  Index count_ = 0, across_ = 0, along_ = 0;
};

template <class M>
auto block_at(M&& matrix, const Place& p) {
  return matrix.block(p.row, p.col, p.rows, p.cols);
}

inline constexpr int added(int a, int b) { return a == Eigen::Dynamic || b == Eigen::Dynamic ? Eigen::Dynamic : a + b; }

/// The plain type of blocks joined.
template <bool Horizontal, class S, class First, class... Rest>
struct joined {
  static constexpr int along = [] {
    int n = Horizontal ? First::ColsAtCompileTime : First::RowsAtCompileTime;
    ((n = added(n, Horizontal ? Rest::ColsAtCompileTime : Rest::RowsAtCompileTime)), ...);
    return n;
  }();
  static constexpr int across = [] {
    int n = Horizontal ? First::RowsAtCompileTime : First::ColsAtCompileTime;
    ((n = merged(n, Horizontal ? Rest::RowsAtCompileTime : Rest::ColsAtCompileTime)), ...);
    return n;
  }();
  using type = plain_t<is_array_kind<First>, S, Horizontal ? across : along, Horizontal ? along : across, false>;
};

/// Blocks → one matrix.   Each x̄ += its block of ȳ
template <bool Horizontal, class... X>
auto join(const char* name, const X&... x) {
  using S = tape_scalar_t<X...>;
  Layout<Horizontal> layout(name);
  const std::array<Place, sizeof...(X)> places{layout.add(x.rows(), x.cols())...};
  const auto fill = [&places](auto& whole, const auto&... blocks) {
    using Number = typename bare<decltype(whole)>::Scalar;
    std::size_t k = 0;
    ((block_at(whole, places[k++]) = blocks.template cast<Number>()), ...);
  };
  if constexpr (std::is_void_v<S>) {
    using Number = typename number_of<X...>::type;
    typename joined<Horizontal, Number, bare<X>...>::type y(layout.rows(), layout.cols());
    auto&& whole = y.matrix();
    fill(whole, x.matrix()...);
    return Owned(std::move(y));
  } else {
    const auto terms = std::make_tuple(term_of<S>(x)...);
    using Plain = typename joined<Horizontal, S, bare<X>...>::type;
    const bool active = std::apply([](const auto&... t) { return (t.is_active() || ...); }, terms);
    const auto y = allocate<Plain>(layout.rows(), layout.cols(), active);
    auto whole = writable_matrix(y);
    std::apply([&](const auto&... t) { fill(whole, t.matrix_map()...); }, terms);
    if (active) {
      record(y, [terms, places, y](auto&) {
        const auto y_bar = y.adjoint_matrix();
        std::size_t k = 0;
        const auto give_back = [&](const auto& t) {
          const Place& place = places[k++];
          if constexpr (bare<decltype(t)>::has_adjoint) {
            if (t.is_active()) t.adjoint_matrix() += block_at(y_bar, place);
          }
        };
        std::apply([&](const auto&... t) { (give_back(t), ...); }, terms);
      });
    }
    return y;
  }
}

/// The same for a list of blocks of one type.
template <bool Horizontal, class X>
auto join_list(const char* name, const std::vector<X>& list) {
  if (list.empty()) throw ShapeError(fill("{}: the list is empty", {name}));
  Layout<Horizontal> layout(name);
  std::vector<Place> places;
  for (const X& x : list) places.push_back(layout.add(x.rows(), x.cols()));
  constexpr int rows = Horizontal ? int(X::RowsAtCompileTime) : Eigen::Dynamic;
  constexpr int cols = Horizontal ? Eigen::Dynamic : int(X::ColsAtCompileTime);
  using S = tape_scalar_t<X>;
  if constexpr (std::is_void_v<S>) {
    plain_t<is_array_kind<X>, typename X::Scalar, rows, cols, false> y(layout.rows(), layout.cols());
    for (std::size_t k = 0; k < list.size(); ++k) block_at(y, places[k]) = list[k];
    return Owned(std::move(y));
  } else {
    using Term = bare<decltype(term_of<S>(list[0]))>;
    struct Part {
      Term term;
      Place place;
    };
    Part* parts = current_tape<S>->template allocate_array<Part>(list.size());
    bool active = false;
    for (std::size_t k = 0; k < list.size(); ++k) {
      new (parts + k) Part{term_of<S>(list[k]), places[k]};
      active = active || parts[k].term.is_active();
    }
    const auto y = allocate<plain_t<is_array_kind<X>, S, rows, cols, false>>(layout.rows(), layout.cols(), active);
    auto whole = writable_matrix(y);
    for (std::size_t k = 0; k < list.size(); ++k) block_at(whole, parts[k].place) = parts[k].term.matrix_map();
    if (active) {
      record(y, [parts, n = list.size(), y](auto&) {
        const auto y_bar = y.adjoint_matrix();
        for (std::size_t k = 0; k < n; ++k) {
          if (parts[k].term.is_active()) parts[k].term.adjoint_matrix() += block_at(y_bar, parts[k].place);
        }
      });
    }
    return y;
  }
}

template <class T>
concept ScalarOperand = is_number<T> || is_var<bare<T>>;

/// A vector lying down.
template <class S, class X>
auto lying(const X& x) {
  if constexpr (X::RowsAtCompileTime == 1) {
    if constexpr (ActiveDense<X>) {
      return x.matrix();
    } else {
      return x.matrix().eval();
    }
  } else if constexpr (ActiveDense<X>) {
    return x.matrix().transpose();
  } else {
    return x.matrix().transpose().eval();
  }
}

}  // namespace detail

/// Matrices side by side.  (n,k), (n,m), … → (n,k+m+…)
///
/// Operands may be active or plain, in any mix. Throws: ShapeError if the numbers of rows differ.
template <detail::Dense... X>
requires(sizeof...(X) > 0) auto hcat(const X&... x) { return detail::join<true>("hcat", x...); }

/// The matrices of a list side by side.
template <detail::Dense X>
auto hcat(const std::vector<X>& list) {
  return detail::join_list<true>("hcat", list);
}

/// Matrices one below the other.  (n,k), (m,k), … → (n+m+…,k)
///
/// Operands may be active or plain, in any mix. Throws: ShapeError if the numbers of columns differ.
template <detail::Dense... X>
requires(sizeof...(X) > 0) auto vcat(const X&... x) { return detail::join<false>("vcat", x...); }

/// The matrices of a list one below the other.
template <detail::Dense X>
auto vcat(const std::vector<X>& list) {
  return detail::join_list<false>("vcat", list);
}

/// A column vector of scalars, of static size.
template <detail::ScalarOperand... X>
requires(sizeof...(X) > 0) auto stack(const X&... x) {
  constexpr int n = sizeof...(X);
  using S = detail::tape_scalar_t<X...>;
  if constexpr (std::is_void_v<S>) {
    using Number = typename detail::common_number_of<X...>::type;
    return detail::Owned(Eigen::Matrix<Number, n, 1>{Number(x)...});
  } else {
    Eigen::Matrix<Var<S>, n, 1> variables;
    Index k = 0;
    ((variables[k++] = Var<S>(x)), ...);
    return Active<Eigen::Matrix<S, n, 1>>(variables);
  }
}

/// A column vector of a list of scalars.
template <detail::ScalarOperand X>
auto stack(const std::vector<X>& list) {
  const Eigen::Map<const Eigen::Matrix<X, Eigen::Dynamic, 1>> elements(list.data(), static_cast<Index>(list.size()));
  if constexpr (detail::is_var<X>) {
    return Active<Eigen::Matrix<typename X::Scalar, Eigen::Dynamic, 1>>(elements);
  } else {
    return detail::Owned(Eigen::Matrix<X, Eigen::Dynamic, 1>(elements));
  }
}

/// A matrix whose rows are the given vectors (row or column vectors, active or plain).
///
/// Throws: ShapeError if the sizes differ.
template <detail::Dense... X>
requires(sizeof...(X) > 0) auto stack(const X&... x) {
  static_assert((detail::is_static_vector<X> && ...), "grove: stack takes scalars or vectors; use vcat or hcat");
  using S = detail::tape_scalar_t<X...>;
  return detail::join<false>("stack", detail::lying<S>(x)...);
}
template <detail::Dense X>
auto stack(const std::vector<X>& list) {
  static_assert(detail::is_static_vector<X>, "grove: stack takes scalars or vectors; use vcat or hcat");
  std::vector<decltype(detail::lying<void>(list[0]))> rows;
  for (const X& x : list) rows.push_back(detail::lying<void>(x));
  return detail::join_list<false>("stack", rows);
}

// ---- Members --------------------------------------------------------------------------------------------------------

namespace detail {

template <class Derived>
auto DenseOps<Derived>::reshaped(Index rows, Index cols) const {
  using S = typename Derived::S;
  using Traits = plain_traits<typename Derived::PlainObject>;
  // Elements keep their column-major order, as in Eigen. A contiguous operand is seen anew, another one copied.
  const Active<plain_t<Traits::is_array, S, rows_static(), cols_static(), false>> x(evaluated(self()));
  if (rows < 0 || cols < 0) [[unlikely]]
    throw ShapeError(fill("reshaped: the shape {} is negative", {shape_text(rows, cols)}));
  if (size_product("reshaped", rows, cols) != size()) [[unlikely]]
    throw ShapeError(fill("reshaped: {} has {} elements, {} has {}",
                          {shape_text(x.rows(), x.cols()), size(), shape_text(rows, cols), rows * cols}));
  using Plain = plain_t<Traits::is_array, S, Eigen::Dynamic, Eigen::Dynamic, false>;
  return Active<Plain>(x.data(), x.slot(), x.is_active() ? current_tape<S>->tag() : 0, rows, cols);
}

template <class Derived>
auto DenseOps<Derived>::reshaped() const {
  constexpr int n = rows_static() == Eigen::Dynamic || cols_static() == Eigen::Dynamic ? Eigen::Dynamic
                                                                                       : rows_static() * cols_static();
  return reshaped(size(), 1).template view_of<n, 1>(0, 0, size(), 1);
}

template <class Derived>
auto DenseOps<Derived>::replicate(Index rows, Index cols) const {
  const auto x = evaluated(self());
  if (rows < 0 || cols < 0) [[unlikely]]
    throw ShapeError(fill("replicate: {} copies", {shape_text(rows, cols)}));
  using Plain = resized<typename Derived::PlainObject, Eigen::Dynamic, Eigen::Dynamic>;
  const Index all_rows = size_product("replicate", x.rows(), rows);
  const Index all_cols = size_product("replicate", x.cols(), cols);
  const auto y = allocate<Plain>(all_rows, all_cols, x.is_active());
  auto value = writable(y);
  value = x.map().replicate(rows, cols);
  if (x.is_active()) {
    record(y, [x, rows, cols](auto& y_bar) {
      auto x_bar = x.adjoint_map();
      for (Index j = 0; j < cols; ++j) {
        for (Index i = 0; i < rows; ++i) x_bar += y_bar.block(i * x.rows(), j * x.cols(), x.rows(), x.cols());
      }
    });
  }
  return y;
}

}  // namespace detail
}  // namespace grove
