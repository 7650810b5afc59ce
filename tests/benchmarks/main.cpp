// A benchmark program: the workloads of the one header that the build names.
#include GROVE_BENCHMARK_WORKLOAD

#include <fmt/format.h>

#include <exception>

#include "suite.hpp"

int main(int argc, char** argv) {
  try {
    return benchmarks::run(benchmarks::workloads(), argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
