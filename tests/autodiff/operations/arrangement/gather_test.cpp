#include "autodiff/operations/arrangement/gather.hpp"

#include <array>
#include <vector>

#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
namespace placeholders = Eigen::placeholders;
#else
namespace placeholders = Eigen;
#endif

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("gather: repeated indices add") {
  const MatrixXd a = sample(3, 4);
  const std::vector<int> rows{0, 2, 0};
  check_agreement([&](const auto& x) { return weigh(grove::gather_rows(x, rows)); }, a);
  check_agreement([&](const auto& x) { return weigh(grove::gather_rows(x, rows)); }, RowMajor(a));
  check_agreement([](const auto& x) { return weigh(grove::gather_cols(x, Eigen::Vector2i(1, 1))); }, a);
  check_agreement([](const auto& x) { return weigh(grove::gather(x.row(1), std::array<long, 2>{1, 3})); }, a);
  CHECK(grove::grad([&](const auto& x) { return grove::gather(x.col(0), rows).sum(); })(a).col(0) ==
        Eigen::Vector3d(2, 0, 1));
  CHECK(grove::gather_rows(a, rows).row(1) == a.row(2));
  CHECK(grove::gather(VectorXd(a.col(0)), rows)[1] == a(2, 0));
  CHECK(message_of<grove::ShapeError>([&] {
          grove::gather_cols(a, std::vector{0, 4});
        }) == "gather_cols: index 4 is outside [0, 4)");
}

TEST_CASE("gather: the element of each row or column that a list names") {
  const MatrixXd a = sample(3, 4);
  const std::vector<int> of_rows{3, 0, 3}, of_columns{2, 0, 0, 1};
  check_agreement(
      [&](const auto& x) {
        return weigh(grove::gather(x.rowwise(), of_rows)) + weigh(grove::gather(x.colwise(), of_columns));
      },
      a);
  check_agreement([&](const auto& x) { return weigh(grove::gather(x.rowwise(), of_rows)); }, RowMajor(a));
  CHECK(grove::gather(a.rowwise(), of_rows) == Eigen::Vector3d(a(0, 3), a(1, 0), a(2, 3)));
  CHECK(grove::gather(a.colwise(), of_columns) == Eigen::RowVector4d(a(2, 0), a(0, 1), a(0, 2), a(1, 3)));
  CHECK(message_of<grove::ShapeError>([&] { grove::gather(a.rowwise(), of_columns); }) ==
        "gather: 4 indices for 3 rows");
  CHECK(message_of<grove::ShapeError>([&] {
          grove::gather(a.colwise(), std::vector{0, 3, 0, 0});
        }) == "gather: index 3 is outside [0, 3)");
}

TEST_CASE("rows and columns named as in Eigen") {
  const std::vector<int> rows{0, 2, 0};
  check_agreement(
      [&](const auto& x) {
        return weigh(x(placeholders::all, 1)) + weigh(x(rows, Eigen::seq(1, 3))) + weigh(x(2, placeholders::lastN(2))) +
               weigh(x.col(0)(rows)) + x(placeholders::last, placeholders::last) + x.row(0)(placeholders::last);
      },
      sample(3, 4));
  const auto outside = [&] {
    grove::evaluate([](const auto& x) { return x(std::vector<int>{0, 3}, 0).sum(); }, sample(3, 4));
  };
  CHECK(message_of<grove::ShapeError>(outside) == "gather_rows: index 3 is outside [0, 3)");
}
