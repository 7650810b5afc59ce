// From table columns to a regression's matrix.
#include <models/data/design.hpp>

#include <models/data/csv.hpp>

#include "tests/catch.hpp"

using namespace grove::models;

TEST_CASE("numbers stay, categories become indicators without the first", "[design]") {
  const Table t = parse_csv("x,s\n1,b\n2,a\n3,c\n", "t.csv");
  const Design d = design_matrix(t, {"s", "x"});
  CHECK(d.names == std::vector<std::string>{"s=b", "s=c", "x"});
  CHECK(d.x == (Eigen::Matrix3d() << 1, 0, 1, 0, 0, 2, 0, 1, 3).finished());
}

TEST_CASE("features that carry nothing are errors", "[design]") {
  const Table t = parse_csv("x,s\n1,b\n,b\n", "t.csv");
  CHECK_THROWS_WITH(design_matrix(t, {}), "design_matrix: no features are named");
  CHECK_THROWS_WITH(design_matrix(t, {"s"}), "design_matrix: t.csv: column 's' holds only 'b'; leave it out");
  CHECK_THROWS_WITH(design_matrix(t.select({}), {"s"}),
                    "design_matrix: t.csv: there are no rows; does each of them miss a value?");
  CHECK_THROWS_AS(design_matrix(t, {"x"}), grove::DataError);
  CHECK_THROWS_AS(design_matrix(t, {"z"}), grove::DataError);
}
