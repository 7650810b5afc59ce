#include "optim/files/npy.hpp"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "tests/catch.hpp"

using namespace grove;
using optim::load_npy, optim::save_npy;

namespace {

const std::string file = "grove_npy_test.npy";

std::string golden(const std::string& name) { return "../golden/numpy/" + name + ".npy"; }
std::string bytes_of(const std::string& name) { return optim::detail::read_file("test", name); }

Eigen::MatrixXd grid() {
  Eigen::MatrixXd x(2, 3);
  x << -0.5, -0.25, 0, 0.25, 0.5, 0.75;
  return x;
}
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What load_npy says of bytes, or "" if it reads them.
template <class A>
std::string said(const std::string& bytes, A array) {
  optim::detail::replace_file("test", file, bytes);
  try {
    load_npy(file, array);
    return "";
  } catch (const DataError& e) {
    return e.what();
  }
}
std::string said_of(const std::string& header) {
  std::string text = "\x93NUMPY";
  text += {'\1', '\0', static_cast<char>(header.size()), '\0'};
  return said(text + header + std::string(16, '\0'), Eigen::VectorXd{});
}

template <class A>
void check_same_bytes(const A& array, const std::string& name) {
  save_npy(file, array);
  CHECK(bytes_of(file) == bytes_of(golden(name)));
}

}  // namespace

TEST_CASE("save_npy writes the bytes that numpy.save writes") {
  check_same_bytes(0.1, "number");
  check_same_bytes(std::vector<double>{1.5, -0.25, 1e300}, "vector");
  check_same_bytes(Eigen::RowVector3d(1.5, -0.25, 1e300), "vector");
  check_same_bytes(grid(), "matrix_fortran");
  check_same_bytes(grid().array().eval(), "matrix_fortran");
  check_same_bytes(RowMajor(grid()), "matrix_c");
  check_same_bytes(Eigen::MatrixXd(0, 3), "empty");
  check_same_bytes(std::array<std::uint8_t, 2>{0, 255}, "bytes");
  check_same_bytes(Eigen::Vector3<bool>(true, false, true), "bools");
  check_same_bytes(std::vector<std::uint64_t>{~std::uint64_t{0}}, "large");
  check_same_bytes(Eigen::Matrix<std::int16_t, 2, 2, Eigen::RowMajor>({{-32768, 2}, {32767, -1}}), "integers");
  // Expressions of Eigen are evaluated.
  save_npy(file, 2 * grid().col(1));
  Eigen::VectorXd half;
  load_npy(file, half);
  CHECK(half == Eigen::Vector2d(-0.5, 1));
  std::filesystem::remove(file);
}

TEST_CASE("load_npy reads what NumPy wrote, in every order and type") {
  const auto read = [](const std::string& name, auto array) {
    load_npy(golden(name), array);
    return array;
  };
  CHECK(read("number", 0.0) == 0.1);
  CHECK(read("number", 0.0f) == 0.1f);
  CHECK(read("vector", Eigen::VectorXd{}) == Eigen::Vector3d(1.5, -0.25, 1e300));
  CHECK(read("version_2", Eigen::RowVectorXd{}) == Eigen::RowVector3d(1.5, -0.25, 1e300));
  CHECK(read("vector", std::vector<double>{}) == std::vector<double>{1.5, -0.25, 1e300});
  CHECK(read("vector", Eigen::MatrixXd{}) == Eigen::Vector3d(1.5, -0.25, 1e300));  // a column
  for (const char* name : {"matrix_c", "matrix_fortran", "big_endian"}) {
    CHECK(read(name, Eigen::MatrixXd{}) == grid());
    CHECK(read(name, RowMajor{}) == grid());
    CHECK(read(name, Eigen::Array<float, 2, 3>{}).matrix() == grid().cast<float>());
  }
  const Eigen::VectorXd halves = read("half", Eigen::VectorXd{});
  CHECK(halves == Eigen::Vector4d(1.5, -std::ldexp(1, -24), 65504, std::numeric_limits<double>::infinity()));
  CHECK(read("integers", Eigen::Matrix2i{}) == Eigen::Matrix2i({{-32768, 2}, {32767, -1}}));
  CHECK(read("integers", Eigen::Matrix2d{}) == Eigen::Matrix2d({{-32768, 2}, {32767, -1}}));
  CHECK(read("bytes", std::vector<int>{}) == std::vector{0, 255});
  CHECK(read("bools", Eigen::VectorX<bool>{}) == Eigen::Vector3<bool>(true, false, true));
  CHECK(read("large", std::vector<std::uint64_t>{}) == std::vector{~std::uint64_t{0}});
  const Eigen::MatrixXd empty = read("empty", Eigen::MatrixXd{});
  CHECK((empty.rows() == 0 && empty.cols() == 3));
}

