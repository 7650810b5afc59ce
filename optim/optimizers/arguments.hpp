// Optimizers by name: how arguments are read, and the transformation that is chosen from a catalogue.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../numerics/detail/check.hpp"
#include "../protocol/any_transformation.hpp"
#include "../schedules/hyperparameter.hpp"

namespace grove::optim {

/// Arguments by name: numbers, or schedules where the optimizer takes them.
using Arguments = std::map<std::string, ScalarOrSchedule<double>>;

namespace detail {

/// Hands out arguments and remembers which names were asked for, so that the others can be reported.
class ArgumentReader {
 public:
  ArgumentReader(std::string_view optimizer, const Arguments& given) : optimizer_(optimizer), given_(given) {}

  /// Whether an argument of this name is given.
  bool has(std::string_view name) { return find(name) != nullptr; }
  double operator()(std::string_view name, double otherwise) {
    const auto* found = find(name);
    if (found == nullptr) return otherwise;
    if (found->is_schedule())
      throw HyperparameterError(fill("{}: {} must be a number, got a schedule", {optimizer_, name}));
    return (*found)(0);
  }
  ScalarOrSchedule<double> schedulable(std::string_view name, const ScalarOrSchedule<double>& otherwise) {
    const auto* found = find(name);
    return found == nullptr ? otherwise : *found;
  }
  [[noreturn]] void reject(std::string_view name, std::string_view needed, double got) const {
    detail::reject(optimizer_, name, needed, got);
  }
  /// The learning rate, which has no default.
  ScalarOrSchedule<double> rate(std::string_view name = "learning_rate") {
    const auto* found = find(name);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const auto& [given, value] : given_) names.push_back(given);
      throw HyperparameterError(fill("{}: {} is missing{}{}", {optimizer_, name, names.empty() ? "" : "; given are ",
                                                               tree::detail::joined(names, ", ")}));
    }
    if (!found->is_schedule()) check_rate(optimizer_, name, (*found)(0));
    return *found;
  }
  /// The learning rate of an optimizer that has a default for it.
  ScalarOrSchedule<double> rate_or(double otherwise) { return schedulable("learning_rate", otherwise); }
  double number_rate(std::string_view name = "learning_rate") {
    rate(name);
    return (*this)(name, 0);
  }

  void check_all_known() const {
    for (const auto& [name, value] : given_) {
      if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
        std::vector<std::string> valid;  // whether the rate was asked for first is up to the compiler
        for (bool rate : {true, false})
          for (const auto& asked : asked_)
            if ((asked == "learning_rate") == rate) valid.push_back(asked);
        throw HyperparameterError(
            fill("{}: there is no argument '{}'; valid are {}", {optimizer_, name, tree::detail::joined(valid, ", ")}));
      }
    }
  }

 private:
  const ScalarOrSchedule<double>* find(std::string_view name) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.emplace_back(name);
    const auto found = given_.find(std::string(name));
    return found == given_.end() ? nullptr : &found->second;
  }

  std::string_view optimizer_;
  const Arguments& given_;
  std::vector<std::string> asked_;
};

template <class Catalogue>
std::vector<std::string> catalogue_names() {
  std::vector<std::string> names;
  Catalogue::for_each([&](const char* name, const auto& /*make*/) { names.emplace_back(name); });
  return names;
}

/// Calls use(optimizer) with the optimizer of this name.
template <class Catalogue, class Use>
void with_optimizer(std::string_view wanted, const Arguments& arguments, Use&& use) {
  bool found = false;
  Catalogue::for_each([&](const char* name, const auto& make) {
    if (wanted != name) return;
    found = true;
    ArgumentReader reader(wanted, arguments);
    const auto optimizer = make(reader);
    reader.check_all_known();
    use(optimizer);
  });
  if (!found) {
    throw HyperparameterError(
        fill("{}: there is no optimizer '{}'; valid are {}",
             {Catalogue::function, wanted, tree::detail::joined(catalogue_names<Catalogue>(), ", ")}));
  }
}

}  // namespace detail

/// The state of an optimizer chosen by name: the optimizer itself, made for these params, and its state.
template <class P>
struct ByNameState {
  any_transformation<P> optimizer;  ///< made for these params
  AnyState<P> state;                ///< its own

  /// A file holds the state; the optimizer is made anew by `init`.
  void write_nodes(const detail::NodeWriter& write, const tree::Path& path) const { state.write_nodes(write, path); }
  /// Reads it from a file.
  void read_nodes(const detail::NodeReader& read, const tree::Path& path) { state.read_nodes(read, path); }

  /// Throws: StructureError if it was made for params of another structure.
  void check_fits(const P& params) const { state.check_fits(params); }
};

/// The link behind `by_name` and `contrib::by_name`.
template <class Catalogue>
class ByName {
 public:
  static constexpr bool needs_params = true;
  static constexpr detail::Harm harm = detail::Harm::none;  // as any_transformation
  static constexpr bool is_erased = true;
  static constexpr int asks_for = detail::asks_for_hvp | detail::asks_for_residuals;
  /// See by_name.
  ByName(std::string name, Arguments arguments) : name_(std::move(name)), arguments_(std::move(arguments)) {
    detail::with_optimizer<Catalogue>(name_, arguments_, [](const auto& /*optimizer*/) {});
  }

  template <class P>
  ByNameState<P> init(const P& params) const {
    std::optional<any_transformation<P>> made;
    detail::with_optimizer<Catalogue>(name_, arguments_, [&](const auto& optimizer) { made.emplace(optimizer); });
    auto state = made->init(params);
    return {*std::move(made), std::move(state)};
  }
  template <class P, class E>
  void update_in_place(P& updates, ByNameState<P>& state, const P& params, const E& extra) const {
    state.optimizer.update_in_place(updates, state.state, params, extra);
  }
  template <class P, class E>
  void step_in_place(P& grads, ByNameState<P>& state, P& params, const E& extra) const {
    state.optimizer.step_in_place(grads, state.state, params, extra);
  }

 private:
  std::string name_;
  Arguments arguments_;
};

}  // namespace grove::optim
