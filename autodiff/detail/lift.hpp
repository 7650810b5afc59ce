// From a tree of plain numbers to the same tree of variables, and the adjoints back into plain numbers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "autodiff/active.hpp"
#include "autodiff/dual.hpp"
#include "autodiff/tree/flatten.hpp"
#include "autodiff/tree/map.hpp"

namespace grove {

/// Leaves that the engine adds: variables, duals, active matrices, and Eigen's matrices of variables or duals.
template <class S>
struct leaf_traits<Var<S>> {
  static constexpr bool is_leaf = true;
  using Scalar = Var<S>;
  static Index rows(const Var<S>&) { return 1; }
  static Index cols(const Var<S>&) { return 1; }
  static Index size(const Var<S>&) { return 1; }
  static Var<S>& view(Var<S>& x) { return x; }
  static const Var<S>& view(const Var<S>& x) { return x; }
};
template <class S, int N, bool Forward>
struct leaf_traits<Dual<S, N, Forward>> {
  static constexpr bool is_leaf = true;
  using Scalar = Dual<S, N, Forward>;
  static Index rows(const Scalar&) { return 1; }
  static Index cols(const Scalar&) { return 1; }
  static Index size(const Scalar&) { return 1; }
  static Scalar& view(Scalar& x) { return x; }
  static const Scalar& view(const Scalar& x) { return x; }
};
template <class Plain, class Stride>
struct leaf_traits<Active<Plain, Stride>> {
  static constexpr bool is_leaf = true;
  using Scalar = typename Active<Plain, Stride>::Scalar;
  static Index rows(const Active<Plain, Stride>& x) { return x.rows(); }
  static Index cols(const Active<Plain, Stride>& x) { return x.cols(); }
  static Index size(const Active<Plain, Stride>& x) { return x.size(); }
  static auto view(const Active<Plain, Stride>& x) { return x.array(); }
  template <class Value>
  static void assign(Active<Plain, Stride>& x, const Value& value) {
    assign(x, value, x);
  }
  /// A number fills an array of the shape of `like`.
  template <class Value>
  static void assign(Active<Plain, Stride>& x, const Value& value, const Active<Plain, Stride>& like) {
    using Values = Eigen::Array<typename detail::plain_traits<Plain>::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
    if constexpr (detail::Dense<Value>) {
      x = Active<Plain, Stride>(value.matrix());
    } else if constexpr (std::is_arithmetic_v<Value>) {
      x = Active<Plain, Stride>(Values::Constant(like.rows(), like.cols(), Value(value)).matrix());
    } else {
      const Active<Plain, Stride> zeros(Values::Zero(like.rows(), like.cols()).matrix());
      x = Active<Plain, Stride>((zeros.array() + value).matrix());
    }
  }
};
template <class Row, class Plain, class... Terms>
struct leaf_traits<detail::Expr<Row, Plain, Terms...>> : leaf_traits<Active<Plain>> {
  using T = detail::Expr<Row, Plain, Terms...>;
  static Index rows(const T& x) { return x.rows(); }
  static Index cols(const T& x) { return x.cols(); }
  static Index size(const T& x) { return x.size(); }
  static auto view(const T& x) { return x.array(); }
};
template <class S, int R, int C, int O, int MR, int MC>
requires(detail::is_var<S> || detail::is_dual<S>) struct leaf_traits<Eigen::Matrix<S, R, C, O, MR, MC>>
    : tree::detail::EigenLeaf<Eigen::Matrix<S, R, C, O, MR, MC>> {
};
template <class S, int R, int C, int O, int MR, int MC>
requires(detail::is_var<S> || detail::is_dual<S>) struct leaf_traits<Eigen::Array<S, R, C, O, MR, MC>>
    : tree::detail::EigenLeaf<Eigen::Array<S, R, C, O, MR, MC>> {
};

/// The type of tree T with its numbers replaced by U (a Var). Specialise it for a class registered with GROVE_TREE that
/// is no template of its scalar, if the loss should see that class and not a tuple of its members.
template <class T, class U>
struct tree_rebind;

namespace detail {

template <class T, class U>
using rebind_t = typename tree_rebind<T, U>::type;

template <class T, class U>
struct rebind_leaf {
  using type = U;
};
template <class S, int R, int C, int O, int MR, int MC, class V>
struct rebind_leaf<Eigen::Matrix<S, R, C, O, MR, MC>, Var<V>> {
  using type = Active<plain_t<false, V, R, C, (O & Eigen::RowMajor) != 0>>;
};
template <class S, int R, int C, int O, int MR, int MC, class V>
struct rebind_leaf<Eigen::Array<S, R, C, O, MR, MC>, Var<V>> {
  using type = Active<plain_t<true, V, R, C, (O & Eigen::RowMajor) != 0>>;
};
// Leaves that are already active (a derivative inside a loss) keep their values as they are.
template <class Plain, class Stride, class V>
struct rebind_leaf<Active<Plain, Stride>, Var<V>> {
  using type = Active<plain_t<plain_traits<Plain>::is_array, V, plain_traits<Plain>::rows, plain_traits<Plain>::cols,
                              plain_traits<Plain>::row_major>>;
};

// Back to plain numbers.
template <class Plain, class Stride, class U>
requires(!is_var<U>) struct rebind_leaf<Active<Plain, Stride>, U> {
  using type = with_scalar<Plain, U>;
};
template <class Row, class Plain, class... Terms, class U>
struct rebind_leaf<Expr<Row, Plain, Terms...>, U> : rebind_leaf<Active<Plain>, U> {};
template <class S, int R, int C, int O, int MR, int MC, class U>
requires(!is_var<U>) struct rebind_leaf<Eigen::Matrix<S, R, C, O, MR, MC>, U> {
  using type = Eigen::Matrix<U, R, C, O, MR, MC>;
};
template <class S, int R, int C, int O, int MR, int MC, class U>
requires(!is_var<U>) struct rebind_leaf<Eigen::Array<S, R, C, O, MR, MC>, U> {
  using type = Eigen::Array<U, R, C, O, MR, MC>;
};

template <class T, class U>
using rebind_argument = std::conditional_t<std::is_floating_point_v<T> || is_var<T> || is_dual<T>, U, T>;

// A node that is no template of its scalar becomes a tuple of its members.
template <class T, class U>
struct rebind_class {
  template <class... M>
  static std::tuple<rebind_t<std::remove_cvref_t<M>, U>...> members(const std::tuple<M...>*);
  using type = decltype(members(static_cast<tree::detail::Fields<T>*>(nullptr)));
};
template <template <class...> class C, class A, class... Rest, class U>
requires(!std::same_as<rebind_argument<A, U>, A>) struct rebind_class<C<A, Rest...>, U> {
  using type = C<rebind_argument<A, U>, rebind_argument<Rest, U>...>;
};
template <template <class, auto...> class C, class A, auto N, auto... Rest, class U>
requires(!std::same_as<rebind_argument<A, U>, A>) struct rebind_class<C<A, N, Rest...>, U> {
  using type = C<rebind_argument<A, U>, N, Rest...>;
};

template <class T, class U>
struct rebind_node : rebind_class<T, U> {};
template <class T, class A, class U>
struct rebind_node<std::vector<T, A>, U> {
  using type = std::vector<rebind_t<T, U>>;
};
template <class T, std::size_t N, class U>
struct rebind_node<std::array<T, N>, U> {
  using type = std::array<rebind_t<T, U>, N>;
};
template <class K, class T, class C, class A, class U>
struct rebind_node<std::map<K, T, C, A>, U> {
  using type = std::map<K, rebind_t<T, U>, C>;
};
template <class T, class U>
struct rebind_node<std::optional<T>, U> {
  using type = std::optional<rebind_t<T, U>>;
};
template <class... T, class U>
struct rebind_node<std::tuple<T...>, U> {
  using type = std::tuple<rebind_t<T, U>...>;
};
template <class A, class B, class U>
struct rebind_node<std::pair<A, B>, U> {
  using type = std::pair<rebind_t<A, U>, rebind_t<B, U>>;
};

template <class T, class U>
struct choose_rebind {
  static auto pick() {
    if constexpr (tree::Leaf<T>) {
      return std::type_identity<typename rebind_leaf<T, U>::type>{};
    } else if constexpr (!tree::detail::has_leaves<T>) {
      return std::type_identity<T>{};
    } else {
      return std::type_identity<typename rebind_node<T, U>::type>{};
    }
  }
  using type = typename decltype(pick())::type;
};

}  // namespace detail

template <class T, class U>
struct tree_rebind {
  using type = typename detail::choose_rebind<T, U>::type;
};

/// The scalar of a tree (the widest, if they differ): double for plain parameters, a variable inside a loss. For
/// accumulators in generic losses: `grove::scalar_t<decltype(p)> energy = 0;`.
template <class T>
using scalar_t = tree::scalar_t<T>;

namespace detail {

/// Makes `active`, a leaf, stand for the values of `plain`. Slots are taken in the order of the leaves, so that the
/// adjoints of all parameters are one run of slots in the order of tree::flatten.
///
/// `seed(value, index)` may add tangents to the index-th scalar of the tree; without it (NoSeed) values are referenced
/// where that is possible.
struct NoSeed {};

template <class S, class Seed>
class Lifter {
 public:
  Lifter(Tape<S>& tape, bool recording, const Seed& seed)
      : tape_(tape),
        recording_(recording),
        seed_(seed),
        slots_(static_cast<std::uint32_t>(tape.slot_count())),
        tag_(tape.tag()) {}

