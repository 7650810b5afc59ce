// expect: an argument has its number of rows by its type, and cannot be cut; make it an Eigen
// A function that names the very type of its data would read beyond the rows of a microbatch.
#include <Eigen/Core>

#include "optim/training/microbatch.hpp"

#ifdef GROVE_FIXED
using Data = Eigen::Matrix<double, Eigen::Dynamic, 3>;
#else
using Data = Eigen::Matrix<double, 100, 3>;
#endif

double sum_of(const Data& data) {
  return grove::optim::microbatch<0>([](const Data& rows) { return rows.sum(); }, 10)(data);
}
