// Several instances of a batch at once: side by side in batched numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "../../engine/fusion/pack.hpp"
#include "../../engine/lifting/active_leaves.hpp"
#include "../../tree/detail/agree.hpp"
#include "call_loss.hpp"
#include "collect.hpp"
#include "derivative_of.hpp"

namespace grove::detail {

template <class S>
using BatchedNumber = Batched<S, int(pack_size<S>)>;

// ---- What takes several instances -----------------------------------------------------------------------------------

/// The floating type of a batch whose instances can be put side by side; void for others.
template <class A>
struct packed_scalar {
  static auto pick() {
    using I = instance_t<A>;
    if constexpr (!tree::Pytree<I>) {
      return std::type_identity<void>{};
    } else if constexpr (!tree::detail::has_leaves<I> || !tree::detail::is_sum_of_members<I>()) {
      return std::type_identity<void>{};
    } else if constexpr (!std::is_floating_point_v<tree::scalar_t<I>> || pack_size<tree::scalar_t<I>> == 1) {
      return std::type_identity<void>{};
    } else {
      return std::type_identity<tree::scalar_t<I>>{};
    }
  }
  using type = typename decltype(pick())::type;
};

template <class A>
consteval bool is_plain_argument() {
  if constexpr (Dense<A>) {
    return std::is_arithmetic_v<typename A::Scalar>;
  } else if constexpr (tree::Pytree<A>) {
    if constexpr (tree::detail::has_leaves<A>) return std::is_floating_point_v<tree::scalar_t<A>>;
    return true;
  } else {
    return !is_var<A> && !is_dual<A>;
  }
}

/// What f sees of an argument: of a batch an instance with other numbers, of others what they are.
template <bool IsBatch, class Number, class A>
struct instance_argument {
  using type = A;
};
template <class Number, class A>
struct instance_argument<true, Number, A> {
  using type = rebind_t<instance_t<A>, Number>;
};

/// Arguments of which those at some positions are batches: of plain numbers of one floating type, if they fit.
template <class Positions, class... Args>
struct PackedArguments;
template <std::size_t First, std::size_t... I, class... Args>
struct PackedArguments<std::index_sequence<First, I...>, Args...> {
  using Tuple = std::tuple<Args...>;
  using S = typename packed_scalar<std::tuple_element_t<First, Tuple>>::type;

  template <std::size_t K>
  static constexpr bool is_batch = K == First || ((K == I) || ...);
  template <std::size_t K, class Number>
  using Argument = typename instance_argument<is_batch<K>, Number, std::tuple_element_t<K, Tuple>>::type;
  template <std::size_t K>
  using Packed = Argument<K, BatchedNumber<S>>;

  static consteval bool fit() {
    if constexpr (std::is_void_v<S> ||
                  !(std::is_same_v<S, typename packed_scalar<std::tuple_element_t<I, Tuple>>::type> && ...)) {
      return false;
    } else {
      return []<std::size_t... K>(std::index_sequence<K...>) {
        return ((is_batch<K> || is_plain_argument<Args>()) && ...);
      }
      (std::index_sequence_for<Args...>{});
    }
  }
};

template <class F, class Positions, class... Args>
struct InPacks {
  static consteval bool possible() { return false; }
};
/// A derivative of a loss that can be called with batched numbers.
template <class F, class Order, std::size_t... D, class G, class Positions, class... Args>
struct InPacks<DerivativeOf<F, Order, std::index_sequence<D...>, G>, Positions, Args...>
    : PackedArguments<Positions, Args...> {
  using Arguments = PackedArguments<Positions, Args...>;
  using S = typename Arguments::S;

  static consteval bool possible() {
    if constexpr (!Arguments::fit()) {
      return false;
    } else {
      return []<std::size_t... K>(std::index_sequence<K...>) {
        return std::is_invocable_v<const F&, const LossArgument<K>&...>;
      }
      (std::index_sequence_for<Args...>{});
    }
  }

 private:
  template <std::size_t K>
  struct loss_argument {
    using Packed = typename Arguments::template Packed<K>;
    static auto pick() {
      if constexpr (((K == D) || ...)) {
        return std::type_identity<rebind_t<Packed, Var<typename Order::template Scalar<BatchedNumber<S>>>>>{};
      } else {
        return std::type_identity<Packed>{};
      }
    }
    using type = typename decltype(pick())::type;
  };
  template <std::size_t K>
  using LossArgument = typename loss_argument<K>::type;
};

/// A derivative along tangents that are a batch as the points are: what its function takes is said by these and by what
/// is the same for all.
template <class F, class Order, class G, class P, class Q, class... Args>
struct InPacks<DerivativeAlong<F, Order, G>, std::index_sequence<0, 1>, P, Q, Args...> {
  using AtPoints = InPacks<DerivativeOf<F, Order, std::index_sequence<0>, G>, std::index_sequence<0>, P, Args...>;
  using S = typename AtPoints::S;

