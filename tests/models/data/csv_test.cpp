// Reading CSV files: what is accepted, and the exact words of what is not.
// Headers: models/data/table.hpp
#include <models/data/csv.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "tests/catch.hpp"

using grove::DataError;
using grove::models::parse_csv;
using grove::models::read_csv;
using grove::models::Table;

namespace {

/// The message that parsing `text` (and then using the table) fails with.
template <class F>
std::string message_of(F action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "(no error)";
}

std::string parse_error(const std::string& text, const grove::models::CsvOptions& options = {}) {
  return message_of([&] { parse_csv(text, "t.csv", options); });
}

}  // namespace

TEST_CASE("a table has the header's names and one row a line", "[csv]") {
  const Table t = parse_csv("x,name\n1.5,a\n-2e3,b\n", "t.csv");
  CHECK(t.names() == std::vector<std::string>{"x", "name"});
  CHECK(t.rows() == 2);
  CHECK(t.is_numeric("x"));
  CHECK_FALSE(t.is_numeric("name"));
  CHECK(t.numbers("x") == Eigen::Vector2d(1.5, -2000));
  CHECK(t.categories("name") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("line ends of every kind, a byte order mark and a missing last line end are read", "[csv]") {
  for (const std::string text :
       {"x,y\n1,2\n3,4\n", "x,y\r\n1,2\r\n3,4\r\n", "x,y\r1,2\r3,4", "\xEF\xBB\xBFx,y\n1,2\n3,4",
        "\n  \nx,y\n\n1,2\n   \n3,4\n\n\n", " x , y \n 1 ,\t2\n+3, 4 \n"}) {
    INFO(text);
    const Table t = parse_csv(text, "t.csv");
    CHECK(t.names() == std::vector<std::string>{"x", "y"});
    CHECK(t.matrix({"y", "x"}) == (Eigen::Matrix2d() << 2, 1, 4, 3).finished());
  }
}

TEST_CASE("quoted fields hold separators, quotes and line ends", "[csv]") {
  const Table t = parse_csv("a,\"b, \"\"c\"\"\"\n\"one\r\ntwo\" ,\"3.5\"\n\"\",4\n", "t.csv");
  CHECK(t.names()[1] == "b, \"c\"");
  CHECK(t.columns[0].cell(0).text() == "one\r\ntwo");
  CHECK(t.columns[0].cell(1).missing());
  CHECK(t.numbers("b, \"c\"") == Eigen::Vector2d(3.5, 4));
  CHECK(t.columns[1].cell(1).place().line == 4);  // the quoted line end counts
}

TEST_CASE("UTF-8 names and values pass through, and columns are counted in characters", "[csv]") {
  const Table t = parse_csv("größe,città\n1,Zürich\nä,Genève\n", "t.csv");
  CHECK(t.categories("città") == std::vector<std::string>{"Genève", "Zürich"});
  CHECK(t.columns[1].cell(1).place().column == 3);
}

TEST_CASE("other separators, missing words and headerless files are options", "[csv]") {
  const Table t = parse_csv("1;?\n2;5\n", "t.csv", {.separator = ';', .missing = {"?"}, .names = {"a", "b"}});
  CHECK(t.rows() == 2);
  CHECK(t.drop_missing().numbers("b") == Eigen::VectorXd::Constant(1, 5));
  const Table tabs = parse_csv("a\tb\n\t2\n1\t\n", "t.csv", {.separator = '\t'});
  CHECK(tabs.rows() == 2);
  CHECK(tabs.columns[0].cell(0).missing());
  CHECK(tabs.columns[1].cell(1).missing());
}

TEST_CASE("rows with missing values are dropped where asked", "[csv]") {
  const Table t = parse_csv("x,y,s\n1,NA,a\n2,5,\n3,6,b\n", "t.csv");
  CHECK(t.drop_missing().rows() == 1);
  CHECK(t.drop_missing({"x", "y"}).numbers("x") == Eigen::Vector2d(2, 3));
  CHECK(t.drop_missing({"s"}).indicator("s", "b") == Eigen::Vector2d(0, 1));
  CHECK(t.is_numeric("y"));
}

TEST_CASE("numbers are read with a decimal point in any locale, whole or not at all", "[csv]") {
  using grove::models::detail::parse_number;
  CHECK(parse_number("  -1.25e-3 ") == -1.25e-3);
  CHECK(parse_number("+7") == 7.0);
  for (const char* bad : {"", "1.2.3", "1,5", "0x10", "inf", "nan", "1e999", "12abc", "+-3", "--3", "3 4"}) {
    INFO(bad);
    CHECK_FALSE(parse_number(bad).has_value());
  }
}

TEST_CASE("a missing file, a directory and an unreadable table say so", "[csv]") {
  CHECK_THAT(message_of([] { read_csv("no/such.csv"); }),
             Catch::Matchers::StartsWith("read_csv: no/such.csv: no such file; paths are relative to "));
  const auto folder = std::filesystem::temp_directory_path();
  CHECK(message_of([&] { read_csv(folder); }) == "read_csv: " + folder.string() + ": this is a directory");
}

TEST_CASE("an empty file and a file with only a header are errors", "[csv]") {
  CHECK(parse_error("") == "read_csv: t.csv:1:1: the file is empty; its first line must name the columns");
  CHECK(parse_error("\n \n") == "read_csv: t.csv:3:1: the file is empty; its first line must name the columns");
  CHECK(parse_error("x,y\n") == "read_csv: t.csv:2:1: there are no rows, only a header");
}

TEST_CASE("a ragged row names its line, its length and the header's", "[csv]") {
  CHECK(parse_error("x,y,z\n1,2,3\n4,5\n") ==
        "read_csv: t.csv:3:4: this row has 2 fields, the header has 3; the first one missing is 'z'");
  CHECK(
      parse_error("x,y\n1,2\n\n4,50,6\n") ==
      "read_csv: t.csv:4:6: this row has 3 fields, the header has 2; a field that holds the separator must be quoted");
}

TEST_CASE("a bad number names file, line, column and the column's name", "[csv]") {
  const Table t = parse_csv("x,mass\n1,3750\n2,37O0\n3,\"3,5\"\n", "t.csv");
  CHECK(message_of([&] { t.numbers("mass"); }) ==
        "table: t.csv:3:3: '37O0' in column 'mass' is not a finite number; correct it, or name it in "
        "CsvOptions::missing");
  CHECK(message_of([&] { t.select({2}).numbers("mass"); }) ==
        "table: t.csv:4:3: '3,5' in column 'mass' is not a finite number; write a decimal point and no thousands "
        "separator");
}

TEST_CASE("a column of text asked for as numbers is told from a slip", "[csv]") {
  CHECK(message_of([] { parse_csv("s\na\nb\n", "t.csv").numbers("s"); }) ==
        "table: t.csv:2:1: 'a' in column 's' is not a finite number; the column holds text, use indicator() or "
        "categories()");
}

TEST_CASE("a missing value asked for as a number is an error, never a silent NaN", "[csv]") {
  const Table t = parse_csv("x,y\n1,2\nNA,3\n,4\n", "t.csv");
  CHECK(message_of([&] { t.numbers("x"); }) ==
        "table: t.csv:3:1: column 'x' has no value here (2 of 3 rows miss it); drop_missing() drops such rows");
}

TEST_CASE("an unknown column lists the columns, and guesses the separator", "[csv]") {
  CHECK(message_of([] { parse_csv("a,b\n1,2\n", "t.csv").numbers("c"); }) ==
        "table: t.csv: there is no column 'c'; the columns are a, b");
  CHECK(
      message_of([] { parse_csv("a;b\n1;2\n", "t.csv").numbers("a"); }) ==
      "table: t.csv: there is no column 'a'; the columns are a;b; is the separator ';'? then pass {.separator = ';'}");
  CHECK(message_of([] { parse_csv("s\na\nb\n", "t.csv").indicator("s", "c"); }) ==
        "table: t.csv: column 's' never holds 'c'; it holds a, b");
}

TEST_CASE("broken quotes, repeated names and binary files are errors", "[csv]") {
  CHECK(parse_error("x,y\n1,\"2\n3,4\n") == "read_csv: t.csv:2:3: this quote is never closed");
  CHECK(parse_error("x,y\n\"1\"a,2\n") ==
        "read_csv: t.csv:2:4: text after a closing quote; a quote inside a quoted field is written twice");
  // csv-generated-name
  CHECK(
      parse_error("column 2,\n1,2\n") ==
      "read_csv: t.csv:1:10: the header names 'column 2', and here is a column without a name in that place; name it");
  CHECK(parse_error(",column 1\n1,2\n") ==
        "read_csv: t.csv:1:2: the header names 'column 1' twice; column names must differ");
  CHECK_THROWS_WITH(parse_csv("1,2\n", "t.csv", {.names = {"a", "a"}}),
                    "read_csv: t.csv:1:1: CsvOptions::names has 'a' twice; column names must differ");
  CHECK(parse_error("x,y,x\n1,2,3\n") == "read_csv: t.csv:1:5: the header names 'x' twice; column names must differ");
  CHECK(parse_error(std::string("x,y\n1,\0\n", 9)) == "read_csv: t.csv:2:3: a zero byte; is this a text file?");
  CHECK(parse_error("\xFF\xFEx") == "read_csv: t.csv:1:1: the file is UTF-16; save it as UTF-8");
}

TEST_CASE("a file of ten thousand rows is read back from disk", "[csv]") {
  const auto path = std::filesystem::temp_directory_path() / "grove_csv_test.csv";
  {
    std::ofstream file(path);
    file << "i,half\n";
    for (int i = 0; i < 10000; ++i) file << i << ',' << 0.5 * i << '\n';
  }
  const Table t = read_csv(path);
  std::filesystem::remove(path);
  CHECK(t.rows() == 10000);
  CHECK(t.numbers("half").sum() == 0.5 * t.numbers("i").sum());
}

TEST_CASE("any text gives a rectangular table or a DataError", "[csv]") {
  std::mt19937_64 rng(1);
  const std::string alphabet = "ab1.,,\"\"\n\n\r\t \xC3\xA9\xEF\xBB\xBF-";
  int read = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    std::string text(rng() % 24, ' ');
    for (char& c : text) c = alphabet[rng() % alphabet.size()];
    try {
      const Table t = parse_csv(text, "t.csv");
      for (const auto& column : t.columns) REQUIRE(static_cast<Eigen::Index>(column.size()) == t.rows());
      ++read;
    } catch (const DataError&) {
    }
  }
  CHECK(read > 1000);
}

TEST_CASE("a last column without name and values is left out, one with a value is not", "[csv]") {
  const Table t = parse_csv("a,b,\n1,2,\n3,4,\n", "t.csv");
  CHECK(t.names() == std::vector<std::string>{"a", "b"});
  CHECK(t.drop_missing().rows() == 2);
  CHECK(parse_csv("a,b,\n1,2,\n3,4,5\n", "t.csv").names() == std::vector<std::string>{"a", "b", "column 3"});
  CHECK(parse_csv("a,b,c\n1,2,\n", "t.csv").names().size() == 3);
}

TEST_CASE("the hint about quotes stands where it fits", "[csv]") {
  CHECK(parse_error("x,y\n1,2,\n") ==
        "read_csv: t.csv:2:5: this row has 3 fields, the header has 2; it ends in a separator");
  CHECK_THROWS_WITH(
      parse_csv("1,2,3\n", "t.csv", {.names = {"a", "b"}}),
      "read_csv: t.csv:1:5: this row has 3 fields, CsvOptions::names has 2; a field that holds the separator "
      "must be quoted");
}

TEST_CASE("numbers too small for a double are zero, numbers too large are none (csv-underflow)", "[csv]") {
  using grove::models::detail::parse_number;
  for (const char* tiny : {"1e-400", "0.0001e-330", "+123.456E-999", "0e999", "1e-99999999999999999999"}) {
    INFO(tiny);
    CHECK(parse_number(tiny) == 0.0);
  }
  CHECK(std::signbit(*parse_number("-1e-400")));
  CHECK(*parse_number("1e-310") == 1e-310);
  for (const char* none : {"1e400", "0.001e999", "-1e999", "1e", "1e-400x", "", "e-400", "inf", "nan", "0x10"}) {
    INFO(none);
    CHECK_FALSE(parse_number(none).has_value());
  }
}

TEST_CASE("a header of forty thousand columns is read (csv-many-columns)", "[csv]") {
  constexpr int columns = 40000;
  std::string header, row;
  for (int i = 0; i < columns; ++i) {
    const char* end = i + 1 < columns ? "," : "\n";
    header += "c" + std::to_string(i) + end;
    row += std::to_string(i) + ".5" + end;
  }
  const Table table = parse_csv(header + row, "wide.csv");
  REQUIRE(table.columns.size() == columns);
  CHECK(table.columns.back().name == "c39999");
  CHECK(table.numbers("c39999")(0) == 39999.5);
  CHECK(table.matrix(table.names())(0, 7) == 7.5);
  CHECK_THAT(parse_error(header.substr(0, header.size() - 1) + ",c0\n"), Catch::Matchers::Contains("names 'c0' twice"));
}

TEST_CASE("a table keeps the text it was read from, and rows that are selected refer to it", "[csv]") {
  Table some;
  {
    const Table all = parse_csv("x,s\n1,\"a\"\"b\"\n2,c\n3,\n", "t.csv");
    some = all.select({2, 0});
  }
  CHECK(some.numbers("x") == Eigen::Vector2d(3, 1));
  CHECK(some.column("s").cell(0).missing());
  CHECK(some.column("s").cell(1).text() == "a\"b");
  CHECK(some.column("s").cell(1) == "a\"b");
  CHECK(some.column("s").cell(1).place().line == 2);
}

TEST_CASE("quoted fields cost no more than their length, and rows no memory that they do not need", "[csv]") {
  std::string quoted = "x\n", blank(200000, ','), lines(200000, '\n');
  for (int i = 0; i < 100000; ++i) quoted += "\"1\"\n";
  CHECK(parse_csv(quoted, "t.csv").numbers("x").sum() == 100000);
  // As many columns as line ends: room for all pairs would be terabytes.
  CHECK(parse_error(blank + lines) == "read_csv: t.csv:200001:1: there are no rows, only a header");
}
