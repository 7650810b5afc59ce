// Functions of the params in options that do not know their type.
#pragma once

#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "shown.hpp"

namespace grove::optim::detail {

/// Any callable from params of a type that is spelt out to R; or none.
template <class R>
class OfParams {
 public:
  OfParams() = default;
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, OfParams>) OfParams(F f) {
    check_given("minimize", "a function of the params", f);
    static_assert(
        HasOneSignature<F>,
        "a function of the params in MinimizeOptions takes (const Params&), with the type of the params spelt "
        "out instead of auto; of a generic loss make one with held_out<Params>(loss, data...) or "
        "values_of_each<Params>(losses, data...)");
    if constexpr (HasOneSignature<F>) take(std::move(f), static_cast<arguments_of_t<F>*>(nullptr));
  }

  explicit operator bool() const { return static_cast<bool>(call_); }
  R operator()(const Shown& params) const { return call_(params); }

  /// Throws unless params of this type are what it takes.
  void check(const char* name, const TypeId& params) const {
    if (params_) check_shown(name, "the params", *params_, params);
  }

 private:
  template <class F, class... A>
  void take(F f, std::tuple<A...>*) {
    static_assert(sizeof...(A) == 1, "a function of the params in MinimizeOptions takes them and nothing else");
    if constexpr (sizeof...(A) == 1) take_from<A...>(std::move(f));
  }
  template <class P, class F>
  void take_from(F f) {
    static_assert(std::is_convertible_v<std::invoke_result_t<F&, const P&>, R>,
                  "a measure in MinimizeOptions returns a number, and `each` an Eigen array");
    params_ = type_id<P>();
    call_ = [f = std::move(f)](const Shown& params) mutable { return static_cast<R>(f(params.as<P>())); };
  }

  std::function<R(const Shown&)> call_;
  std::optional<TypeId> params_{};
};

}  // namespace grove::optim::detail
