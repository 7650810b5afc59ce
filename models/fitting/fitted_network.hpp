// A network after its training, and how it is to be trained.
#pragma once

#include <cstdint>

#include "../../optim/training/minimize_options.hpp"
#include "../../optim/training/minimize_result.hpp"
#include "../data/split.hpp"
#include "fitted.hpp"

namespace grove::models {

/// Options of `fit` for an Mlp.
struct MlpOptions {
  /// ≥ 0: adds ½·l2·|weight|² to half the sum of squares, or to the negative log-likelihood of the classes; the biases
  /// are free. scikit-learn's MLPRegressor and MLPClassifier call it alpha.
  double l2 = 0;
  double dropout = 0;  ///< in [0, 1): the share of hidden values that is left out, others at each evaluation
  /// In [0, 1): the share of the rows that is held back, of classes the same share of each. The loss there, without
  /// penalty and dropout, is what `training.patience` goes by, and the params that were best there are returned.
  double held_back = 0;
  std::uint64_t seed = 0;  ///< of the rows held back and of the dropout
  /// Whether the summary has a line for each param, with its standard error: for a small network that has converged.
  bool errors = false;
  /// Steps, batches, patience, tolerances, threads, callbacks …: all data at once and 1000 steps, unless it says else.
  optim::MinimizeOptions training = {};
};

/// What `fit` of an Mlp returns: without `MlpOptions::errors` no covariance, and a summary that has no table.
template <class Model>
struct FittedNetwork : Fitted<Model> {
  /// How it went. The loss is (half the squares, or the negative log-likelihood, and the penalty) ÷ rows; `measures`
  /// are that of the rows held back, without penalty.
  optim::MinimizeResult<Model> training;
  Split rows;  ///< those it was trained on, and those held back
};

}  // namespace grove::models
