// Indices, ranges and sizes that do not fit an active array are errors, in every member that takes them.
// Case: index-sequences.
#include <array>
#include <limits>
#include <string>
#include <vector>

#include "tests/autodiff/derivatives.hpp"

using Eigen::Index;
using Eigen::seq;
using Eigen::seqN;
using Eigen::VectorXd;
using grove_test::message_of;
#if EIGEN_VERSION_AT_LEAST(3, 4, 90)
namespace placeholders = Eigen::placeholders;
#else
namespace placeholders = Eigen;
#endif
using placeholders::all;
using placeholders::last;
using placeholders::lastN;

namespace {

constexpr Index huge = std::numeric_limits<Index>::max();
constexpr Index lowest = std::numeric_limits<Index>::min();

template <class F>
void refuses(const char* what, const F& f) {
  const std::string message = message_of<grove::ShapeError>(f);
  INFO(what << ": " << message);
  CHECK(message.find(": ") != std::string::npos);
  CHECK(message != "nothing thrown");
}
#define REFUSES(...) refuses(#__VA_ARGS__, [&] { (void)(__VA_ARGS__); })

/// What a vector of 4 elements refuses.
const auto check_vector = [](const auto& p) {
  REFUSES(p.value());
  REFUSES(p.reshaped(-2, -2));
  REFUSES(p.reshaped(3, 2));
  REFUSES(p.reshaped(huge, 2));
  REFUSES(p.reshaped(huge / 2 + 3, 4));  // 4, if it could be counted
  REFUSES(p(seq(2, 9)));
  REFUSES(p(seq(3, 0)));
  REFUSES(p(seq(last, 0)));
  REFUSES(p(seq(last - 9, last)));
  REFUSES(p(seq(0, last, Index(0))));
  REFUSES(p(lastN(9)));
  REFUSES(p(seqN(2, -3)));
  REFUSES(p(seqN(-1, 2)));
  REFUSES(p(seqN(3, 9, -1)));
  REFUSES(p(seqN(0, huge, 2)));
  REFUSES(p(seqN(0, 3, lowest)));
  REFUSES(p(seqN(0, 2, huge)));
  REFUSES(p(last + 1));
  REFUSES(p(last - 4));
  REFUSES(p(-1));
  REFUSES(p(4));
  REFUSES(p[huge]);
  REFUSES(p[lowest]);
  REFUSES(p(4, 0));
  REFUSES(p(0, 1));
  REFUSES(p.coeff(7));
  REFUSES(p.coeff(0, 7));
  REFUSES(p(std::vector<int>{0, 4}));
  REFUSES(p(std::array<long, 2>{-1, 0}));
  REFUSES(p(Eigen::Vector2i(1, 9)));
  REFUSES(p.head(5));
  REFUSES(p.head(-1));
  REFUSES(p.head());
  REFUSES(p.tail(5));
  REFUSES(p.tail(lowest));
  REFUSES(p.tail(huge));
  REFUSES(p.segment(1, 4));
  REFUSES(p.segment(-1, 2));
  REFUSES(p.segment(huge, huge));
  REFUSES(p.segment(2, -1));
  REFUSES(p.segment(5, 0));
  REFUSES(p.template head<3>(2));
  REFUSES(p.template head<5>());
  REFUSES(p.template tail<5>());
  REFUSES(p.template segment<2>(3));
  REFUSES(p.template segment<2>(0, 3));
  REFUSES(p.replicate(-1, 1));
  REFUSES(p.replicate(huge, 2));
  REFUSES(p.replicate(huge / 4, huge / 4));
  REFUSES(p.rowwise().replicate(-1));
  REFUSES(p.diagonal(5));
  REFUSES(p.diagonal(-5));
  REFUSES(p.diagonal(lowest));
  REFUSES(p.row(4));
  REFUSES(p.row(-1));
  REFUSES(p.col(1));
  REFUSES(p.block(0, 0, 5, 1));
  REFUSES(p.template block<2, 2>(0, 0));
  REFUSES(gather(p, std::vector<int>{9}));
  REFUSES(gather(p, std::vector<std::size_t>{std::size_t(-1)}));
  using T = grove::scalar_t<decltype(p)>;
  REFUSES(grove::Vector<T, 3>(p));
  REFUSES(grove::Vector<T, 3>(p * 2.0));
  REFUSES(grove::Vector<T, 3>(VectorXd(VectorXd::Ones(4))));
  REFUSES(grove::Vector<T, 3>(Eigen::Matrix<T, Eigen::Dynamic, 1>(p)));
  REFUSES([&]() -> Eigen::Matrix<T, 3, 1> { return p; }());
  REFUSES(grove::Vector<T>::Zero(-1));
  REFUSES(grove::Vector<T, 3>::Ones(4));
  REFUSES(grove::Vector<T>::Constant(-2, 1.0));
  REFUSES(grove::Matrix<T>::Zero(huge, huge));
  CHECK((p(seq(3, 2)).size() == 0 && p(seqN(9, 0)).size() == 0));
  return sum(p);
};

}  // namespace

TEST_CASE("vectors refuse what is outside them") {
  const VectorXd v = VectorXd::LinSpaced(4, 0.5, 2);
  CHECK(grove::grad(check_vector)(v) == VectorXd::Ones(4));
  CHECK(grove::grad(check_vector)(Eigen::Vector4d(v)) == VectorXd::Ones(4));
}

