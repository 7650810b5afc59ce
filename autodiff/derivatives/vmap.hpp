// A function of one point, run on many: vmap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "detail/collect.hpp"
#include "detail/on_threads.hpp"
#include "detail/packed_function.hpp"
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

/// f on the instances, several at a time where they go one way.
template <class Packs, class R, std::size_t... I, class F, class Collected, class Args, class... Instances>
void run_in_packs(std::index_sequence<I...>, InstanceRange range, const F& f, Collected& collected, const Args& args,
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
  const Index end = range.first + range.count;
  for (Index first = range.first; first < end; first += width) {
    const Index count = std::min(width, end - first);
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

/// How many instances are taken together.
template <class Packs>
consteval Index packed_width() {
  if constexpr (Packs::possible()) return BatchedNumber<typename Packs::S>::size;
  return 1;
}

template <class R>
consteval bool has_variables_in() {
  if constexpr (tree::Pytree<R>) {
    if constexpr (tree::detail::has_leaves<R>) return is_var<tree::scalar_t<R>>;
  }
  return is_var<R>;
}

/// The numbers of instances that threads take at a time: whole packs of `width`, up to four where that leaves some
/// sixteen parts, more only where there are more than sixty-four.
inline Index instances_of_part(Index n, Index width) {
  const auto parts_of = [](Index count, Index size) { return (count + size - 1) / size; };
  const Index packs = parts_of(n, width);
  return width * std::max(parts_of(packs, 64), std::min<Index>(4, parts_of(packs, 16)));
}

/// `run(range)` on parts of the instances, put together.
template <class C, class Batch, class Run>
C run_parts(Workers* workers, const Batch& batch, Index n, Index size, const Run& run) {
  std::vector<std::optional<C>> parts(static_cast<std::size_t>((n + size - 1) / size));
  share_out(workers, parts.size(), [&](std::size_t i) {
    const Index first = static_cast<Index>(i) * size;
    parts[i].emplace(run(InstanceRange{first, std::min(size, n - first)}));
  });
  C whole(batch, InstanceRange{0, n});
  for (std::optional<C>& part : parts) whole.take(*std::move(part));
  return whole;
}

/// `Threads` is std::nullptr_t, or Workers*.
template <std::size_t... I, class Threads, class F, class... Args>
auto run_each(std::index_sequence<I...> positions, Threads threads, const F& f, const Args&... args) {
  const auto tied = std::tie(args...);
  const Index n = common_count({{I, count_instances(fill("vmap: argument {}", {I}), std::get<I>(tied))}...});
  return [&]<std::size_t... K>(std::index_sequence<K...>) {
    using Instance = std::tuple<decltype(argument_of_instances<K>(positions, args))...>;
    using R = settled_result_t<
        std::invoke_result_t<const F&, decltype(std::declval<std::tuple_element_t<K, Instance>&>()[0])...>>;
    static_assert(!std::is_void_v<R>, "grove: vmap: the function returns nothing");
    using C = Collector<bare<std::tuple_element_t<first_of<I...>, std::tuple<Args...>>>, R>;
    using Packs = InPacks<F, std::index_sequence<I...>, Args...>;
    const auto& batch = std::get<first_of<I...>>(tied);
    const auto run = [&](InstanceRange range) {
      Instance instances{argument_of_instances<K>(positions, args)...};
      C collected(batch, range);
      if constexpr (Packs::possible()) {
        run_in_packs<Packs, R>(positions, range, f, collected, tied, std::get<K>(instances)...);
      } else {
        run_singly<R>(range.first, range.first + range.count, f, collected, std::get<K>(instances)...);
      }
      return collected;
    };
    if constexpr (std::is_same_v<Threads, Workers*> && (is_plain_argument<bare<Args>>() && ...) &&
                  !has_variables_in<R>()) {
      Workers* const workers = unless_recording<float>(unless_recording<double>(threads));
      return run_parts<C>(workers, batch, n, instances_of_part(n, packed_width<Packs>()), run).finish();
    } else {
      return run(InstanceRange{0, n}).finish();
    }
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
/// Gradients, Hessians (`grad`, `value_and_grad`, `hessian`) and, with batches of points and of tangents, `jvp` and
/// `hvp` of plain batches are taken several instances at a time, in numbers of type Batched; where those would go
/// different ways, one by one. So f must not count its calls. Anything else is a loop over the instances, unless it is
/// given as `in_packs(f)`.
///
/// Throws: ShapeError if batches or leaves differ in their number of instances, if there is none, or if rows come out
/// of different lengths; what f throws, with the number of the instance before the text, other exceptions than Grove's
/// nested in a grove::Error.
template <std::size_t... I, class F>
auto vmap(F f) {
  return [f = std::move(f)](const auto&... args) {
    using Positions = detail::positions_t<I...>;
    return detail::run_each(Positions{}, nullptr, f, detail::settled(args)...);
  };
}

/// f, of which the caller says that it takes batched numbers, too, so that vmap takes several instances at a time:
///
///   const Eigen::VectorXd heights = grove::vmap(grove::in_packs(height))(points);
///
/// That is for functions without derivatives, of which vmap cannot know: inside, an element is a `grove::Batched`, for
/// which `exp(x)`, `where` and arithmetic work, and `std::exp(x)` or `double y = x` do not compile. Where instances go
/// different ways, or f returns no floating numbers, they go one by one.
template <class F>
auto in_packs(F f) {
  return detail::PackedFunction<F>{std::move(f)};
}

/// How vmap goes about it.
struct VmapOptions {
  std::int64_t threads = 1;  ///< that share the instances out, the caller's included
};

/// The same on several threads: `vmap(grad(energy), {.threads = 2})(points)`. The result is the same to the bit for any
/// number of them. (That of vmap(f) differs by rounding where instances go different ways: it remembers for how long
/// they did, over all of them.) f is called from several threads at once and must bear it. Inside a loss, in a process
/// that was forked, and while another call is using the same object, the caller works alone.
///
/// Throws: HyperparameterError if threads < 1; std::system_error if there are no threads to be had; a call as vmap(f).
template <std::size_t... I, class F>
auto vmap(F f, VmapOptions options) {
  const auto workers = std::make_shared<detail::Workers>(detail::checked_threads("vmap", options.threads));
  return [f = std::move(f), workers](const auto&... args) {
    using Positions = detail::positions_t<I...>;
    return detail::run_each(Positions{}, workers.get(), f, detail::settled(args)...);
  };
}

}  // namespace grove
