// Everything of grove::models: models, losses, landscapes, data, figures.
#pragma once

#include "data/csv.hpp"
#include "data/design.hpp"
#include "data/split.hpp"
#include "data/standardize.hpp"
#include "data/table.hpp"
#include "densities.hpp"
#include "exponential_decay.hpp"
#include "figures/box.hpp"
#include "figures/figure.hpp"
#include "figures/write_figure.hpp"
#include "landscapes.hpp"
#include "linear_regression.hpp"
#include "logistic_regression.hpp"
#include "mean_squared_error.hpp"
#include "mlp.hpp"
#include "polynomial.hpp"