  /// Takes the slots that the leaves were given.
  void finish() {
    if (recording_) tape_.allocate_inputs(static_cast<std::size_t>(first_));
  }

  template <class P, class A>
  void operator()(const P& plain, A& active) {
    static_assert(
        !tree::Leaf<A> || std::same_as<typename leaf_traits<A>::Scalar, Var<S>>,
        "grove: a parameter struct template has a member that stays plain when its scalar is replaced; declare it with "
        "the template's scalar (T, grove::Vector<T>, Eigen::Matrix<T, …>)");
    const auto n = static_cast<std::size_t>(leaf_traits<P>::size(plain));
    if constexpr (is_var<A>) {
      const S value = seeded(plain, 0);
      active = recording_ ? VarAccess::make(value, slot(0), tag_) : Var<S>(value);
    } else if constexpr (is_active_handle<A>) {
      const S* data = values_of<A>(plain);
      active =
          recording_ ? A(data, slot(0), tag_, plain.rows(), plain.cols()) : A(data, 0, 0, plain.rows(), plain.cols());
    } else {
      active.resize(plain.rows(), plain.cols());
      for (Index j = 0; j < plain.cols(); ++j) {
        for (Index i = 0; i < plain.rows(); ++i) {
          const Index position = i + j * plain.rows();
          const S value = seeded(plain(i, j), position);
          active(i, j) = recording_ ? VarAccess::make(value, slot(position), tag_) : Var<S>(value);
        }
      }
    }
    first_ += static_cast<Index>(n);
  }

