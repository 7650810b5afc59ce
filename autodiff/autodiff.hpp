// Everything of Grove's autodiff.
#pragma once

#include "derivatives/grad.hpp"
#include "derivatives/hessian.hpp"
#include "derivatives/jacobian.hpp"
#include "derivatives/jvp.hpp"
#include "derivatives/linearize.hpp"
#include "derivatives/vjp.hpp"
#include "engine/lifting/tree_rebind.hpp"
#include "error.hpp"
#include "gradcheck/gradcheck.hpp"
#include "gradcheck/of_gradient.hpp"
#include "gradcheck/of_jacobian.hpp"
#include "gradcheck/options.hpp"
#include "gradcheck/report.hpp"
#include "gradcheck/second_order.hpp"
#include "operations/operations.hpp"
#include "tree/tree.hpp"
