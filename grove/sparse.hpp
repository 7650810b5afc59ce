// Sparse Jacobians and Hessians, and least squares by them; apart from the rest, since they need Eigen's sparse
// matrices.
#pragma once

#include "../autodiff/derivatives/sparse_hessian.hpp"
#include "../autodiff/derivatives/sparse_jacobian.hpp"
#include "../optim/least_squares/sparse.hpp"
#include "version.hpp"
