// What the tests on several processes share.
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "autodiff/tree/tree.hpp"
#include "optim/mpi/communicator.hpp"

namespace grove::mpi::testing {

/// All that mpirun started. A test that goes wrong waits no longer than this.
inline const Communicator& world() {
  static const Communicator comm(MPI_COMM_WORLD, 20);
  return comm;
}
/// This rank alone.
inline const Communicator& alone() {
  static const Communicator comm(MPI_COMM_SELF, 20);
  return comm;
}

/// Whether a vector has the same bits on all ranks, by MPI itself.
inline bool same_everywhere(const Eigen::VectorXd& mine) {
  std::vector<double> first(mine.data(), mine.data() + mine.size());
  MPI_Bcast(first.data(), static_cast<int>(first.size()), MPI_DOUBLE, 0, MPI_COMM_WORLD);
  int same = std::memcmp(first.data(), mine.data(), sizeof(double) * first.size()) == 0 ? 1 : 0;  // NaN, too
  MPI_Allreduce(MPI_IN_PLACE, &same, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
  return same == 1;
}
template <class T>
bool same_everywhere(const T& t) {
  return same_everywhere(tree::flatten(t).template cast<double>().eval());
}

/// A line, and points that it does not quite go through.
template <class T = double>
struct Line {
  Vector<T> weight;
  T bias;
};

inline Eigen::MatrixXd inputs(Eigen::Index rows) {
  Eigen::MatrixXd x(rows, 3);
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < 3; ++j)
      x(i, j) = std::sin(1.0 + 1.7 * double(i) + 0.9 * double(i * j) + double(j * j));
  return x;
}
inline Eigen::VectorXd targets(Eigen::Index rows) {
  const Eigen::MatrixXd x = inputs(rows);
  return (x.col(0) - 2 * x.col(2)).array() + 0.5 + 0.1 * Eigen::ArrayXd::LinSpaced(rows, 0, 40).sin();
}

inline constexpr auto squares = [](const auto& p, const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
  return mean(square((x * p.weight).array() + p.bias - y.array()));
};

}  // namespace grove::mpi::testing