 private:
  std::uint32_t slot(Index position) const { return slots_ + static_cast<std::uint32_t>(first_ + position); }

  // The value of the scalar at `position` of the current leaf, with its tangents.
  template <class Number>
  S seeded(const Number& number, Index position) {
    S value(number);
    if constexpr (!std::same_as<Seed, NoSeed>) seed_(value, first_ + position);
    return value;
  }

  // Parameters outlive the call: values of the tape's own type are referenced.
  template <class A, class P>
  const S* values_of(const P& plain) {
    if constexpr (std::same_as<Seed, NoSeed>) {
      if constexpr (is_active_handle<P>) {
        if constexpr (std::same_as<typename P::S, S> && P::contiguous) return plain.data();
      } else if constexpr (std::same_as<typename P::Scalar, S>) {
        if (!tape_.copies_every_constant) return plain.data();
      }
    }
    S* copy = tape_.allocate_values(static_cast<std::size_t>(plain.size()));
    for (Index j = 0; j < plain.cols(); ++j) {
      for (Index i = 0; i < plain.rows(); ++i) {
        new (copy + (A::row_major ? i * plain.cols() + j : i + j * plain.rows()))
            S(seeded(plain(i, j), i + j * plain.rows()));
      }
    }
    return copy;
  }

  Tape<S>& tape_;
  bool recording_;
  const Seed& seed_;
  std::uint32_t slots_, tag_;
  Index first_ = 0;  // of the current leaf's scalars, in the order of tree::flatten
};

/// An active tree to be filled. One that owns memory is borrowed from those that earlier calls on this thread used, so
/// that its containers keep their memory.
template <class Tree>
class Borrowed {
 public:
  Borrowed() {
    auto& pool = free_trees();
    if (pool.empty()) {
      tree_ = std::make_unique<Tree>();
    } else {
      tree_ = std::move(pool.back());
      pool.pop_back();
    }
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { free_trees().push_back(std::move(tree_)); }
  Tree& operator*() { return *tree_; }

 private:
  static std::vector<std::unique_ptr<Tree>>& free_trees() {
    thread_local std::vector<std::unique_ptr<Tree>> pool;
    return pool;
  }
  std::unique_ptr<Tree> tree_;
};
template <class Tree>
requires std::is_trivially_destructible_v<Tree>
class Borrowed<Tree> {
 public:
  Borrowed() = default;
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Tree& operator*() { return tree_; }

