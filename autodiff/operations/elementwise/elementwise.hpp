// Elementwise primitives, all tables. Each works on numbers, duals, variables, plain and active arrays, in any mix.
//
// What they do at kinks, poles and infinities is listed in autodiff/EDGES.md.
#pragma once

#include "../../engine/fusion/arithmetic_rows.hpp"
#include "activation.hpp"
#include "cmath.hpp"
#include "exponential.hpp"
#include "power.hpp"
#include "selection.hpp"
#include "special.hpp"
#include "trigonometric.hpp"
