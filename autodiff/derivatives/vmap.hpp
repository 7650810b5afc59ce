// A function of one point, run on many: vmap.
#pragma once

#include <exception>
#include <initializer_list>
#include <new>
#include <tuple>
#include <utility>
#include <vector>

#include "detail/collect.hpp"
#include "detail/packs.hpp"

namespace grove {
namespace detail {

/// Throws what `rethrow` throws, with the number of the instance before the text.
template <class E>
[[noreturn]] void throw_in_instance(const E& error, Index i) {
  throw E(fill("vmap: instance {}: {}", {i, error.what()}));
}

/// Calls f, and says which instance it was that threw. A class of Grove's stays what it is; another exception is nested
/// in a grove::Error.
template <class F>
decltype(auto) in_instance(Index i, const F& f) {
  try {
    return f();
  } catch (const StructureError& e) {
    throw_in_instance(e, i);
  } catch (const ShapeError& e) {
    throw_in_instance(e, i);
  } catch (const HyperparameterError& e) {
    throw_in_instance(e, i);
  } catch (const StaleVariableError& e) {
    throw_in_instance(e, i);
  } catch (const DataError& e) {
    throw_in_instance(e, i);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    std::throw_with_nested(Error(fill("vmap: instance {}: {}", {i, e.what()})));
  }
}

/// Argument K as the instances see it: one after the other at the positions I…, else as it is.
template <class A>
struct SharedArgument {
  const A& argument;
  const A& operator[](Index) const { return argument; }
};
template <std::size_t K, std::size_t... I, class A>
auto argument_of_instances(std::index_sequence<I...>, const A& argument) {
  if constexpr (((K == I) || ...)) {
    return Instances<A>(argument);
  } else {
    return SharedArgument<A>{argument};
  }
}

/// The number of instances of all batches. `sizes` holds pairs (argument, number).
inline Index common_count(std::initializer_list<std::pair<std::size_t, Index>> sizes) {
  const auto& [first, count] = *sizes.begin();
  for (const auto& [argument, n] : sizes) {
    if (n != count)
      throw ShapeError(fill("vmap: argument {} has {} instances, argument {} has {}", {argument, n, first, count}));
  }
  if (count == 0) throw ShapeError(fill("vmap: argument {} is a batch without instances", {first}));
  return count;
}

/// f on each instance [first, last) by itself.
template <class R, class F, class Collected, class... Instances>
void run_singly(Index first, Index last, const F& f, Collected& collected, Instances&... instances) {
  for (Index i = first; i < last; ++i)
    collected.put(i, in_instance(i, [&]() -> R { return f(instances[i]...); }), WholeLeaf{});
}

/// f on all instances, several at a time where they go one way.
template <class Packs, class R, std::size_t... I, class F, class Collected, class Args, class... Instances>
void run_in_packs(std::index_sequence<I...>, Index n, const F& f, Collected& collected, const Args& args,
                  Instances&... instances) {
  using S = typename Packs::S;
  constexpr Index width = BatchedNumber<S>::size;
  auto packed = [&]<std::size_t... K>(std::index_sequence<K...>) {
    const auto pack = [&](auto k) {
      using A = bare<std::tuple_element_t<k, Args>>;
      if constexpr (Packs::template is_batch<k>) {
        return PackedInstances<A, S>(std::get<k>(args));
      } else {
        return SharedArgument<A>{std::get<k>(args)};
      }
    };
    return std::tuple{pack(std::integral_constant<std::size_t, K>{})...};
  }
  (std::make_index_sequence<std::tuple_size_v<Args>>{});
  Backoff backoff;
  for (Index first = 0; first < n; first += width) {
    const Index count = std::min(width, n - first);
    if (count <= 2 || !backoff.ready() || !(std::get<I>(packed).load(first, count) && ...)) {
      run_singly<R>(first, first + count, f, collected, instances...);
      continue;
    }
    const auto result =
        std::apply([&](const auto&... p) { return try_pack([&] { return f(p[0]...); }); }, std::as_const(packed));
    if (!result) {
      backoff.failed();
      run_singly<R>(first, first + count, f, collected, instances...);
      continue;
    }
    backoff.succeeded();
    // What is not finite in a lane may be an infinity times a zero that does not count where it is alone.
    const std::uint32_t finite = finite_lanes(*result);
    for (int k = 0; k < count; ++k) {
      if ((finite >> k & 1U) != 0) {
        collected.put(first + k, *result, OneLane{k});
      } else {
        run_singly<R>(first + k, first + k + 1, f, collected, instances...);
      }
    }
  }
}

template <std::size_t... I, class F, class... Args>
auto run_each(std::index_sequence<I...> positions, const F& f, const Args&... args) {
  const auto tied = std::tie(args...);
  const Index n = common_count({{I, count_instances(fill("vmap: argument {}", {I}), std::get<I>(tied))}...});
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    std::tuple instances{argument_of_instances<K>(positions, args)...};
    using R = settled_result_t<std::invoke_result_t<const F&, decltype(std::get<K>(instances)[0])...>>;
    static_assert(!std::is_void_v<R>, "grove: vmap: the function returns nothing");
    Collector<bare<std::tuple_element_t<first_of<I...>, std::tuple<Args...>>>, R> collected(
        std::get<first_of<I...>>(tied), n);
    using Packs = InPacks<F, std::index_sequence<I...>, Args...>;
    if constexpr (Packs::possible()) {
      run_in_packs<Packs, R>(positions, n, f, collected, tied, std::get<K>(instances)...);
    } else {
      run_singly<R>(0, n, f, collected, std::get<K>(instances)...);
    }
    return collected.finish();
  }
  (std::index_sequence_for<Args...>{});
}

}  // namespace detail

/// A function of one point on each instance of a batch: `vmap(f)(batch, args…)`; docs/vmap.md.
///
///   const Eigen::MatrixXd slopes = grove::vmap(grove::grad(energy))(points);          // a point is a row
///   const auto [values, grads] = grove::vmap(grove::value_and_grad(loss))(starts, x, y);  // a std::vector of trees
///   const Eigen::MatrixXd each = grove::vmap<1, 2>(grove::grad(loss))(params, x, y);  // the gradient of each example
///
/// A batch is a std::vector, whose elements are the instances, or a tree of vectors and matrices with one element or
/// row for each of them: f sees an element as a number and a row as a column vector. Members that are no leaves, and
/// the arguments that are not at the positions I… (default: the first), are the same for all.
///
/// The result has the form of the batch: a std::vector of what f returned, or numbers as a vector and vectors as the
/// rows of a matrix (what has no such form comes as a std::vector). Where f returns several things, a ValueAndGrad, a
/// ValueAndTangent, a pair or a tuple, each of them has that form. Instances do not see each other. Inside a loss f may
/// capture variables and batches may be active.
///
/// Gradients and Hessians (`grad`, `value_and_grad`, `hessian`) of plain batches are taken several instances at a time,
/// in numbers of type Batched; where those would go different ways, one by one. So f must not count its calls. Anything
/// else is a loop over the instances.
///
/// Throws: ShapeError if batches or leaves differ in their number of instances, if there is none, or if rows come out
/// of different lengths; what f throws, with the number of the instance before the text, other exceptions than Grove's
/// nested in a grove::Error.
template <std::size_t... I, class F>
auto vmap(F f) {
  return [f = std::move(f)](const auto&... args) {
    using Positions = detail::positions_t<I...>;
    return detail::run_each(Positions{}, f, detail::settled(args)...);
  };
}

}  // namespace grove
