// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p180 to p199 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p180", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().minCoeff();
    const grove::Vector<T> t1 = p.b.colwise().sum().transpose();
    const grove::Vector<T> t2 = p.b.rowwise().maxCoeff();
    const grove::Matrix<T> t3 = grove::cumsum(p.b.rowwise());
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p181", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.a.squaredNorm();
    const T t1 = p.a.maxCoeff();
    const auto t2 = grove::gather_cols(p.b, std::vector{3, 0, 3});
    const grove::Matrix<T> t3 = (p.b.array() * p.b.array() + 0.3).matrix();
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p182", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.cwiseProduct(p.b);
    const T t1 = grove::sum(p.a);
    const grove::Matrix<T> t2 = grove::lgamma(grove::cosh(t0) * 1.1);
    const grove::Matrix<T> t3 = grove::where(t2.array() > 0.1, t2, p.b);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p183", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::stack(p.s, p.y(1), p.s);
    const auto t1 = p.b.rowwise().sum();
    const T t2 = t1.minCoeff();
    const auto t3 = grove::sin(p.b);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p184", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::cbrt(grove::cosh(p.s) * 1.1);
    const grove::Vector<T> t1 = p.b.transpose() * p.y;
    const grove::Vector<T> t2 = grove::reverse(p.x);
    const grove::Vector<T> t3 = p.a * t2;
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p185", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::logsumexp(p.b.rowwise());
    const auto t1 = grove::asin(grove::tanh(p.x) * 0.9);
    const auto t2 = grove::variance(p.b);
    const grove::Vector<T> t3 = p.b.row(1).transpose();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p186", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::hcat(p.a, p.x);
    const T t1 = p.a.prod();
    const auto t2 = grove::sinh(t1);
    const grove::Matrix<T> t3 = grove::log1p(grove::tanh(p.a) * 0.9);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p187", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::cos(p.s);
    const grove::Vector<T> t1 = grove::sqrt(grove::cosh(p.y) * 1.1);
    const auto t2 = p.y.cwiseQuotient(grove::cosh(t1));
    const auto t3 = grove::exp2(p.a);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p188", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::trace(p.a);
    const auto t1 = grove::rsqrt(grove::cosh(p.s) * 1.1);
    const auto t2 = grove::relu(p.b);
    const T t3 = grove::variance(p.a);
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.first_order("p189", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::vcat(p.a.row(1), p.b.block(0, 1, 2, 3));
    const grove::Matrix<T> t1 = p.b.cwiseQuotient(grove::cosh(p.b));
    const auto t2 = grove::dot(t0, p.a);
    const auto t3 = grove::acos(grove::tanh(t2) * 0.9);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.second_order("p190", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s > 0.2 ? p.s * p.s : p.s * 1.0;
    const grove::Matrix<T> t1 = p.a * p.b;
    const grove::Vector<T> t2 = grove::solve_lower(p.a + constants.shift, p.y);
    const auto t3 = grove::erfc(p.a);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p191", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::logsumexp(p.a);
    const grove::Matrix<T> t1 = grove::elu(p.b);
    const grove::Matrix<T> t2 = grove::pow(grove::cosh(p.a) * 1.1, p.a);
    const auto t3 = grove::svd((t2 + constants.ladder) * t1).values;
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p192", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::log2(grove::cosh(p.a) * 1.1);
    const grove::Vector<T> t1 = grove::minimum(p.y, p.x);
    const auto t2 = t0.norm();
    const grove::Matrix<T> t3 = grove::qr(p.a + constants.shift).r;
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p193", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::eigh(p.a + p.a.transpose() + constants.ladder).values;
    const grove::Matrix<T> t1 = p.b.block(0, 1, 3, 3);
    const auto t2 = grove::erf(t1);
    const grove::Vector<T> t3 = grove::stop_gradient(t0) + grove::sin(p.y);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p194", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::logsumexp(p.b.colwise()).transpose();
    const auto t1 = grove::softmax(p.b.rowwise());
    const grove::Vector<T> t2 = (p.y.transpose() * p.a).transpose();
    const auto t3 = t1(2, 1);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p195", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::cosh(p.y);
    const grove::Vector<T> t1 = grove::where(t0.array() > 0.1, t0, t0);
    const auto t2 = grove::square(p.b);
    const auto t3 = (1.0 / (1.5 + p.a.array().square())).matrix();
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p196", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::asinh(p.a);
    const grove::Matrix<T> t1 = grove::cholesky(p.a * p.a.transpose() + constants.shift);
    const grove::Matrix<T> t2 = grove::square(p.b - p.b * p.s);
    const auto t3 = p.y.maxCoeff();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.first_order("p197", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.x * p.s;
    const auto t1 = p.b.col(2);
    const grove::Matrix<T> t2 = grove::gather_rows(p.b, std::vector{2, 0, 2});
    const auto t3 = p.b.rowwise().mean();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p198", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::square(p.a - p.a * p.s);
    const grove::Matrix<T> t1 = grove::gelu(t0);
    const T t2 = p.b.prod();
    const grove::Vector<T> t3 = grove::solve(t1, p.y);
    return grove::sin(t2) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p199", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = (p.b.array() + p.s).matrix();
    const grove::Vector<T> t1 = grove::gather(p.y, std::vector{2, 0, 2, 1});
    const auto t2 = grove::cumsum(p.y);
    const grove::Vector<T> t3 = p.x.cwiseProduct(p.x);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  CHECK(add.wrong() == "");
}
