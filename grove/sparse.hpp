// Sparse Jacobians and Hessians; apart from the rest, since they need Eigen's sparse matrices.
#pragma once

#include "../autodiff/derivatives/sparse_hessian.hpp"
#include "../autodiff/derivatives/sparse_jacobian.hpp"
#include "version.hpp"