 private:
  Tree tree_{};
};

template <class S, class P, class A, class Seed = NoSeed>
inline void lift(Tape<S>& tape, bool recording, const P& plain, A& active, const Seed& seed = {}) {
  tree::detail::match_structure(active, plain);
  Lifter<S, Seed> lifter(tape, recording, seed);
  auto lift_leaf = [&](const auto& from, auto& to) { lifter(from, to); };
  tree::detail::visit(tree::detail::NoTrail{}, lift_leaf, plain, active);  // they agree by now: no check
  lifter.finish();
}

/// The scalar below the variables of a tree; the tree's own scalar if it has none.
template <class S>
struct below_variables {
  using type = S;
};
template <class S>
struct below_variables<Var<S>> {
  using type = S;
};

}  // namespace detail

/// The plain value of a variable, of an active matrix, or of a tree of such; what is plain already is copied. For
/// branching and printing inside a loss; the result is a constant.
template <class T>
auto value_of(const T& x) {
  if constexpr (detail::is_var<T>) {
    return x.value();
  } else if constexpr (detail::is_active_dense<T>) {
    const auto& h = detail::evaluated(x);
    return typename detail::bare<decltype(h)>::PlainObject(h.map());
  } else if constexpr (detail::EigenDense<T>) {
    if constexpr (detail::is_var<typename T::Scalar>) {
      return x.derived().unaryExpr([](const auto& v) { return v.value(); }).eval();
    } else {
      return typename T::PlainObject(x);
    }
  } else if constexpr (tree::Pytree<T> && !tree::Leaf<T>) {
    if constexpr (!tree::detail::has_leaves<T>) {
      return x;
    } else {
      using S = typename detail::below_variables<scalar_t<T>>::type;
      detail::rebind_t<T, S> plain{};
      tree::detail::match_structure(plain, x);
      tree::detail::visit_leaves([](auto& to, const auto& from) { to = value_of(from); }, plain, x);
      return plain;
    }
  } else {
    return x;
  }
}
}  // namespace grove
