// Elementwise primitives, all tables. Each works on numbers, duals, variables, plain and active arrays, in any mix.
//
// What they do at kinks, poles and infinities is listed in autodiff/EDGES.md.
#pragma once

#include "autodiff/elementwise_activation.hpp"
#include "autodiff/elementwise_arithmetic.hpp"
#include "autodiff/elementwise_exponential.hpp"
#include "autodiff/elementwise_power.hpp"
#include "autodiff/elementwise_selection.hpp"
#include "autodiff/elementwise_special.hpp"
#include "autodiff/elementwise_trigonometric.hpp"
