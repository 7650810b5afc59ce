// Operations refuse plain operands whose shapes do not fit, as they refuse active ones.
#include <vector>

#include "autodiff/operations/operations.hpp"
#include "tests/autodiff/derivatives.hpp"

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove;

TEST_CASE("plain operands of different shapes are errors") {
  const ArrayXd a = ArrayXd::LinSpaced(4, .1, .7), b = ArrayXd::LinSpaced(5, .1, .7), none(0);
  const VectorXd v = a, w = b;
  const MatrixXd m = grove_test::sample(3, 4), q = grove_test::sample(3, 3), s = grove_test::sample(4, 2);
  const Eigen::Array3d three(1, 2, 3);
#define REFUSES(...) CHECK_THROWS_AS((void)(__VA_ARGS__), ShapeError)
  REFUSES(pow(a, b));
  REFUSES(maximum(a, b));
  REFUSES(minimum(a, none));
  REFUSES(hypot(none, a));
  REFUSES(atan2(a, three));
  REFUSES(fmod(a, b));
  REFUSES(xlogy(a, b));
  REFUSES(logaddexp(b, a));
  REFUSES(clamp(a, b, 1.0));
  REFUSES(clamp(a, 0.0, b));
  REFUSES(maximum(m, q));
  REFUSES(where(a > 0, b, 0.0));
  REFUSES(where(a > 0, 0.0, b));
  REFUSES(where(a > 0, a, b));
  REFUSES(where(true, a, b));
  REFUSES(where(m.array() > 0, a, 1.0));
  REFUSES(dot(v, w));
  REFUSES(cross(v, v));
  REFUSES(quadratic_form(m, v));
  REFUSES(quadratic_form(q, v));
  REFUSES(trace(m));
  REFUSES(solve(m, v));
  REFUSES(solve(q, v));
  REFUSES(llt_solve(q, w));
  REFUSES(inverse(m));
  REFUSES(determinant(m));
  REFUSES(logdet(m));
  REFUSES(cholesky(m));
  REFUSES(eigh(m));
  REFUSES(solve_lower(m, v));
  REFUSES(solve_upper(q, v));
  REFUSES(hcat(m, s));
  REFUSES(vcat(m, s));
  REFUSES(hcat(std::vector<MatrixXd>{}));
  REFUSES(vcat(std::vector<MatrixXd>{m, s}));
  REFUSES(stack(v, w));
  REFUSES(stack(std::vector<VectorXd>{v, w}));
  REFUSES(stack(std::vector<VectorXd>{}));
  REFUSES(gather(v, std::vector<int>{4}));
  REFUSES(gather(v, std::vector<int>{-1}));
  REFUSES(gather(VectorXd(0), std::vector<int>{0}));
  REFUSES(gather_rows(m, std::vector<int>{3}));
  REFUSES(gather_cols(m, std::vector<long>{4}));
  REFUSES(map([](auto x, auto y) { return x * y; }, a, b));
  REFUSES(max(MatrixXd(3, 0).rowwise()));
  REFUSES(min(MatrixXd(0, 3).colwise()));
#undef REFUSES
  CHECK(grove_test::message_of<ShapeError>([&] { maximum(a, b); }) == "maximum: 4×1 and 5×1 differ");
}
