// Everything of Grove's autodiff.
#pragma once

#include "autodiff/derivatives/grad.hpp"
#include "autodiff/derivatives/hessian.hpp"
#include "autodiff/derivatives/jacobian.hpp"
#include "autodiff/derivatives/jvp.hpp"
#include "autodiff/derivatives/vjp.hpp"
#include "autodiff/engine/lifting/tree_rebind.hpp"
#include "autodiff/error.hpp"
#include "autodiff/gradcheck/gradcheck.hpp"
#include "autodiff/gradcheck/of_gradient.hpp"
#include "autodiff/gradcheck/of_jacobian.hpp"
#include "autodiff/gradcheck/options.hpp"
#include "autodiff/gradcheck/report.hpp"
#include "autodiff/gradcheck/second_order.hpp"
#include "autodiff/operations/operations.hpp"
#include "autodiff/tree/tree.hpp"
