// How long a file of numbers takes to become a matrix, and how much memory; beside csv_pandas.py. By hand:
//   python tests/benchmarks/csv_pandas.py big.csv
//   g++ -std=c++20 -O2 -I. -I/usr/include/eigen3 tests/benchmarks/csv.cpp -lfmt -o csv && ./csv big.csv
#include <ctime>

#include <fmt/format.h>
#include <sys/resource.h>

#include <grove/models.hpp>

int main(int, char** arguments) {
  const std::clock_t begin = std::clock();
  const auto table = grove::models::read_csv(arguments[1]);
  const Eigen::MatrixXd x = table.matrix(table.names());
  rusage use;
  getrusage(RUSAGE_SELF, &use);
  fmt::print("grove: {:.2f} s, {} MB, sum {:.6f}\n", double(std::clock() - begin) / CLOCKS_PER_SEC,
             use.ru_maxrss / 1024, x.sum());
}
