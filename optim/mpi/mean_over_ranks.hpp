// A loss on data that lie on several machines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "../../autodiff/derivatives/checkpoint.hpp"
#include "../../autodiff/derivatives/grad.hpp"
#include "all_reduce_mean.hpp"
#include "detail/chunk_tree.hpp"
#include "detail/examples.hpp"

namespace grove::mpi {

/// Which rows the ranks are given.
enum class Rows {
  own,  ///< each rank the rows that it evaluates, as `shard` deals them
  all   ///< each rank all rows, of which it evaluates its part
};

/// How a loss is averaged over the ranks.
struct MeanOptions {
  Rows rows = Rows::own;  ///< which rows each rank is given
  std::int64_t chunks =
      0;  ///< if positive: the loss is evaluated on so many parts of the rows, and added up by a fixed
          ///< tree over them, so that the result is the same for any number of ranks, to the bit
  std::vector<std::int64_t> data_arguments{};  ///< which arguments of the loss have the rows (the params are argument
                                               ///< 0); the first that has rows, and those with as many, if none
  double weight = 1;                           ///< of this rank, where no argument has rows
  Wire wire = Wire::as_params;                 ///< what gradients go over the wire as
  std::int64_t bucket_bytes = 1 << 20;         ///< of a message; the next is packed while one is under way
};

namespace detail {

template <class Loss>
class MeanOverRanks {
 public:
  MeanOverRanks(Loss loss, const Communicator& comm, MeanOptions options)
      : loss_(std::move(loss)), comm_(comm), options_(std::move(options)), memory_(std::make_shared<Memory>()) {
    optim::detail::check_not_negative(name, "chunks", options_.chunks);
    optim::detail::check_rate(name, "weight", options_.weight);
    optim::detail::check_positive(name, "bucket_bytes", options_.bucket_bytes);
    if (options_.chunks > 0 && options_.wire == Wire::floats) {
      throw HyperparameterError(
          "mpi: mean_over_ranks: with chunks the numbers go over the wire as they are; leave wire out");
    }
  }

  template <class P, class... Args>
  auto operator()(const P& params, const Args&... args) const {
    using L = grove::detail::level_t<P>;
    static_assert(grove::detail::depth_of<grove::detail::level_t<Args..., double>> == 0,
                  "grove: mpi: mean_over_ranks: only the first argument, the params, may be differentiated");
    if constexpr (grove::detail::depth_of<L> == 0) {
      return reduced<tree::scalar_t<P>, P>(params, nullptr, args...);
    } else {
      constexpr bool first_order = [] {
        if constexpr (grove::detail::is_var<L>) return std::is_floating_point_v<typename L::Scalar>;
        return false;
      }();
      static_assert(first_order,
                    "grove: mpi: mean_over_ranks gives values and gradients; second derivatives, forward mode and vmap "
                    "belong inside the loss");
      if constexpr (first_order) return recorded<typename L::Scalar>(grove::detail::settled(params), args...);
    }
  }

  /// Whether any rank says so: for `minimize`, which asks before it stops for another reason than the loss. Collective.
  bool agreed(bool mine) const {
    return agree(comm_, "mpi: minimize", Together::decision, 0, {}, {.weight = mine ? 1.0 : 0.0}).weight > 0;
  }
  /// Whether rank 0 says so: for epochs, which need not end everywhere at once. Collective.
  bool first_says(bool mine) const { return options_.rows == Rows::all ? mine : agreed(mine && comm_.rank() == 0); }
  /// The rows of all ranks at the last evaluation.
  double examples() const { return memory_->examples; }

 private:
  static constexpr const char* name = "mpi: mean_over_ranks";
  struct Memory {
    Room room;
    double examples = 0;
  };

  /// One operation of the tape, whose gradient is known when its value is.
  template <class S, class P, class... Args>
  Var<S> recorded(const P& params, const Args&... args) const {
    const auto numbers = grove::detail::numbers_below<Var<S>>(params);
    using Plain = std::remove_cvref_t<decltype(numbers)>;
    const bool active = grove::detail::has_active<S>(params);
    std::optional<Plain> grads;
    if (active) grads.emplace(numbers);
    const S value = reduced<S, Plain>(numbers, active ? &*grads : nullptr, args...);
    auto result = grove::detail::lifted_result<S>(grove::detail::Lifted(active), value);
    if (!active) return result;
    struct Node {
      decltype(grove::detail::kept_argument<Var<S>>(params)) variables;
      Plain grads;
      Var<S> output;
      S cotangent;

      void pull_back() {
        grove::detail::take_adjoints<S>(cotangent, output);
        tree::for_each([&](auto&& g) { g = g * static_cast<S>(cotangent); }, grads);
        grove::detail::add_cotangents<S>(variables, grads);
      }
    };
    grove::detail::Tape<S>& tape = *grove::detail::current_tape<S>;
    Node* node = tape.own(Node{grove::detail::kept_argument<Var<S>>(params), *std::move(grads), result, value});
    tape.record([node] { node->pull_back(); });
    return result;
  }

  /// The mean over all rows, and its gradient if there is room for one. Collective.
  template <class S, class P, class... Args>
  S reduced(const P& params, P* grads, const Args&... args) const {
    const Examples examples(name, options_.data_arguments, args...);
    if (options_.chunks > 0) return by_chunks<S>(params, grads, examples, args...);
    if (options_.rows == Rows::own) return whole<S>(params, grads, examples.count(), args...);
    const Range mine = part_of(known(examples), comm_.rank(), comm_.size());
    return examples.with_rows(
        mine, [&](const auto&... part) { return whole<S>(params, grads, mine.count(), part...); }, args...);
  }

