// Everything of grove::models: models, losses, landscapes, data, figures.
#pragma once

#include <models/data/csv.hpp>
#include <models/data/design.hpp>
#include <models/data/split.hpp>
#include <models/data/standardize.hpp>
#include <models/data/table.hpp>
#include <models/densities.hpp>
#include <models/exponential_decay.hpp>
#include <models/figures/box.hpp>
#include <models/figures/figure.hpp>
#include <models/figures/write_figure.hpp>
#include <models/landscapes.hpp>
#include <models/linear_regression.hpp>
#include <models/logistic_regression.hpp>
#include <models/mean_squared_error.hpp>
#include <models/mlp.hpp>
#include <models/polynomial.hpp>
