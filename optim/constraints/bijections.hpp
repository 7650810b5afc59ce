// Bijections from all numbers onto constrained ones: what a constrained fit minimizes over without knowing it.
#pragma once

#include "elementwise_bijections.hpp"
#include "matrix_bijections.hpp"
#include "simplex_bijection.hpp"

/// Each bijection has `forward(x)` from unconstrained numbers to constrained ones, `inverse(y)` back, and
/// `log_det_jacobian(x)`, the logarithm of |det dy/dx| over independent entries, which a density of y needs to be one
/// of x. All three take plain and active arguments and have derivatives of any order. `by_path` puts them together over
/// a tree.
namespace grove::optim::bijections {}
