// Many starts of one minimization, dealt out to the ranks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../files/save.hpp"
#include "../training/minimize_each.hpp"
#include "detail/agreement.hpp"

namespace grove::mpi {
namespace detail {

/// The texts of all ranks, in their order, on all of them. Collective.
inline std::vector<std::string> gather_texts(const Communicator& comm, const std::string& mine,
                                             std::string_view function) {
  std::vector<std::string> texts;
  for (int rank = 0; rank < comm.size(); ++rank)
    texts.push_back(broadcast_text(comm, rank == comm.rank() ? mine : std::string(), rank, function));
  return texts;
}

/// One minimization; whatever it throws because of the loss or a callback is its end, and no other's.
template <class Loss, class P, class T, class... Args>
optim::MinimizeResult<P> minimize_apart(const Loss& loss, const P& start, const T& optimizer,
                                        const optim::MinimizeOptions& options, const Args&... args) {
  try {
    return optim::detail::minimize_start(loss, start, optimizer, options, args...);
  } catch (const HyperparameterError&) {
    throw;  // as for all others
  } catch (const std::exception& error) {
    optim::MinimizeResult<P> end{start, std::numeric_limits<double>::quiet_NaN()};
    end.reason = optim::StopReason::loss_threw;
    end.message = error.what();
    return end;
  }
}

}  // namespace detail

/// `optim::minimize_each` with the starts dealt out to the ranks like cards, and the results, in the order of the
/// starts and the same to the bit, on all of them.
///
///   const auto fits = minimize_each(comm, loss, starts, lbfgs(), {.max_steps = 200}, x, y);
///   if (comm.rank() == 0) fmt::print("{} of {} converged\n", fits.converged(), fits.each.size());
///
/// All ranks have the same starts, options and data; nothing is sent until the end, so `loss` must not be shared. With
/// `threads` each rank works on so many of its starts at once. A start whose minimization throws, whatever it be, is
/// told by its `reason` and `message`, as in `optim::minimize_each`, and no other is lost. A rank that is done waits
/// for the others for the communicator's time limit: have it longer than one rank may take. Throws, on all ranks:
/// ShapeError if there are no starts; HyperparameterError as minimize; CommunicationError.
template <class Loss, class Starts, class T, class... Args>
auto minimize_each(const Communicator& comm, const Loss& loss, const Starts& starts, const T& optimizer,
                   const optim::MinimizeOptions& options, const Args&... args) {
  constexpr const char* name = "mpi: minimize_each";
  using P = grove::detail::instance_t<Starts>;
  static_assert(optim::Transformation<T, P>, "grove: minimize_each: this is no optimizer of such params");
  using Result = optim::MinimizeResult<P>;
  const auto ranks = static_cast<std::size_t>(comm.size()), rank = static_cast<std::size_t>(comm.rank());
  std::vector<Result> mine;
  std::size_t n = 0;
  const auto failure = detail::attempt([&] {
    optim::detail::check_minimize(options);
    n = static_cast<std::size_t>(grove::detail::count_instances("minimize_each: the starts", starts));
    if (n == 0) throw ShapeError("minimize_each: there are no starts");
    optim::MinimizeOptions one = options;
    one.threads.reset();
    mine.resize((n + ranks - 1 - rank) / ranks);
    const auto threads = static_cast<std::size_t>(options.threads.value_or(1));
    grove::detail::Workers workers(
        static_cast<int>(std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(mine.size(), 1))));
    grove::detail::share_out(&workers, mine.size(), [&](std::size_t k) {
      grove::detail::Instances<Starts> instances(starts);
      const P& start = instances[static_cast<Eigen::Index>(rank + k * ranks)];
      mine[k] = detail::minimize_apart(loss, start, optimizer, one, args...);
    });
  });
  detail::agree(comm, name, detail::Together::results, n, failure);
  const std::vector<std::string> texts = detail::gather_texts(comm, optim::detail::saved_text(mine), name);
  optim::MinimizeEachResult<P> result;
  result.each.resize(n);
  for (std::size_t from = 0; from < ranks; ++from) {
    auto theirs = optim::detail::loaded_tree(name, texts[from], std::vector<Result>());
    for (std::size_t k = 0; k < theirs.size(); ++k) result.each[from + k * ranks] = std::move(theirs[k]);
  }
  return result;
}

}  // namespace grove::mpi
