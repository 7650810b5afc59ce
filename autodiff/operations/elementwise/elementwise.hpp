// Elementwise primitives, all tables. Each works on numbers, duals, variables, plain and active arrays, in any mix.
//
// What they do at kinks, poles and infinities is listed in autodiff/EDGES.md.
#pragma once

#include "autodiff/engine/fusion/arithmetic_rows.hpp"
#include "autodiff/operations/elementwise/activation.hpp"
#include "autodiff/operations/elementwise/cmath.hpp"
#include "autodiff/operations/elementwise/exponential.hpp"
#include "autodiff/operations/elementwise/power.hpp"
#include "autodiff/operations/elementwise/selection.hpp"
#include "autodiff/operations/elementwise/special.hpp"
#include "autodiff/operations/elementwise/trigonometric.hpp"
