// What a minimization is judged by, if not by its loss: held-out data, or any function of the params.
#pragma once

#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../../autodiff/derivatives/grad.hpp"
#include "../numerics/detail/check.hpp"
#include "detail/shown.hpp"

namespace grove::optim {

/// A number for the params, the smaller the better: any callable from params of a type that is spelt out.
///
///   {.measure = [&](const Line<>& params) { return error_rate(params, x_held_out, y_held_out); }}
class Measure {
 public:
  Measure() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Measure>) Measure(F f) {
    detail::check_given("minimize", "measure", f);
    static_assert(detail::HasOneSignature<F>,
                  "a measure of minimize takes (const Params&), with the type of the params spelt out instead of auto; "
                  "of a generic loss make one with held_out<Params>(loss, data...)");
    if constexpr (detail::HasOneSignature<F>) take(std::move(f), static_cast<detail::arguments_of_t<F>*>(nullptr));
  }

  explicit operator bool() const { return static_cast<bool>(call_); }
  double operator()(const detail::Shown& params) const { return call_(params); }

  /// Throws unless these are what it takes.
  void check(const detail::TypeId& params) const {
    if (params_) detail::check_shown("measure", "the params", *params_, params);
  }

 private:
  template <class F, class... A>
  void take(F f, std::tuple<A...>*) {
    static_assert(sizeof...(A) == 1, "a measure of minimize takes the params and nothing else");
    if constexpr (sizeof...(A) == 1) take_from<A...>(std::move(f));
  }
  template <class P, class F>
  void take_from(F f) {
    static_assert(std::is_convertible_v<std::invoke_result_t<F&, const P&>, double>,
                  "a measure of minimize returns a number");
    params_ = detail::type_id<P>();
    call_ = [f = std::move(f)](const detail::Shown& params) mutable { return static_cast<double>(f(params.as<P>())); };
  }

  std::function<double(const detail::Shown&)> call_;
  std::optional<detail::TypeId> params_{};
};

/// The loss of held-out data as a measure, for params of type P; keeps a copy of both.
///
///   minimize(loss, params, adam(0.1),
///            {.patience = 20, .keep_best = true, .measure = held_out<Line<>>(loss, x_val, y_val)}, x, y);
template <class P, class Loss, class... Args>
Measure held_out(const Loss& loss, const Args&... args) {
  return [loss, data = std::tuple<Args...>(args...)](const P& params) {
    return std::apply([&](const auto&... x) { return detail::plain(grove::evaluate(loss, params, x...)); }, data);
  };
}

}  // namespace grove::optim