TEST_CASE("load_npy names what does not fit, and changes nothing") {
  const auto refused = [](const std::string& name, auto array) {
    const auto before = array;
    try {
      load_npy(golden(name), array);
    } catch (const DataError& e) {
      CHECK(array == before);
      const std::string text = e.what(), begin = "load_npy: " + golden(name) + ": ";
      CHECK(text.starts_with(begin));
      return text.substr(begin.size());
    }
    return std::string();
  };
  CHECK(refused("matrix_c", Eigen::MatrixXd(Eigen::MatrixXd::Zero(3, 2))) ==
        "its shape is (2, 3) in the file and (3, 2) in memory");
  CHECK(refused("matrix_c", Eigen::VectorXd{}) == "its shape is (2, 3) in the file and (0,) in memory");
  CHECK(refused("matrix_c", 1.0) == "its shape is (2, 3) in the file and () in memory");
  CHECK(refused("number", Eigen::VectorXd{}) == "its shape is () in the file and (0,) in memory");
  CHECK(refused("vector", std::vector<double>{1}) == "its shape is (3,) in the file and (1,) in memory");
  CHECK(refused("vector", std::array<double, 2>{}) == "its shape is (3,) in the file and (2,) in memory");
  CHECK(refused("cube", Eigen::MatrixXd{}) == "its shape is (1, 2, 3) in the file and (0, 0) in memory");
  CHECK(refused("vector", Eigen::VectorXf{}) == "1e+300 does not fit numbers of type f4");
  CHECK(refused("vector", Eigen::VectorXi{}) == "the file has numbers of type f8, and here must be i4");
  CHECK(refused("integers", std::array<int, 4>{}) == "its shape is (2, 2) in the file and (4,) in memory");
  CHECK(refused("integers", Eigen::MatrixX<std::uint16_t>{}) == "-32768 does not fit numbers of type u2");
  CHECK(refused("integers", Eigen::MatrixX<std::int8_t>{}) == "-32768 does not fit numbers of type i1");
  CHECK(refused("bytes", Eigen::VectorX<bool>{}) == "255 does not fit numbers of type b1");
  CHECK(refused("large", Eigen::VectorXd{}) == "18446744073709551615 does not fit numbers of type f8");
  CHECK(refused("complex", Eigen::VectorXd{}) == "arrays of dtype '<c16' cannot be read; numbers of up to 64 bits can");
  CHECK(refused("text", Eigen::VectorXd{}).starts_with("arrays of dtype '<U1' cannot be read"));
  CHECK(refused("records", Eigen::VectorXd{}) == "it is an array of records; save each field as an array of its own");
  Eigen::VectorXd x;
  CHECK_THROWS_WITH(load_npy("no such file", x),
                    Catch::StartsWith("load_npy: no such file: the file cannot be opened"));
  CHECK_THROWS_WITH(save_npy("no such folder/x.npy", 1.0), Catch::StartsWith("save_npy: no such folder/x.npy: "));
}

TEST_CASE("a file that is damaged is a DataError, whatever it claims") {
  const auto contains = [](const std::string& words) { return Catch::Contains(words); };
  CHECK_THAT(said_of("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}\n"), Catch::Equals(""));
  CHECK_THAT(said_of("{\"shape\":(2L,),\"descr\":\"<f8\",\"fortran_order\":True}"), Catch::Equals(""));
  CHECK_THAT(said_of("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}"),
             contains("its shape (3,) and dtype f8 take 24 bytes, and there are 16"));
  CHECK_THAT(said_of("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"),
             contains("its shape has more numbers than memory holds"));
  CHECK_THAT(said_of("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}"),
             contains("a length in its shape is too large"));
  const std::string none = "the header is none that NumPy writes";
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f8', 'fortran_order': False}", "{'descr': '<f8', 'shape': (2,), 'shape': (2,)}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}", "{'descr': '<f8', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", "{'descr': '<f8'; 'shape': (2,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} 1", "{'descr: '<f8'}", "{'what': 1}"})
    CHECK_THAT(said_of(header), contains(none));
  CHECK_THAT(said("", 1.0), contains("it is no array of NumPy (.npy)"));
  const std::string whole = bytes_of(golden("vector"));
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(said(whole.substr(0, n), Eigen::VectorXd{}) != "");
  CHECK(said(whole + ' ', Eigen::VectorXd{}) != "");
  std::string version_4 = whole;
  version_4[6] = 4;
  CHECK_THAT(said(version_4, Eigen::VectorXd{}), contains("version 4 of the format is not known"));
  std::string odd_bool = bytes_of(golden("bools"));
  odd_bool.back() = 2;
  CHECK_THAT(said(odd_bool, Eigen::VectorX<bool>{}), contains("2 does not fit numbers of type b1"));
  std::filesystem::remove(file);
}