TEST_CASE("matrices refuse what is outside them") {
  const auto check_matrix = [](const auto& p) {
    REFUSES(p.value());
    REFUSES(p(3, 0));
    REFUSES(p(0, 4));
    REFUSES(p(-1, -1));
    REFUSES(p(all, 4));
    REFUSES(p(seq(0, 3), all));
    REFUSES(p(all, lastN(5)));
    REFUSES(p(last + 1, all));
    REFUSES(p(all, std::vector<int>{0, 4}));
    REFUSES(p(seqN(2, 2), 0));
    REFUSES(p(0, seqN(0, -1)));
    REFUSES(p.row(3));
    REFUSES(p.col(-1));
    REFUSES(p.topRows(4));
    REFUSES(p.bottomRows(4));
    REFUSES(p.bottomRows(lowest));
    REFUSES(p.middleRows(2, 2));
    REFUSES(p.leftCols(5));
    REFUSES(p.rightCols(-2));
    REFUSES(p.rightCols(huge));
    REFUSES(p.middleCols(-1, 2));
    REFUSES(p.middleCols(3, 2));
    REFUSES(p.middleCols(huge, huge));
    REFUSES(p.topLeftCorner(4, 1));
    REFUSES(p.topRightCorner(1, 5));
    REFUSES(p.bottomLeftCorner(4, 4));
    REFUSES(p.bottomRightCorner(-1, lowest));
    REFUSES(p.block(1, 1, 3, 3));
    REFUSES(p.block(huge, huge, huge, huge));
    REFUSES(p.template block<2, 2>(2, 0));
    REFUSES(p.template block<2, 2>(0, 0, 1, 1));
    REFUSES(p.template topRows<4>());
    REFUSES(p.template leftCols<5>());
    REFUSES(p.template middleCols<2>(3));
    REFUSES(p.template rightCols<2>(3));
    REFUSES(p.diagonal(5));
    REFUSES(p.diagonal(-4));
    REFUSES(p.template diagonal<7>());
    REFUSES(p.trace());
    REFUSES(p.reshaped(5, 3));
    REFUSES(p.replicate(huge, huge));
    REFUSES(gather_rows(p, std::vector<int>{3}));
    REFUSES(gather_cols(p, std::vector<int>{-1}));
    if constexpr (std::decay_t<decltype(p)>::RowsAtCompileTime == Eigen::Dynamic) {
      REFUSES(p * p);
      REFUSES(p.colwise() + p.row(0).transpose());
      REFUSES(p.rowwise() - p.col(0).transpose());
      REFUSES(p.cwiseProduct(p.transpose()));
    }
    REFUSES(p.row(0).cross(p.row(1)));
    CHECK((p.diagonal(4).size() == 0 && p.diagonal(-3).size() == 0 && p.block(3, 4, 0, 0).size() == 0));
    return sum(p);
  };
  const Eigen::MatrixXd m = grove_test::sample(3, 4);
  const Eigen::Matrix<double, 3, 4> fixed = m;
  const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> row_major = m;
  CHECK(grove::grad(check_matrix)(m).sum() == 12);
  CHECK(grove::grad(check_matrix)(fixed).sum() == 12);
  CHECK(grove::grad(check_matrix)(row_major).sum() == 12);
}

TEST_CASE("empty vectors have no elements to name") {
  const auto check_empty = [](const auto& p) {
    REFUSES(p(last));
    REFUSES(p(0));
    REFUSES(p[0]);
    REFUSES(p.x());
    REFUSES(p.value());
    REFUSES(p(seq(0, last + 1)));
    REFUSES(p(lastN(1)));
    REFUSES(p.maxCoeff());
    REFUSES(p.mean());
    REFUSES(p.head(1));
    Index at = 0;
    REFUSES(p.maxCoeff(&at));
    return sum(p);
  };
  CHECK(grove::grad(check_empty)(VectorXd(0)).size() == 0);
}

TEST_CASE("messages of what is refused") {
  const VectorXd v = VectorXd::LinSpaced(4, 0.5, 2);
  const auto said = [&](const auto& f) {
    return message_of<grove::ShapeError>([&] { (void)grove::evaluate([&](const auto& p) { return sum(f(p)); }, v); });
  };
  CHECK(said([](const auto& p) { return p.transpose() * p.value(); }) ==
        "value: needs a 1×1 matrix, got 4×1; reduce it, or name an element");
  CHECK(said([](const auto& p) { return p(seq(2, 9)); }) == "seq: 8 indices from 2 on in steps of 1 leave [0, 4)");
  CHECK(said([](const auto& p) { return p(seqN(2, -3)); }) == "seq: the size -3 is negative");
  CHECK(said([](const auto& p) { return p.reshaped(-2, -2); }) == "reshaped: the shape -2×-2 is negative");
  CHECK(said([](const auto& p) { return p.template head<3>(2); }) == "head: the shape 2×1 is not the static 3×1");
}

TEST_CASE("sequences in all their forms name the elements that Eigen names") {
  const Eigen::MatrixXd m = grove_test::sample(4, 5);
  grove_test::check_like_eigen(
      [](const auto& x) {
        return x(seq(1, 2), all).sum() + 2.0 * x(seqN(3, 2, -2), 1).sum() + 3.0 * x(lastN(2), lastN(3)).sum() +
               4.0 * x(last, seq(last - 2, last)).sum() + 5.0 * x(seq(last, 0, Eigen::fix<-1>), last / 2).sum() +
               6.0 * x(1, seq(Eigen::fix<0>, last, 2)).sum() + x(seq(3, 2), all).sum() +
               7.0 * x(lastN(2, 2), last - 1).sum();
      },
      m);
}
