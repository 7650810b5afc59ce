// ADOL-C: a tape of operations, recorded anew at each gradient.
#pragma once

#ifdef GROVE_BENCHMARK_WITH_ADOLC

#include <adolc/adolc.h>

#include <Eigen/Dense>
#include <memory>
#include <vector>

#include "../workload.hpp"

namespace benchmarks {

/// A row of `loss(make<adouble>(x))` at x.
template <class Loss, class Make>
Row adolc_row(Loss loss, Make make, const Eigen::VectorXd& at) {
  const auto result = std::make_shared<Eigen::VectorXd>(1 + at.size());
  const auto compute = [=] {
    constexpr short tape = 1;
    double value = 0;
    trace_on(tape);
    std::vector<adouble> x(static_cast<std::size_t>(at.size()));
    for (Eigen::Index i = 0; i < at.size(); ++i) x[static_cast<std::size_t>(i)] <<= at[i];
    adouble y = loss(make.template operator()<adouble>(x));
    y >>= value;
    trace_off();
    (*result)[0] = value;
    gradient(tape, static_cast<int>(at.size()), at.data(), result->data() + 1);
  };
  return row("adol-c", compute, [=] { return *result; });
}

}  // namespace benchmarks

#endif
