// Where a NaN or an infinity comes from: the operation that made the first one, and the parameters that reach it.
#pragma once

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "../detail/message.hpp"
#include "detail/observed.hpp"
#include "hessian.hpp"

namespace grove {

/// Where something that is not finite was found first.
enum class NonFiniteIn {
  nothing,    ///< value and gradient are finite
  params,     ///< a parameter is not finite
  value,      ///< an operation of the loss made it
  gradient,   ///< the loss is finite; a slope, or an operation of the backward pass, made it
  elsewhere,  ///< no operation on numbers that depend on the parameters made it: a constant, a custom rule, or an
              ///< operation that works on whole matrices (eigh, svd)
};

/// An operand of an operation: its value and what it is: an element of a parameter ("weight(2, 1)"), "a constant", or
/// the operation that made it ("exp of rate").
struct NonFiniteOperand {
  double value = 0;  ///< the number itself
  std::string from;  ///< the operation that made it, or where it comes from
};

/// What find_nonfinite returns; true in a condition if something was found.
struct NonFinite {
  NonFiniteIn in = NonFiniteIn::nothing;   ///< whether it is in the value, in the gradient, or nowhere
  std::string operation;                   ///< "log", "/", …; empty if no operation made it
  double result = 0;                       ///< what it returned: NaN or an infinity
  std::vector<NonFiniteOperand> operands;  ///< one or two
  std::vector<std::string> params;         ///< elements of the parameters that the result depends on, in their order

  /// Whether anything was found.
  explicit operator bool() const { return in != NonFiniteIn::nothing; }

  /// "the value: log(-0.5) = nan, -0.5 from - of scale and a constant; depends on scale"
  std::string string() const {
    if (in == NonFiniteIn::nothing) return "value and gradient are finite";
    if (in == NonFiniteIn::params) return detail::fill("the parameter {} is {}", {params.front(), result});
    if (in == NonFiniteIn::elsewhere)
      return detail::fill("the result is {}, which no operation on numbers that depend on the parameters made",
                          {result});
    std::string text = in == NonFiniteIn::value ? "the value: " : "the gradient: ";
    text += call() + " = " + detail::number(result);
    for (const NonFiniteOperand& x : operands) text += detail::fill(", {} from {}", {detail::number(x.value), x.from});
    return text + "; depends on " + listed();
  }
  friend std::ostream& operator<<(std::ostream& out, const NonFinite& found) { return out << found.string(); }

 private:
  std::string call() const {
    const std::string first = detail::number(operands.front().value);
    const bool symbol = operation.size() == 1;
    if (operands.size() == 1) return symbol ? operation + first : operation + '(' + first + ')';
    const std::string second = detail::number(operands.back().value);
    return symbol ? first + ' ' + operation + ' ' + second : operation + '(' + first + ", " + second + ')';
  }
  std::string listed() const {
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t k = 0; k < std::min(most, params.size()); ++k) text += (k == 0 ? "" : ", ") + params[k];
    if (params.size() > most) text += detail::fill(" and {} more", {params.size() - most});
    return text;
  }
};

