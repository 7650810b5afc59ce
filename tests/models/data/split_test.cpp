// Splitting rows: complete, disjoint, reproducible.
#include <models/data/split.hpp>

#include <algorithm>

#include "tests/catch.hpp"

using namespace grove::models;

namespace {

Rows sorted_union(const Split& s) {
  Rows all = s.train;
  all.insert(all.end(), s.test.begin(), s.test.end());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("a permutation is the same on every platform", "[split]") {
  CHECK(permutation(8, 1) == permutation(8, 1));
  CHECK(permutation(8, 1) != permutation(8, 2));
  // Pinned: an independent mt19937_64 gives the same; the standard fixes its output.
  CHECK(permutation(8, 1) == Rows{4, 6, 3, 5, 1, 7, 2, 0});
}

TEST_CASE("train and test hold every row once", "[split]") {
  for (Eigen::Index n : {2, 3, 10, 333}) {
    const Split s = split(n, {.test_fraction = 0.3, .seed = 5});
    Rows expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), Eigen::Index{0});
    CHECK(sorted_union(s) == expected);
    CHECK_FALSE(s.train.empty());
    CHECK_FALSE(s.test.empty());
  }
  CHECK(split(10, {.test_fraction = 0.3}).test.size() == 3);
}

TEST_CASE("both parts have a row, however large the fraction", "[split]") {
  CHECK(split(2, {.test_fraction = 0.9}).train.size() == 1);
  CHECK(split(2, {.test_fraction = 0.1}).test.size() == 1);
  CHECK(split(5, {.test_fraction = 0.95}).test.size() == 4);
}

TEST_CASE("folds are disjoint, of nearly equal size, and hold every row", "[split]") {
  const auto folds = k_fold(11, 3, 4);
  Rows tested;
  for (const Split& fold : folds) {
    CHECK(sorted_union(fold).size() == 11);
    CHECK((fold.test.size() == 3 || fold.test.size() == 4));
    tested.insert(tested.end(), fold.test.begin(), fold.test.end());
  }
  std::sort(tested.begin(), tested.end());
  CHECK(std::unique(tested.begin(), tested.end()) - tested.begin() == 11);
}

TEST_CASE("every position of a permutation is equally likely", "[split]") {
  Eigen::Matrix4i count = Eigen::Matrix4i::Zero();
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Rows p = permutation(4, seed);
    for (Eigen::Index i = 0; i < 4; ++i) ++count(i, p[static_cast<std::size_t>(i)]);
  }
  CHECK(count.minCoeff() > 860);  // 1000 expected, standard deviation 27
  CHECK(count.maxCoeff() < 1140);
}

TEST_CASE("rows are selected from matrices and vectors", "[split]") {
  const Eigen::MatrixXd x = (Eigen::MatrixXd(3, 2) << 1, 2, 3, 4, 5, 6).finished();
  CHECK(select_rows(x, {2, 0}) == (Eigen::MatrixXd(2, 2) << 5, 6, 1, 2).finished());
  const Eigen::VectorXd y = select_rows(x.col(1), {1});
  CHECK(y[0] == 4);
  CHECK_THROWS_WITH(select_rows(x, {3}), "select_rows: row 3 of 3 asked for");
}

TEST_CASE("impossible splits are errors", "[split]") {
  CHECK_THROWS_WITH(split(10, {.test_fraction = 1.0}), "split: test_fraction must lie in (0, 1), got 1");
  CHECK_THROWS_WITH(split(1), "split: 1 row(s) cannot be divided into train and test");
  CHECK_THROWS_WITH(k_fold(3, 4), "k_fold: k must lie in [2, 3], got 4");
}
