// Class labels of a table, and splits that keep their shares.
#include <models/data/labels.hpp>

#include <algorithm>

#include "models/data/csv.hpp"
#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("labels number the classes of a column", "[labels]") {
  const Table table = parse_csv("kind,x\nfern,1\nmoss,2\nfern,3\n", "plants.csv");
  const Labels labels = class_labels(table, "kind");
  CHECK(labels.values == std::vector<int>{0, 1, 0});
  CHECK(labels.classes == std::vector<std::string>{"fern", "moss"});
  const Labels again = class_labels(table, "kind", {"alga", "moss", "fern"});
  CHECK(again.values == std::vector<int>{2, 1, 2});
  CHECK_THROWS_AS(class_labels(table, "sort"), grove::DataError);
  CHECK_THROWS_WITH(class_labels(table, "kind", {"alga", "fern"}),
                    Catch::Contains("plants.csv:3:1: column 'kind' holds 'moss', which is none of alga, fern"));
  CHECK_THROWS_WITH(class_labels(parse_csv("kind,x\n,1\nmoss,2\n", "plants.csv"), "kind"),
                    Catch::Contains("has no value here"));
}

TEST_CASE("a stratified split has each class in its share", "[labels]") {
  std::vector<int> labels(100, 0);
  std::fill(labels.begin() + 60, labels.begin() + 90, 1);
  std::fill(labels.begin() + 90, labels.end(), 2);
  const Split parts = stratified_split(labels, {.test_fraction = 0.3, .seed = 4});
  std::vector<int> of_test(3, 0);
  for (const Eigen::Index row : parts.test) ++of_test[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])];
  CHECK(of_test == std::vector<int>{18, 9, 3});
  Rows all = parts.train;
  all.insert(all.end(), parts.test.begin(), parts.test.end());
  std::sort(all.begin(), all.end());
  Rows every(100);
  std::iota(every.begin(), every.end(), Eigen::Index{0});
  CHECK(all == every);
  CHECK(stratified_split(labels, {.test_fraction = 0.3, .seed = 4}).test == parts.test);
  CHECK(stratified_split(labels, {.test_fraction = 0.3, .seed = 5}).test != parts.test);
  // As many rows as a plain split holds back, whatever rounding does to the classes.
  for (const double fraction : {0.07, 0.25, 0.5, 0.93})
    CHECK(stratified_split(labels, {.test_fraction = fraction}).test.size() ==
          split(100, {.test_fraction = fraction}).test.size());
  CHECK_THROWS_WITH(stratified_split({0, -1, 0}), "stratified_split: a label is -1, below 0");
  CHECK_THROWS_AS(stratified_split({0}), grove::DataError);
}
