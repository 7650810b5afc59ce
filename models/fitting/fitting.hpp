// All fits of models.
#pragma once

#include "cox.hpp"
#include "curve.hpp"
#include "fitted.hpp"
#include "gaussian_mixture.hpp"
#include "gaussian_process.hpp"
#include "generalized_linear.hpp"
#include "huber.hpp"
#include "linear.hpp"
#include "mlp.hpp"
#include "multinomial.hpp"
#include "polynomial.hpp"
#include "quantile.hpp"
#include "regression_options.hpp"
