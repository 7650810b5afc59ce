// Everything of grove::models: models, losses, landscapes, data, figures.
#pragma once

#include <models/csv.hpp>
#include <models/design.hpp>
#include <models/exponential_decay.hpp>
#include <models/figure.hpp>
#include <models/landscapes.hpp>
#include <models/linear_regression.hpp>
#include <models/logistic_regression.hpp>
#include <models/mean_squared_error.hpp>
#include <models/mlp.hpp>
#include <models/polynomial.hpp>
#include <models/split.hpp>
#include <models/standardize.hpp>
#include <models/table.hpp>
#include <models/write_figure.hpp>