namespace detail {

/// The names of the scalars of a tree, in the order of tree::flatten: path, path[i] or path(i, j).
template <class P>
std::vector<std::string> element_names(const P& params) {
  std::vector<std::string> names;
  tree::detail::visit_leaves_with_path(
      [&names](const tree::Path& path, const auto& leaf) {
        if constexpr (Dense<decltype(leaf)>) {
          using L = bare<decltype(leaf)>;
          constexpr bool vector = L::ColsAtCompileTime == 1 || L::RowsAtCompileTime == 1;
          for (Index j = 0; j < leaf.cols(); ++j) {
            for (Index i = 0; i < leaf.rows(); ++i)
              names.push_back(path.string() + (vector ? fill("[{}]", {i + j}) : fill("({}, {})", {i, j})));
          }
        } else {
          names.push_back(path.empty() ? "the parameter" : path.string());
        }
      },
      params);
  return names;
}

/// Which operations a number depends on, itself included.
inline std::vector<bool> reached_from(const Observations& list, std::uint32_t last) {
  std::vector<bool> reached(list.size(), false);
  if (last != 0) reached[last] = true;
  for (std::size_t k = last; k > 0; --k) {
    if (!reached[k]) continue;
    for (const ObservedOperand& x : list[k].operands) {
      if (x.origin != 0) reached[x.origin] = true;
    }
  }
  return reached;
}

/// Where an operand comes from, in words; `depth` steps back.
inline std::string origin_name(const Observations& list, std::uint32_t origin, const std::vector<std::string>& names,
                               int depth) {
  if (origin == 0) return "a constant";
  if (origin <= names.size()) return names[origin - 1];
  const ObservedOperation& made = list[origin];
  const std::string name = readable_name(made.name);
  if (depth == 0) return name;
  const std::string first = origin_name(list, made.operands[0].origin, names, depth - 1);
  const bool one = made.count == 1 || made.operands[1].origin == made.operands[0].origin;
  const std::string second = one ? "" : " and " + origin_name(list, made.operands[1].origin, names, depth - 1);
  return name + " of " + first + second;
}

/// What made a number that is not finite: the first operation that it depends on with such a result.
inline NonFinite source_of(const Observations& list, const ObservedOperand& bad, NonFiniteIn in,
                           const std::vector<std::string>& names) {
  NonFinite found{NonFiniteIn::elsewhere, "", bad.value, {}, {}};
  const std::vector<bool> reached = reached_from(list, bad.origin);
  std::size_t k = 1;
  while (k < list.size() && !(reached[k] && !std::isfinite(list[k].result))) ++k;
  if (k >= list.size()) return found;
  const ObservedOperation& made = list[k];
  found = {in, readable_name(made.name), made.result, {}, {}};
  for (int i = 0; i < made.count; ++i) {
    const auto [value, origin] = made.operands[i];
    found.operands.push_back({value, origin_name(list, origin, names, 1)});
  }
  const std::vector<bool> needed = reached_from(list, static_cast<std::uint32_t>(k));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (needed[i + 1]) found.params.push_back(names[i]);
  }
  return found;
}

}  // namespace detail

/// Finds what made a loss or its gradient NaN or infinite: `find_nonfinite(loss, params, args…)`. The loss runs once
/// with numbers that write down every operation; if its value is finite, the backward pass does, too. Of the operations
/// that the bad number depends on, the first with a result that is not finite is reported: its name, its operands and
/// where they come from, and the elements of the parameters that reach it.
///
///   if (const auto found = grove::find_nonfinite(loss, params, x, y)) fmt::print("{}\n", found.string());
///   // the value: log(0) = -inf, 0 from exp of rates[3]; depends on rates[3]
///
/// What does not reach the result is not reported: an infinity that `where` discards, say. Operations on arrays are
/// reported by the operation on the element; rules of custom_vjp and custom_jvp must be generic here, as under hessian,
/// and count as constants. To be used when something is wrong: about 100 bytes an operation, and the
/// speed of a scalar loop; other derivatives know nothing of it. Throws: what the loss throws.
template <class F, detail::Differentiable P, class... Args>
NonFinite find_nonfinite(const F& loss, const P& params, const Args&... args) {
  using S = scalar_t<P>;
  static_assert(std::is_floating_point_v<S>, "grove: find_nonfinite is for plain parameters, outside of losses");
  const std::vector<std::string> names = detail::element_names(params);
  const auto flat = tree::flatten(params);
  for (Index k = 0; k < flat.size(); ++k) {
    if (!std::isfinite(flat(k)))
      return {NonFiniteIn::params, "", double(flat(k)), {}, {names[static_cast<std::size_t>(k)]}};
  }
  detail::Observations list;
  const detail::Observing observing(list);
  using Plain = Dual<S, 0, true>;
  const auto value = detail::with_lifted<Plain, false>(
      std::index_sequence<0>{}, loss, std::tie(params, args...),
      [](const auto& result, detail::Recording<Plain>&, std::size_t, auto&) {
        return detail::loss_value<Plain>(result).value();
      },
      detail::observe_parameter);
  if (!isfinite(value)) return detail::source_of(list, {double(value.value), value.origin}, NonFiniteIn::value, names);
  list.clear();
  detail::ObservedOperand bad;
  using Recorded = Dual<S, 0, false>;
  detail::dual_gradient<Recorded>(
      loss, detail::observe_parameter,
      [&bad](Index, const Recorded& adjoint) {
        if (std::isfinite(bad.value) && !isfinite(adjoint)) bad = {double(adjoint.value), adjoint.origin};
      },
      params, args...);
  if (std::isfinite(bad.value)) return {};
  return detail::source_of(list, bad, NonFiniteIn::gradient, names);
}

}  // namespace grove
