// From the adjoints of the inputs to plain numbers.
#pragma once

#include "../../tree/map.hpp"
#include "../array/operands.hpp"
#include "../fusion/pack.hpp"
#include "active_leaves.hpp"

namespace grove::detail {

/// to[k] ← from[k], and clears that.
template <class S, class Number>
void take_run(S* from, Number* to, Index n) {
  in_packs<S>(n, [=]<class P>(std::type_identity<P>, Index k) {
    store(to + k, load<P>(from + k));
    store<P>(from + k, repeated<P>(S(0)));
  });
}

/// Moves the adjoints of the inputs into a tree of plain numbers, and clears them.
template <class S, class G, class A>
void take_adjoints(G& grads, const A& active) {
  Tape<S>& tape = *current_tape<S>;
  const auto take = [&tape](auto& g, const auto& a) {
    using Leaf = bare<decltype(a)>;
    if constexpr (is_var<Leaf>) {
      S& adjoint = *tape.adjoint(VarAccess::slot(a));
      g = static_cast<bare<decltype(g)>>(adjoint);
      adjoint = S(0);
    } else if constexpr (is_active_handle<Leaf>) {
      if constexpr (is_plain_object<bare<decltype(g)>> && std::is_floating_point_v<S>) {
        g.resize(a.rows(), a.cols());
        take_run(tape.adjoint(a.slot()), g.data(), g.size());
      } else {
        auto adjoint = a.adjoint_map();
        g = adjoint;
        adjoint.setZero();
      }
    } else if constexpr (is_eigen_of_vars<Leaf>) {
      g.resize(a.rows(), a.cols());
      for (Index k = 0; k < a.size(); ++k) {
        S& adjoint = *tape.adjoint(VarAccess::slot(a.data()[k]));
        g.data()[k] = static_cast<typename bare<decltype(g)>::Scalar>(adjoint);
        adjoint = S(0);
      }
    }
  };
  tree::detail::visit(tree::detail::NoTrail{}, take, grads, active);  // the caller made them agree
}

}  // namespace grove::detail
