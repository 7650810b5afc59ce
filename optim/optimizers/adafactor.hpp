// Second moments in little memory: the product of a row and a column.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "../protocol/chain.hpp"
#include "../protocol/detail/leafwise.hpp"
#include "../protocol/maybe.hpp"
#include "../transforms/add_decayed_weights.hpp"
#include "../transforms/clip.hpp"
#include "../transforms/scale.hpp"
#include "../transforms/trace.hpp"
#include "../transforms/trust_ratio.hpp"

namespace grove::optim {

/// Step count, and for each leaf the factors of the second moment (v_row, v_col) or, if it is not factored, v itself.
template <class P>
struct FactoredState {
  /// A moment of a leaf, or of its rows or columns.
  using Values = Eigen::Array<detail::accumulator_t<P>, Eigen::Dynamic, Eigen::Dynamic>;

  std::int64_t count;         ///< steps so far
  std::vector<Values> v_row;  ///< of the rows, for each leaf that is factored
  std::vector<Values> v_col;  ///< of the columns, for each leaf that is factored
  std::vector<Values> v;      ///< whole, for each leaf that is not

  template <class Params>
  void check_fits(const Params& params) const {
    detail::check_entries(v.size(), params);
    detail::check_entries(v_row.size(), params);
    detail::check_entries(v_col.size(), params);
    detail::check_shapes(
        [&](std::size_t leaf, const LeafShape& shape) {
          const bool whole = v[leaf].rows() == shape.rows && v[leaf].cols() == shape.cols;
          return whole || (v_row[leaf].rows() == shape.rows && v_col[leaf].cols() == shape.cols);
        },
        params);
  }
};

/// Options of `scale_by_factored_rms`.
struct ScaleByFactoredRms {
  static constexpr detail::Harm harm = detail::Harm::counts;
  bool factored = true;                       ///< whether large matrices are factored
  double decay_rate = 0.8;                    ///< power of the decay, which is 1 - tᵖ with p = -decay_rate
  std::int64_t step_offset = 0;               ///< subtracted from the step count, for fine-tuning
  std::int64_t min_dim_size_to_factor = 128;  ///< matrices with both sides at least this long are factored
  double epsilon = 1e-30;                     ///< added to the squares
  /// (steps after the offset, decay_rate) → decay, in [0, 1]; without it 1 - (steps + 1)^-decay_rate
  std::function<double(std::int64_t, double)> decay_rate_fn{};

  template <class P>
  FactoredState<P> init(const P& params) const {
    FactoredState<P> state{0, {}, {}, {}};
    using Values = typename FactoredState<P>::Values;
    detail::for_each_shape(
        [&](const tree::Path&, const LeafShape& shape) {
          const bool split = is_factored(shape.rank, shape.rows, shape.cols);
          state.v_row.push_back(split ? Values(Values::Zero(shape.rows, 1)) : Values());
          state.v_col.push_back(split ? Values(Values::Zero(1, shape.cols)) : Values());
          state.v.push_back(split ? Values() : Values(Values::Zero(shape.rows, shape.cols)));
        },
        params);
    return state;
  }
  template <class U, class S, class P, class E>
  void update_in_place(U& updates, S& state, const P& /*params*/, const E& extra) const {
    const double decay = decay_at(state.count - step_offset);
    state.count = safe_increment(state.count);
    detail::for_each_leaf(
        extra,
        [&]<class View>(std::size_t leaf, View&& u) {
          using A = detail::accumulator_t<P>;
          if constexpr (!detail::HasElements<std::remove_cvref_t<View>>) {
            using std::sqrt;
            auto& v = state.v[leaf](0, 0);
            v = A(decay) * v + A(1 - decay) * (A(u) * A(u) + A(epsilon));
            u = std::remove_cvref_t<View>(A(u) / sqrt(v));
          } else if (state.v[leaf].size() == u.size()) {
            auto& v = state.v[leaf];
            v = A(decay) * v + A(1 - decay) * ((u * u).template cast<A>() + A(epsilon));
            u = (u.template cast<A>() / v.sqrt()).template cast<typename std::remove_cvref_t<View>::Scalar>();
          } else {
            rescale_factored<A>(u, state.v_row[leaf], state.v_col[leaf], A(decay));
          }
        },
        updates);
  }

 private:
  double decay_at(std::int64_t steps) const {
    if (!decay_rate_fn) return 1 - std::pow(static_cast<double>(steps + 1), -decay_rate);
    const double decay = decay_rate_fn(steps, decay_rate);
    detail::check_fraction("scale_by_factored_rms", "what decay_rate_fn returns", decay);
    return decay;
  }

  bool is_factored(int rank, Eigen::Index rows, Eigen::Index cols) const {
    return factored && rank == 2 && std::min(rows, cols) >= min_dim_size_to_factor;
  }

