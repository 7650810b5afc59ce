// A linear map of rows with several outputs: a layer of a network, and a linear regression with several outputs.
#pragma once

#include "../autodiff/autodiff.hpp"
#include "detail/prediction.hpp"

namespace grove::models {

/// h ↦ h·weight + bias for a batch h, one sample a row.
template <class T = double>
struct DenseLayer {
  grove::Matrix<T> weight;   ///< inputs × outputs
  grove::RowVector<T> bias;  ///< outputs

  /// The layer's outputs, a row for each row of h.
  template <class X>
  auto operator()(const X& h) const {
    return detail::prediction(detail::add_to_rows(detail::product(h, weight), bias));
  }
};

}  // namespace grove::models
