// Rows of the peer libraries that the build found. Without any, the functions here add nothing.
#pragma once

#include <Eigen/Dense>

#include "forward_row.hpp"
#include "workload.hpp"

#ifdef GROVE_BENCHMARK_WITH_PEERS
#include "peers/adolc.hpp"
#include "peers/forward.hpp"
#endif

namespace benchmarks {

/// Forward mode pays up to about this many inputs; with more, its rows are left out.
constexpr int most_forward_inputs = 16;

/// Adds a row for each peer. `make<T>(x)` builds parameters with scalar T from N numbers in the order of the gradient;
/// `loss` is the scalar form of the primal.
template <int N, class Loss, class Make>
void add_peers([[maybe_unused]] Workload& workload, [[maybe_unused]] Loss loss, [[maybe_unused]] Make make,
               [[maybe_unused]] const Eigen::VectorXd& at) {
#ifdef GROVE_BENCHMARK_WITH_PEERS
  if constexpr (N != Eigen::Dynamic && N <= most_forward_inputs) {
    const Eigen::Vector<double, N> here = at;
    workload.rows.push_back(forward_row<EigenForward<N>, N>(loss, make, here));
#ifdef GROVE_BENCHMARK_WITH_CERES
    workload.rows.push_back(forward_row<CeresForward<N>, N>(loss, make, here));
#endif
  }
#ifdef GROVE_BENCHMARK_WITH_ADOLC
  workload.rows.push_back(adolc_row(loss, make, at));
#endif
#endif
}

}  // namespace benchmarks
