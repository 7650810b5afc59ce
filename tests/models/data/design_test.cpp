// From table columns to a regression's matrix.
#include <models/data/design.hpp>

#include <models/data/csv.hpp>
#include <optim/files/save.hpp>

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

TEST_CASE("one slip in a column of numbers is an error at its cell (design-matrix-slip)", "[design]") {
  for (const std::string slip : {"?", "NULL", "inf", "1e999", "12,5", "x"}) {
    INFO(slip);
    const Table t = parse_csv("age\n20\n21\n\"" + slip + "\"\n23\n", "t.csv");
    CHECK_THROWS_WITH(design_matrix(t, {"age"}),
                      "design_matrix: t.csv:4:1: '" + slip +
                          "' is no finite number, but 3 of the 4 values in column 'age' are; correct it, name it in "
                          "CsvOptions::missing, or name the column in DesignOptions::categorical");
    CHECK(design_matrix(t, {"age"}, {.categorical = {"age"}}).x.cols() == 3);
  }
  CHECK_THROWS_WITH(design_matrix(parse_csv("s\na\nb\n3\n", "t.csv"), {"s"}),
                    Catch::Matchers::StartsWith("design_matrix: t.csv:4:1: '3' is a finite number, but 2 of the 3"));
  CHECK(design_matrix(parse_csv("p\n1\n1e-400\n", "t.csv"), {"p"}).x == Eigen::Vector2d(1, 0));
  CHECK_THROWS_WITH(design_matrix(parse_csv("p\n1\n2\n", "t.csv"), {"p"}, {.categorical = {"q"}}),
                    "design_matrix: DesignOptions::categorical names 'q', which is no feature; they are p");
}

TEST_CASE("other rows are coded by the fitted rows' categories", "[design]") {
  const Table train = parse_csv("s,x\na,1\nb,2\nc,3\n", "train.csv"), test = parse_csv("x,s\n7,c\n8,c\n", "test.csv");
  const DesignCoding coding = fit_design(train, {"s", "x"});
  const Design held_back = coding(test);
  CHECK(held_back.names == coding(train).names);
  CHECK(held_back.x == (Eigen::Matrix<double, 2, 3>() << 0, 1, 7, 0, 1, 8).finished());

  const Table unknown = parse_csv("x,s\n7,a\n8,d\n", "test.csv");
  CHECK_THROWS_WITH(
      coding(unknown),
      "design_matrix: test.csv:3:3: column 's' holds 'd', which the fitted rows do not have; they have a, "
      "b, c; DesignOptions::other gives such levels a column");
  const Design with_other = fit_design(train, {"s", "x"}, {.other = true})(unknown);
  CHECK(with_other.names == std::vector<std::string>{"s=b", "s=c", "s=other", "x"});
  CHECK(with_other.x == (Eigen::Matrix<double, 2, 4>() << 0, 0, 0, 7, 0, 0, 1, 8).finished());

  CHECK_THROWS_WITH(coding(parse_csv("x,s\n7,\n", "test.csv")),
                    Catch::Matchers::StartsWith("table: test.csv:2:3: column 's' has no value here"));
  CHECK_THROWS_WITH(coding(parse_csv("x,s\nq,a\n", "test.csv")),
                    Catch::Matchers::StartsWith("table: test.csv:2:1: 'q' in column 'x' is not a finite number"));
  CHECK_THROWS_AS(coding(parse_csv("x\n1\n", "test.csv")), grove::DataError);
}

TEST_CASE("a fitted design is saved and read back", "[design]") {
  const Table train = parse_csv("s,x\na b,1\n\"b\"\"\",2\nc,3\n", "train.csv");
  const DesignCoding coding = fit_design(train, {"s", "x"}, {.other = true});
  const auto file = std::filesystem::temp_directory_path() / "grove_design_test.txt";
  grove::optim::save(file.string(), coding);
  DesignCoding read;
  grove::optim::load(file.string(), read);
  std::filesystem::remove(file);
  CHECK(read(train).names == coding(train).names);
  CHECK(read(train).x == coding(train).x);
  CHECK(read.other);
}