  /// The number of rows. Throws: DataError, on all ranks alike, if no argument has any.
  static std::int64_t known(const Examples& examples) {
    if (examples.count() >= 0) return examples.count();
    throw DataError(
        "mpi: mean_over_ranks: no argument of the loss has rows; with Rows::all or chunks it needs a matrix, a vector "
        "or "
        "a std::vector of examples");
  }

  template <class S, class P, class... Args>
  S evaluate(const P& params, P* grads, const Args&... args) const {
    S value{};
    if (grads != nullptr) {
      grove::value_and_grad_into(loss_, params, value, *grads, args...);
    } else {
      value = static_cast<S>(grove::evaluate(loss_, params, args...));
    }
    return value;
  }

  static Together what(bool with_grads) { return with_grads ? Together::gradient : Together::value; }

  /// All rows of this rank at once, and the sum in the order that MPI likes best.
  template <class S, class P, class... Args>
  S whole(const P& params, P* grads, std::int64_t rows, const Args&... args) const {
    const double weight = rows < 0 ? options_.weight : static_cast<double>(rows);
    S value{};
    const Failure failure = attempt([&] {
      if (weight > 0) value = evaluate<S>(params, grads, args...);
    });
    const Sums sums = agree(comm_, name, what(grads != nullptr), fingerprint(params), failure,
                            {weight, weight > 0 ? weight * static_cast<double>(value) : 0.0});
    count_rows(sums.weight);
    if (comm_.size() == 1) return value;
    if (grads != nullptr) {
      memory_->room.sum(comm_, *grads, weight / sums.weight, nullptr, options_.wire == Wire::floats,
                        options_.bucket_bytes, name);
    }
    return static_cast<S>(sums.weighted_value / sums.weight);
  }

  void count_rows(double rows) const {
    memory_->examples = rows;
    if (!(rows > 0)) throw DataError("mpi: mean_over_ranks: there are no examples on any rank");
  }

  /// Chunk by chunk, and the sum in the order of the tree.
  template <class S, class P, class... Args>
  S by_chunks(const P& params, P* grads, const Examples& examples, const Args&... args) const {
    using Vector = typename ChunkTree<S>::Vector;
    ChunkTree<S> tree(comm_, options_.chunks);
    const std::int64_t count = known(examples);
    std::int64_t all = count, first = 0;
    if (options_.rows == Rows::own) {
      all = static_cast<std::int64_t>(
          agree(comm_, name, Together::rows, 0, {}, {.weight = static_cast<double>(count)}).weight);
      first = part_of(all, tree.mine().begin, options_.chunks).begin;
    }
    const auto rows_of_chunk = [&](std::int64_t i) { return part_of(all, i, options_.chunks); };
    const Eigen::Index size = 1 + (grads == nullptr ? 0 : tree::size(params));
    const Failure failure = attempt([&] {
      const std::int64_t own = rows_of_chunk(tree.mine().end - 1).end - rows_of_chunk(tree.mine().begin).begin;
      if (options_.rows == Rows::own && count != (tree.mine().count() > 0 ? own : 0)) {
        throw DataError(
            fill("{}: this rank has {} of {} rows and its chunks have {}; cut the data by shard(data, comm, {})",
                 {name, count, all, own, options_.chunks}));
      }
      tree.add_own([&](std::int64_t i) {
        const Range rows = rows_of_chunk(i);
        Vector part = Vector::Zero(size);
        if (rows.count() == 0) return part;
        examples.with_rows(
            {rows.begin - first, rows.end - first},
            [&](const auto&... of_chunk) { part(0) = evaluate<S>(params, grads, of_chunk...); }, args...);
        if (grads != nullptr) part.tail(size - 1) = tree::flatten(*grads).template cast<S>();
        part *= static_cast<S>(rows.count()) / static_cast<S>(all);
        return part;
      });
    });
    agree(comm_, name, what(grads != nullptr), fingerprint(params), failure);
    count_rows(static_cast<double>(all));
    const Vector total = tree.total(size, name);
    if (grads != nullptr) tree::unflatten_into(total.tail(size - 1), *grads);
    return total(0);
  }

  Loss loss_;
  Communicator comm_;
  MeanOptions options_;
  std::shared_ptr<Memory> memory_;
};

}  // namespace detail

/// The loss over the rows of all ranks, as a loss: each rank calls it with the same params and gets the same value and
/// the same gradient, to the bit. So whatever looks at values and gradients does the same on all ranks: `minimize` with
/// its linesearches, stopping rules and callbacks, `gradcheck`, your own loop.
///
///   const auto fit = minimize(mean_over_ranks(loss, comm), params, lbfgs(), {.max_steps = 100}, my_x, my_y);
///
///   L(p) = Σ nₖ lossₖ(p) / Σ nₖ        nₖ: rows of rank k, lossₖ: the loss on them, a mean over rows
///
/// A rank without rows does not evaluate the loss; of a loss without data each rank's counts by its `weight`. If it
/// throws on some rank, it does on all, with the number and the words of the first: a grove::Error as such, which
/// `minimize` takes as it always does, anything else as a CommunicationError, which ends it. Batches of `minimize` are
/// drawn on each rank from its own rows, and epochs are those of rank 0; with Rows::all batches are those of one
/// process.
///
/// Ranks must do the same in the same order, with the same options. Where they part, or have different params, all
/// throw CommunicationError; where one does not come at all, the others wait for the communicator's time limit. Throws:
/// HyperparameterError for options out of range; DataError if there are no rows on any rank.
template <class Loss>
auto mean_over_ranks(Loss loss, const Communicator& comm, MeanOptions options = {}) {
  return detail::MeanOverRanks<Loss>(std::move(loss), comm, std::move(options));
}

}  // namespace grove::mpi
