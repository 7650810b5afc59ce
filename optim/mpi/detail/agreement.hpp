// What all ranks agree on before numbers go from one to another: that they do the same thing, at the same params, and
// that none of them failed.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "../../../autodiff/tree/tree.hpp"
#include "../../protocol/detail/blocks.hpp"
#include "collectives.hpp"

namespace grove::mpi::detail {

/// What a rank's own work threw, if it did.
struct Failure {
  enum class Kind : std::uint64_t { none, number, shape, structure, stale, data, foreign };
  Kind kind = Kind::none;
  std::string message{};
  std::exception_ptr exception{};
};

/// Does a rank's own work; whatever that throws the other ranks have to hear of.
template <class Work>
Failure attempt(const Work& work) {
  using Kind = Failure::Kind;
  const auto failed = [](Kind kind, const char* what) { return Failure{kind, what, std::current_exception()}; };
  try {
    work();
    return {};
  } catch (const ShapeError& error) {
    return failed(Kind::shape, error.what());
  } catch (const StructureError& error) {
    return failed(Kind::structure, error.what());
  } catch (const StaleVariableError& error) {
    return failed(Kind::stale, error.what());
  } catch (const DataError& error) {
    return failed(Kind::data, error.what());
  } catch (const CommunicationError& error) {
    return failed(Kind::foreign, error.what());
  } catch (const Error& error) {
    return failed(Kind::number, error.what());
  } catch (const std::exception& error) {
    return failed(Kind::foreign, error.what());
  } catch (...) {
    return failed(Kind::foreign, "something that is no std::exception was thrown");
  }
}

[[noreturn]] inline void throw_as(Failure::Kind kind, const std::string& message) {
  using Kind = Failure::Kind;
  switch (kind) {
    case Kind::shape:
      throw ShapeError(message);
    case Kind::structure:
      throw StructureError(message);
    case Kind::stale:
      throw StaleVariableError(message);
    case Kind::data:
      throw DataError(message);
    case Kind::number:
      throw Error(message);
    default:
      throw CommunicationError(message);
  }
}

/// Throws on all ranks what the first of those that failed threw there, with its number. Collective.
[[noreturn]] inline void throw_failure(const Communicator& comm, const Failure& mine, std::string_view function) {
  std::int64_t first = mine.kind == Failure::Kind::none ? comm.size() : comm.rank();
  all_reduce(comm, &first, 1, MPI_MIN, function);
  const int rank = static_cast<int>(first);
  auto kind = static_cast<std::uint64_t>(mine.kind);
  broadcast_numbers(comm, &kind, 1, rank, function);
  std::string message = broadcast_text(comm, mine.message, rank, function);
  if (rank == comm.rank() && mine.kind == Failure::Kind::foreign) std::rethrow_exception(mine.exception);
  if (comm.size() > 1) message = fill("rank {}: {}", {rank, message});
  throw_as(static_cast<Failure::Kind>(kind), message);
}

/// A number that is the same, in all likelihood, only for trees of the same bits.
template <class P>
std::uint64_t fingerprint(const P& params) {
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  const auto add = [](std::uint64_t& lane, std::uint64_t bits) {
    lane = std::rotl((lane ^ bits) * 0x9e3779b97f4a7c15u, 29);
  };
  tree::detail::visit_leaves(
      [&]<class L>(const L& leaf) {
        using S = typename leaf_traits<L>::Scalar;
        using Bits = std::conditional_t<sizeof(S) == sizeof(std::uint64_t), std::uint64_t, std::uint32_t>;
        static_assert(sizeof(S) == sizeof(Bits), "grove: mpi: params are floats or doubles");
        const S* data = optim::detail::leaf_data(leaf);
        const Eigen::Index size = leaf_traits<L>::size(leaf);
        for (Eigen::Index i = 0; i < size; ++i) add(lanes[i % 4], std::bit_cast<Bits>(data[i]));
        add(lanes[0], static_cast<std::uint64_t>(size));
      },
      params);
  for (int i = 1; i < 4; ++i) add(lanes[0], lanes[i]);
  return lanes[0];
}

/// What the ranks are about to do together.
enum class Together : std::uint64_t {
  value = 1,
  gradient,
  updates,
  decision,
  rows,
  start,
  results,
  residuals,
  jacobian,
  total
};

/// Numbers that are added up over the ranks while they agree.
struct Sums {
  double weight = 0;
  double weighted_value = 0;
};

/// Makes sure that all ranks are at the same place, and that none of them failed; returns the sums over all.
/// Collective, and always of the same two messages, so that ranks at different places meet here and not in different
/// messages. Throws on all ranks alike: what one of them threw; CommunicationError if they do different things or have
/// different params.
inline Sums agree(const Communicator& comm, std::string_view function, Together what, std::uint64_t params,
                  const Failure& mine, const Sums& parts = {}) {
  const auto operation = static_cast<std::uint64_t>(what);
  constexpr std::uint64_t all = ~std::uint64_t{0};
  // Bits that all ranks have set. A word and its complement cover all bits only where it is everywhere the same.
  std::uint64_t words[5] = {operation, ~operation, params, ~params, mine.kind == Failure::Kind::none ? all : 0};
  MPI_Request request = MPI_REQUEST_NULL;
  check(MPI_Iallreduce(MPI_IN_PLACE, words, 5, MPI_UINT64_T, MPI_BAND, comm.handle(), &request), function);
  double sums[2] = {parts.weight, parts.weighted_value};
  all_reduce(comm, sums, 2, MPI_SUM, function);
  wait(comm, request, function);
  if ((words[0] | words[1]) != all) {
    throw CommunicationError(
        fill("{}: the ranks have parted: some are here, and some at another step of their work; give all of them the "
             "same loss, params, optimizer and options",
             {function}));
  }
  if (words[4] != all) throw_failure(comm, mine, function);
  if ((words[2] | words[3]) != all) {
    throw CommunicationError(
        fill("{}: the ranks have different params; begin with broadcast(params, comm), and give all ranks the same "
             "optimizer and options",
             {function}));
  }
  return {sums[0], sums[1]};
}

}  // namespace grove::mpi::detail
