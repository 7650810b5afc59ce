// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p80 to p99 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p80", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.a, p.a);
    const auto t1 = p.b.colwise().norm().transpose();
    const grove::Vector<T> t2 = p.b.colwise().prod().transpose();
    const auto t3 = grove::sinh(p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p81", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::cumsum(p.x);
    const auto t1 = p.b.transpose() * t0;
    const grove::Vector<T> t2 = p.b.rowwise().sum();
    const auto t3 = grove::sqrt(grove::cosh(p.b) * 1.1);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p82", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.b.cwiseProduct(p.b);
    const auto t1 = grove::gather(p.y, std::vector{2, 0, 2, 1});
    const auto t2 = grove::tanh(p.s);
    const auto t3 = grove::logsumexp(p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.first_order("p83", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::cross(p.y, p.x);
    const grove::Vector<T> t1 = grove::where(t0.array() > 0.1, t0, t0);
    const auto t2 = grove::gelu<grove::Gelu::exact>(t1);
    const grove::Matrix<T> t3 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.b, p.b);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p84", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = (p.y.array() * p.x.array() + 0.3).matrix();
    const T t1 = p.a.template lpNorm<3>();
    const auto t2 = grove::leaky_relu(t0);
    const T t3 = grove::dot(t2, t2);
    return grove::sin(t1) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.first_order("p85", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::where(p.b.array() > 0.1, p.b, p.b);
    const grove::Matrix<T> t1 = t0.block(0, 1, 3, 3);
    const T t2 = grove::sum(t0);
    const auto t3 = grove::asin(grove::tanh(t0) * 0.9);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p86", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::mean(p.y);
    const auto t1 = grove::sum(p.y);
    const grove::Matrix<T> t2 = (1.0 / (1.5 + p.b.array().square())).matrix();
    const grove::Vector<T> t3 = grove::rsqrt(grove::cosh(p.y) * 1.1);
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p87", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.y + p.x;
    const grove::Matrix<T> t1 = grove::gather_cols(p.b, std::vector{3, 0, 3});
    const T t2 = grove::hypot(p.s, grove::cosh(p.s));
    const auto t3 = t1.diagonal();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p88", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::logsumexp(p.b.rowwise());
    const grove::Matrix<T> t1 = grove::square(p.a - p.a * p.s);
    const T t2 = t1.minCoeff();
    const grove::Vector<T> t3 = grove::grad([](const auto& u) { return grove::sum(grove::exp(u * 0.3)) * u(0); })(p.x) + t0;
    return grove::sin(t2) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p89", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b * p.b.transpose();
    const auto t1 = grove::solve(t0 + constants.shift, p.y);
    const grove::Matrix<T> t2 = (t0.array() * p.a.array() + 0.3).matrix();
    const grove::Vector<T> t3 = grove::solve(t2, t1);
    return grove::mean(grove::sin(t3)) * 0.5;
  });
  add.second_order("p90", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::hcat(p.a, p.y);
    const T t1 = t0.template lpNorm<1>();
    const auto t2 = grove::solve_upper(p.a + constants.shift, p.y);
    const grove::Vector<T> t3 = grove::solve_lower(p.a + constants.shift, t2);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p91", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a * p.a;
    const auto t1 = p.b.minCoeff();
    const grove::Vector<T> t2 = p.y.cwiseProduct(p.x);
    const auto t3 = p.b(2, 1);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.second_order("p92", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.a.norm();
    const auto t1 = grove::svd((p.a + constants.ladder) * p.b).values;
    const grove::Matrix<T> t2 = grove::where(p.a.array() > 0.1, p.a, p.a);
    const grove::Matrix<T> t3 = grove::digamma(grove::cosh(t2) * 1.1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p93", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::stop_gradient(p.a) + grove::sin(p.a);
    const grove::Vector<T> t1 = p.b.rowwise().prod();
    const grove::Matrix<T> t2 = grove::pow(grove::cosh(p.b) * 1.1, p.b);
    const grove::Matrix<T> t3 = grove::minimum(p.a, t0);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p94", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::log1p(grove::tanh(p.s) * 0.9);
    const grove::Vector<T> t1 = grove::llt_solve(p.a * p.a.transpose() + constants.shift, p.y);
    const auto t2 = p.b.maxCoeff();
    const grove::Matrix<T> t3 = t1 * t1.transpose();
    return grove::sin(t0) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p95", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::atan2(p.s, grove::cosh(p.s));
    const auto t1 = grove::eigh(p.a + p.a.transpose() + constants.ladder).values;
    const grove::Vector<T> t2 = p.b.rowwise().mean();
    const T t3 = grove::sum(p.a);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.second_order("p96", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::erf(p.s);
    const T t1 = p.a.prod();
    const grove::Matrix<T> t2 = p.a * p.s;
    const grove::Matrix<T> t3 = grove::softplus(t2);
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p97", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::atanh(grove::tanh(p.a) * 0.9);
    const grove::Matrix<T> t1 = t0.cwiseProduct(p.a);
    const auto t2 = grove::trace(t1);
    const auto t3 = grove::abs(p.b);
    return grove::sin(t2) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p98", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::variance(p.y);
    const auto t1 = p.y.norm();
    const grove::Matrix<T> t2 = grove::softmax(p.b.colwise());
    const T t3 = grove::expm1(t1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p99", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::solve(p.a + constants.shift, p.b);
    const auto t1 = grove::stack(p.s, p.y(1), p.s);
    const T t2 = grove::logsumexp(t0);
    const auto t3 = grove::exp(t2);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t3) * 0.75;
  });
  CHECK(add.wrong() == "");
}