  template <class A>
  void rescale_factored(auto& u, auto& v_row, auto& v_col, A decay) const {
    using Scalar = typename std::remove_cvref_t<decltype(u)>::Scalar;
    const A rows = static_cast<A>(u.rows()), cols = static_cast<A>(u.cols());
    v_row *= decay;
    v_col *= decay;
    for (Eigen::Index j = 0; j < u.cols(); ++j) {
      A column(0);
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        const A square = A(u(i, j)) * A(u(i, j)) + A(epsilon);
        column += square;
        v_row(i, 0) += (1 - decay) * square / cols;
      }
      v_col(0, j) += (1 - decay) * column / rows;
    }
    const A mean = u.rows() >= 1 ? A(v_row.sum() / rows) : A(1);
    for (Eigen::Index j = 0; j < u.cols(); ++j) {
      for (Eigen::Index i = 0; i < u.rows(); ++i) {
        using std::sqrt;
        u(i, j) = static_cast<Scalar>(A(u(i, j)) / sqrt(v_row(i, 0) / mean) / sqrt(v_col(0, j)));
      }
    }
  }
};

/// Rescales updates by the root of their running mean of squares, which for large matrices is kept as a row times a
/// column.
///
/// The decay is 0 at the first step and grows towards 1. optax computes it in float32, here it is in double.
/// Source: Shazeer & Stern 2018, https://arxiv.org/abs/1804.04235
inline auto scale_by_factored_rms(ScaleByFactoredRms options = {}) {
  detail::check_not_negative("scale_by_factored_rms", "decay_rate", options.decay_rate);
  detail::check_not_negative("scale_by_factored_rms", "epsilon", options.epsilon);
  detail::check_not_negative("scale_by_factored_rms", "min_dim_size_to_factor", options.min_dim_size_to_factor);
  return GradientTransformation<ScaleByFactoredRms>{options};
}

/// Options of `adafactor`.
struct AdafactorOptions {
  std::int64_t min_dim_size_to_factor = 128;       ///< matrices with both sides at least this long are factored
  double decay_rate = 0.8;                         ///< power of the decay
  std::int64_t decay_offset = 0;                   ///< subtracted from the step count
  bool multiply_by_parameter_scale = true;         ///< whether steps are relative to the params of the leaf
  std::optional<double> clipping_threshold = 1.0;  ///< largest root mean square of a leaf's update
  std::optional<double> momentum{};                ///< decay of a moving average of the updates
  std::optional<ScalarOrSchedule<double>> weight_decay_rate{};  ///< not multiplied by the learning rate
  double eps = 1e-30;                                           ///< added to the squares
  bool factored = true;                                         ///< whether large matrices are factored
  Mask weight_decay_mask = true;                                ///< which leaves decay
};

namespace detail {

template <class RateLink>
auto adafactor_chain(const RateLink& rate, const AdafactorOptions& options) {
  check_not_negative("adafactor", "decay_rate", options.decay_rate);
  check_not_negative("adafactor", "eps", options.eps);
  check_not_negative("adafactor", "min_dim_size_to_factor", options.min_dim_size_to_factor);
  if (options.clipping_threshold) check_positive("adafactor", "clipping_threshold", *options.clipping_threshold);
  if (options.momentum) check_decay("adafactor", "momentum", *options.momentum);
  const auto decay = options.weight_decay_rate.value_or(ScalarOrSchedule<double>(0.0));
  if (!decay.is_schedule()) check_not_negative("adafactor", "weight_decay_rate", decay(0));
  return chain(
      scale_by_factored_rms({options.factored,
                             options.decay_rate,
                             options.decay_offset,
                             options.min_dim_size_to_factor,
                             options.eps,
                             {}}),
      maybe(options.clipping_threshold.has_value(), clip_by_block_rms(options.clipping_threshold.value_or(1.0))), rate,
      maybe(options.multiply_by_parameter_scale, scale_by_param_block_rms()),
      maybe(options.momentum.has_value(), ema(options.momentum.value_or(0.0), false)),
      maybe(options.weight_decay_rate.has_value(), add_decayed_weights(decay, options.weight_decay_mask)), scale(-1.0));
}

}  // namespace detail

/// Adafactor: scale_by_factored_rms, clip_by_block_rms, the learning rate, scale_by_param_block_rms, ema, decay,
/// scale(-1).
template <class LearningRate>
requires(!std::same_as<LearningRate, AdafactorOptions>) auto adafactor(LearningRate learning_rate,
                                                                       const AdafactorOptions& options = {}) {
  detail::check_learning_rate("adafactor", learning_rate);
  return detail::adafactor_chain(scale_by_learning_rate(std::move(learning_rate), false), options);
}

/// Adafactor without a learning rate: steps are relative to the params.
template <class Options = AdafactorOptions>  // a template, so that only its callers compile it
auto adafactor(const std::type_identity_t<Options>& options = {}) {
  return detail::adafactor_chain(identity(), options);
}

}  // namespace grove::optim
