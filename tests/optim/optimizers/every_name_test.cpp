// What holds for every optimizer that has a name: masks hide the other leaves from it, and a state of other params is
// refused before anything is changed.
// Headers: optim/optimizers/{arguments,by_name}.hpp
#include <Eigen/Core>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "optim/contrib/by_name.hpp"
#include "optim/optimizers/by_name.hpp"
#include "optim/protocol/masked.hpp"
#include "optim/protocol/step.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Params = std::map<std::string, MatrixXd>;  // so that trees with and without a leaf are of one type

namespace {

const std::set<std::string> without_rate{"bfgs",       "gauss_newton",       "lbfgs", "lbfgsb", "newton",
                                         "polyak_sgd", "trust_region_newton"};

template <class Catalogue>
std::vector<std::pair<std::string, any_transformation<Params>>> all_of() {
  std::vector<std::pair<std::string, any_transformation<Params>>> all;
  for (const std::string& name : detail::catalogue_names<Catalogue>()) {
    Arguments arguments;
    if (without_rate.count(name) == 0) arguments["learning_rate"] = 0.1;
    all.emplace_back(name, GradientTransformation<ByName<Catalogue>>{{name, arguments}});
  }
  return all;
}

Params params_of(const std::vector<std::string>& keys) {
  Params params;
  double seed = 1;
  for (const std::string& key : keys) {
    MatrixXd& m = params[key];
    m.resize(key == "vector" ? 1 : 3, key == "tall" ? 2 : 4);
    for (Eigen::Index i = 0; i < m.size(); ++i) m.data()[i] = std::sin(seed += 1.7);
  }
  return params;
}

/// ½‖p‖² over the leaves but "hidden", whose gradient is a number that must be seen nowhere.
double value_and_grad(const Params& params, Params& grads) {
  double value = 0;
  for (const auto& [key, p] : params) {
    grads[key] = key == "hidden" ? MatrixXd::Constant(p.rows(), p.cols(), 1e200) : p;
    if (key != "hidden") value += p.squaredNorm() / 2;
  }
  return value;
}

/// Its Hessian, the identity, times a tree.
const auto hvp_fn = [](const Params& /*params*/, const Params& tangents) {
  Params product = tangents;
  for (auto& [key, p] : product) {
    if (key == "hidden") p.setConstant(1e200);
  }
  return product;
};
/// The residuals that it is half the squares of.
const auto residuals_fn = [](const Params& params, VectorXd& residuals, MatrixXd& jacobian) {
  residuals = grove::tree::flatten(params);
  jacobian = MatrixXd::Identity(residuals.size(), residuals.size());
  Eigen::Index row = 0;
  for (const auto& [key, p] : params) {
    if (key == "hidden") {
      residuals.segment(row, p.size()).setZero();
      jacobian.middleCols(row, p.size()).setConstant(1e200);
    }
    row += p.size();
  }
};

template <class T, class S>
void advance(const T& optimizer, S& state, Params& params) {
  Params grads = params;
  const double value = value_and_grad(params, grads);
  const Params raw = grads;
  auto [updates, next] =
      optimizer.update(grads, state, params, with_value(value), with_grad(raw), with_value_and_grad_fn(value_and_grad),
                       with_hvp_fn(hvp_fn), with_residuals_fn(residuals_fn));
  state = next;
  for (auto& [key, p] : params) {
    if (key == "hidden") {
      CHECK(updates[key] == grads[key]);
    } else {
      p += updates[key];
    }
  }
}

void check_mask(const any_transformation<Params>& optimizer) {
  Params alone = params_of({"tall", "vector", "wide"}), with_hidden = alone;
  with_hidden["hidden"] = MatrixXd::Constant(3, 4, 1e200);
  const auto inside = masked(optimizer, [](const grove::tree::Path& path) { return !path.ends_with("hidden"); });
  auto state = optimizer.init(alone);
  auto masked_state = inside.init(with_hidden);
  for (int i = 0; i < 3; ++i) {
    advance(optimizer, state, alone);
    advance(inside, masked_state, with_hidden);
  }
  for (const auto& [key, p] : alone) {
    INFO(key);
    CHECK(p.allFinite());
    CHECK((p - with_hidden[key]).cwiseAbs().maxCoeff() <= 1e-12);
  }
}

/// Steps with a state that was made for other params throw, and leave the params and the state as they were.
void check_foreign(const any_transformation<Params>& optimizer, const Params& own, const Params& other) {
  auto state = optimizer.init(other);
  Params params = own, grads = own;
  value_and_grad(own, grads);
  const Params raw = grads;
  const auto take = [&](Params& p, Params g) {
    const Params first = g;
    step(optimizer, g, state, p, with_value(1.0), with_grad(first), with_value_and_grad_fn(value_and_grad),
         with_hvp_fn(hvp_fn), with_residuals_fn(residuals_fn));
  };
  CHECK_THROWS_AS(take(params, grads), grove::StructureError);
  CHECK(params == own);
  // The state is as it was: the params that it was made for go where they would have gone.
  Params expected = other, got = other, g = other;
  value_and_grad(other, g);
  auto fresh = optimizer.init(other);
  step(optimizer, g, fresh, expected, with_value(1.0), with_grad(other), with_value_and_grad_fn(value_and_grad),
       with_hvp_fn(hvp_fn), with_residuals_fn(residuals_fn));
  take(got, other);
  CHECK(got == expected);
}

void check_every_foreign(const any_transformation<Params>& optimizer) {
  const Params own = params_of({"tall", "vector", "wide"});
  check_foreign(optimizer, own, params_of({"tall", "vector"}));
  check_foreign(optimizer, params_of({"tall", "vector"}), own);
  Params longer = own;
  longer["vector"] = MatrixXd::Ones(1, 5);
  check_foreign(optimizer, own, longer);
  check_foreign(optimizer, longer, own);
  Params turned = own;
  turned["wide"] = own.at("wide").transpose();
  check_foreign(optimizer, own, turned);
}

}  // namespace

TEST_CASE("every optimizer sees nothing of the leaves that a mask hides (flatten-in-masked)") {
  for (const auto& [name, optimizer] : all_of<detail::Catalogue>()) {
    INFO(name);
    check_mask(optimizer);
  }
  for (const auto& [name, optimizer] : all_of<detail::ContribCatalogue>()) {
    INFO(name);
    check_mask(optimizer);
  }
}

TEST_CASE("every optimizer refuses a state of other params and changes nothing (foreign-state)") {
  const std::set<std::string> without_trees{"curvature_sgd", "fromage",    "gauss_newton", "newton",
                                            "noisy_sgd",     "polyak_sgd", "sgd",          "sign_sgd"};
  for (const auto& [name, optimizer] : all_of<detail::Catalogue>()) {
    INFO(name);
    if (without_trees.count(name) == 0) check_every_foreign(optimizer);
  }
  for (const auto& [name, optimizer] : all_of<detail::ContribCatalogue>()) {
    INFO(name);
    check_every_foreign(optimizer);
  }
}
