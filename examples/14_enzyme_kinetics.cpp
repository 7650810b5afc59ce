// A fit with error bars: the speed of a reaction against the concentration, for an enzyme with and without a drug.
#include <cmath>

#include <fmt/format.h>
#include <Eigen/Core>

#include <autodiff/autodiff.hpp>
#include <optim/optim.hpp>

/// Michaelis-Menten: speed = fastest·c/(half + c).
template <class T = double>
struct Kinetics {
  T fastest;  ///< speed at high concentration, counts/min²
  T half;     ///< concentration of half that speed, ppm
};

template <class T = double>
struct Both {
  Kinetics<T> treated, untreated;
};

struct Measured {
  Eigen::ArrayXd concentration, speed;
};

int main() {
  // Treloar (1974), as printed in Bates & Watts, "Nonlinear Regression Analysis" (1988), table A1.3.
  Measured treated, untreated;
  treated.concentration = Eigen::ArrayXd(12);
  treated.speed = Eigen::ArrayXd(12);
  treated.concentration << 0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10;
  treated.speed << 76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200;
  untreated.concentration = treated.concentration.head(11);
  untreated.speed = Eigen::ArrayXd(11);
  untreated.speed << 67, 51, 84, 86, 98, 115, 131, 124, 144, 158, 160;

  const auto misfit = [](const auto& p, const Measured& data) {
    return p.fastest * data.concentration / (p.half + data.concentration) - data.speed;
  };
  const Kinetics<> start{.fastest = 100, .half = 1};
  const auto alone = grove::optim::least_squares(misfit, start, {.lower = 0.0}, treated);
  fmt::print("treated alone:\n{}\n\n", alone.summary(treated.speed).string());

  // What does the drug change? Both in one fit, over a tree of residuals.
  const auto misfits = [&misfit](const auto& p, const Measured& with, const Measured& without) {
    return std::pair(misfit(p.treated, with), misfit(p.untreated, without));
  };
  const auto both = grove::optim::least_squares(misfits, Both<>{start, start}, {.lower = 0.0}, treated, untreated);
  fmt::print("both:\n{}\n", both.summary().string());
  const auto interval = both.confidence_intervals();
  const bool faster = interval.low.treated.fastest > interval.high.untreated.fastest;
  const bool other_half = interval.high.untreated.half < interval.low.treated.half;
  fmt::print("the drug makes the enzyme {}faster; that it needs more for half of its speed is {}\n",
             faster ? "" : "no ", other_half ? "shown too" : "not shown by these data");

  // R's documentation of nls: 212.7 ± 6.947 and 0.06412 ± 0.008281.
  const auto error = alone.standard_errors();
  const auto near = [](double x, double expected) { return std::abs(x / expected - 1) < 5e-4; };
  return near(alone.params.fastest, 212.7) && near(alone.params.half, 0.06412) && near(error.fastest, 6.947) &&
                 near(error.half, 0.008281) && faster && !other_half
             ? 0
             : 1;
}