  template <std::size_t K>
  static constexpr bool is_batch = K < 2;

  static consteval bool possible() {
    if constexpr (std::is_same_v<S, typename packed_scalar<Q>::type>) return AtPoints::possible();
    return false;
  }
};

// ---- In and out -----------------------------------------------------------------------------------------------------

/// Instances of a batch, side by side.
template <class B, class S>
class PackedInstances {
 public:
  using Packed = rebind_t<instance_t<B>, BatchedNumber<S>>;
  static constexpr int width = BatchedNumber<S>::size;

  explicit PackedInstances(const B& batch) : batch_(batch), instances_(batch) {}

  /// Puts `count` instances from `first` on into the lanes, the last one into those that are left. False if they differ
  /// in structure, in shapes or in what is carried along.
  bool load(Index first, Index count) {
    if constexpr (is_list<B>) {
      for (Index k = 1; k < count; ++k) {
        if (!tree::detail::agree<tree::detail::Level::statics>(instances_[first], instances_[first + k])) return false;
      }
    }
    for (int k = 0; k < width; ++k) put(k, instances_[first + std::min<Index>(k, count - 1)]);
    return true;
  }
  const Packed& operator[](Index) const { return packed_; }

 private:
  template <class I>
  void put(int lane, const I& instance) {
    if (lane == 0) tree::detail::match_structure(packed_, instance);
    const auto take = [lane](auto& to, const auto& from) {
      if constexpr (Dense<decltype(from)>) {
        if (lane == 0) to.resize(from.rows(), from.cols());
        for (Index j = 0; j < from.cols(); ++j) {
          for (Index i = 0; i < from.rows(); ++i) to.coeffRef(i, j).set(lane, S(from.coeff(i, j)));
        }
      } else {
        to.set(lane, S(from));
      }
    };
    tree::detail::visit(tree::detail::NoTrail{}, take, packed_, instance);
  }

  const B& batch_;
  Instances<B> instances_;
  Packed packed_{};
};

/// In which lanes all numbers of a result are finite.
template <class R>
std::uint32_t finite_lanes(const R& result) {
  if constexpr (Several<R>::holds) {
    return std::apply([](const auto&... part) { return (finite_lanes(part) & ...); }, Several<R>::parts(result));
  } else {
    using Number = tree::scalar_t<R>;
    Number sum(0);  // of zeros and NaN
    const auto look = [&sum](const auto& leaf) {
      if constexpr (Dense<decltype(leaf)>) {
        for (Index j = 0; j < leaf.cols(); ++j) {
          for (Index i = 0; i < leaf.rows(); ++i) sum += leaf.coeff(i, j) - leaf.coeff(i, j);
        }
      } else {
        sum += leaf - leaf;
      }
    };
    tree::detail::visit(tree::detail::NoTrail{}, look, result);
    return (sum == Number(0)).bits;
  }
}

/// f() with batched numbers, or nothing: where lanes go different ways, or it throws.
template <class F>
auto try_pack(const F& f) {
  std::optional<decltype(f())> result;
  const bool diverged_around = std::exchange(lanes_diverged, false);  // a pack around this one has its own mark
  try {
    result.emplace(f());
  } catch (const Divergence&) {
  } catch (const std::exception&) {  // which of the instances it is, each by itself will tell
  }
  if (std::exchange(lanes_diverged, diverged_around)) result.reset();
  return result;
}

/// After packs that had to be taken apart it is not tried again for a while: ever longer, up to a limit.
class Backoff {
 public:
  bool ready() {
    if (wait_ == 0) return true;
    --wait_;
    return false;
  }
  void succeeded() { next_ = 1; }
  void failed() {
    wait_ = next_;
    next_ = std::min(2 * next_, 32);
  }

 private:
  int wait_ = 0, next_ = 1;
};

}  // namespace grove::detail
