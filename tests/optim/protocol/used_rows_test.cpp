#include "optim/protocol/used_rows.hpp"

#include <cmath>
#include <vector>

#include "autodiff/autodiff.hpp"
#include "optim/optimizers/adam.hpp"
#include "optim/optimizers/sgd.hpp"
#include "optim/protocol/chain.hpp"
#include "optim/transforms/clip.hpp"
#include "tests/catch.hpp"

using namespace grove::optim;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

/// A vector for each word, and what all share.
struct Words {
  MatrixXd table = MatrixXd::NullaryExpr(9, 3, [](Index i, Index j) { return std::sin(double(3 * i + j)); });
  VectorXd weight = VectorXd::LinSpaced(3, 0.5, 1.5);
};

constexpr auto loss = [](const auto& p, const std::vector<Index>& ids, const VectorXd& y) {
  const auto& [table, weight] = p;
  return grove::mean(grove::square((grove::gather_rows(table, ids) * weight).array() - y.array()));
};

using Lists = std::vector<std::vector<Index>>;
const Lists batches{{7, 3, 7, 0}, {3, 8, 1, 1}, {0, 0, 0, 0}, {4, 7, 3, 8}};
const VectorXd targets = VectorXd::LinSpaced(4, -1, 2);

/// One step by the used rows alone.
template <class Optimizer, class State>
void step_of_used(const Optimizer& optimizer, State& state, Words& params, const std::vector<Index>& ids) {
  const UsedRows used = used_rows(ids);
  const RowsByPath rows{{"table", used.rows}};
  auto grads = grove::grad(loss)(take_rows(params, rows), used.places, targets);
  CHECK(grads.table.rows() == Index(used.rows.size()));
  step_rows(optimizer, grads, state, params, rows);
}

template <class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const grove::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Used rows are listed once, with the place of each index") {
  const UsedRows used = used_rows(std::vector<int>{7, 3, 7, 0});
  CHECK(used.rows == std::vector<Index>{0, 3, 7});
  CHECK(used.places == std::vector<Index>{2, 1, 2, 0});
  CHECK(used_rows(std::vector<Index>{}).rows.empty());
}

TEST_CASE("The gradient of the used rows is that of the table at these rows, and is checked like any") {
  const Words params;
  const UsedRows used = used_rows(batches[0]);
  const Words part = take_rows(params, {{"table", used.rows}});
  CHECK(part.table.row(1) == params.table.row(3));
  const auto whole = grove::grad(loss)(params, batches[0], targets);
  const auto grads = grove::grad(loss)(part, used.places, targets);
  CHECK(grads.weight == whole.weight);
  for (std::size_t k = 0; k < used.rows.size(); ++k) CHECK(grads.table.row(Index(k)) == whole.table.row(used.rows[k]));
  grove::gradcheck(loss, part, used.places, targets);
}

TEST_CASE("adam by rows is the lazy one: what is not used keeps its values and moments") {
  Words params, expected;
  const auto optimizer = adam(0.1);
  auto state = optimizer.init(params);
  Words mu{MatrixXd::Zero(9, 3), VectorXd::Zero(3)}, nu = mu;
  int t = 0;
  for (const auto& ids : batches) {
    step_of_used(optimizer, state, params, ids);
    const auto grads = grove::grad(loss)(expected, ids, targets);
    ++t;
    const auto update = [t](double g, double& m, double& v, double& p) {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      p -= 0.1 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
    };
    for (const Index i : used_rows(ids).rows) {
      for (Index j = 0; j < 3; ++j) update(grads.table(i, j), mu.table(i, j), nu.table(i, j), expected.table(i, j));
    }
    for (Index j = 0; j < 3; ++j) update(grads.weight(j), mu.weight(j), nu.weight(j), expected.weight(j));
    CHECK((params.table - expected.table).norm() < 1e-12);
    CHECK((params.weight - expected.weight).norm() < 1e-12);
  }
  CHECK(params.table.row(5) == Words{}.table.row(5));
  CHECK(grove::tree::get<std::int64_t>(state, "count") == 4);
  CHECK((grove::tree::get<Words>(state, "nu").table - nu.table).norm() < 1e-14);
}

TEST_CASE("sgd by rows, clipped or not, and adam of all rows are steps of the whole") {
  const auto check = [](const auto& optimizer, const Lists& lists) {
    Words by_rows, whole;
    auto state = optimizer.init(by_rows);
    auto state_of_whole = state;
    for (const auto& ids : lists) {
      step_of_used(optimizer, state, by_rows, ids);
      step(optimizer, grove::grad(loss)(whole, ids, targets), state_of_whole, whole);
    }
    CHECK((by_rows.table - whole.table).norm() + (by_rows.weight - whole.weight).norm() < 1e-13);
    CHECK((by_rows.table - Words{}.table).norm() > 0.01);
  };
  check(sgd(0.1), batches);
  check(chain(clip_by_global_norm(0.2), sgd(0.1)), batches);
  Words few{MatrixXd::Ones(2, 3)};
  const auto optimizer = adam(0.1, {}, mu_dtype<float>);
  auto state = optimizer.init(few), state_of_whole = state;
  Words whole = few;
  step_of_used(optimizer, state, few, {0, 1, 1, 0});
  step(optimizer, grove::grad(loss)(whole, std::vector<Index>{0, 1, 1, 0}, targets), state_of_whole, whole);
  CHECK(few.table == whole.table);
}

TEST_CASE("Rows that are not there are refused, and a failing step changes nothing") {
  Words params;
  const auto optimizer = adam(0.1);
  auto state = optimizer.init(params);
  Words grads = take_rows(params, {{"table", {1, 2}}});
  const auto message = [&](const RowsByPath& rows) {
    return message_of([&] { step_rows(optimizer, grads, state, params, rows); });
  };
  CHECK(message({{"table", {1, 9}}}) == "step_rows: table has 9 rows, and row 9 was asked for");
  CHECK(message({{"table", {-1}}}) == "step_rows: table has 9 rows, and row -1 was asked for");
  CHECK(message({{"table", {2, 2}}}) ==
        "step_rows: table: the rows must increase, and 2 follows 2; used_rows makes such a list");
  CHECK(message({{"tabel", {2}}}) ==
        "step_rows: rows of 'tabel' were asked for, and those with rows that can be left out are table, weight");
  CHECK(message({{"table", {1, 2, 3}}}).starts_with("update: "));
  CHECK(message_of([&] {
          take_rows(Eigen::Matrix2d(), {{"", {0}}});
        }) == "take_rows: rows of '' were asked for, and those with rows that can be left out are none");
  CHECK(params.table == Words{}.table);
  CHECK(grove::tree::get<Words>(state, "nu").table == MatrixXd::Zero(9, 3));
  CHECK(grove::tree::get<std::int64_t>(state, "count") == 0);
  // Params that are one table, and no rows at all.
  MatrixXd alone = params.table;
  auto state_of_alone = optimizer.init(alone);
  step_rows(optimizer, MatrixXd(MatrixXd::Ones(1, 3)), state_of_alone, alone, {{"", {4}}});
  step_rows(optimizer, MatrixXd(0, 3), state_of_alone, alone, {{"", {}}});
  CHECK(((alone - params.table).rowwise().norm().array() > 0).count() == 1);
}
