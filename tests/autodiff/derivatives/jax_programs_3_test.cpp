// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p40 to p59 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p40", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.col(2);
    const grove::Matrix<T> t1 = grove::cbrt(grove::cosh(p.a) * 1.1);
    const grove::Matrix<T> t2 = t0.asDiagonal() * p.b;
    const auto t3 = (t1.array() * p.a.array() + 0.3).matrix();
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p41", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = (p.x.array() * p.y.array() + 0.3).matrix();
    const grove::Matrix<T> t1 = grove::pow(grove::cosh(p.b) * 1.1, 1.7);
    const auto t2 = grove::minimum(p.x, p.y);
    const auto t3 = grove::erf(p.a);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p42", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::gather_cols(p.b, std::vector{3, 0, 3});
    const T t1 = grove::variance(p.y);
    const T t2 = p.y.template lpNorm<1>();
    const grove::Vector<T> t3 = grove::atan2(p.y, grove::cosh(p.y));
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p43", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.prod();
    const grove::Matrix<T> t1 = (p.b.array() * p.b.array() + 0.3).matrix();
    const auto t2 = grove::expm1(p.y);
    const grove::Vector<T> t3 = grove::solve(p.a + constants.shift, t2);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p44", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.y.norm();
    const grove::Vector<T> t1 = grove::selu(p.x);
    const grove::Vector<T> t2 = p.b.colwise().sum().transpose();
    const auto t3 = grove::gelu(p.s);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.first_order("p45", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.row(1).transpose();
    const auto t1 = (1.0 / (1.5 + p.y.array().square())).matrix();
    const grove::Vector<T> t2 = grove::softplus(t1);
    const auto t3 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, t2, p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p46", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::inverse(p.a + constants.shift);
    const T t1 = p.y.squaredNorm();
    const T t2 = grove::relu(t1);
    const T t3 = t2 / (1.2 + t2 * t2);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.first_order("p47", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::log_softmax(p.b.rowwise());
    const auto t1 = t0(2, 1);
    const T t2 = p.a.prod();
    const T t3 = p.a.norm();
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p48", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::log_softmax(p.y);
    const grove::Vector<T> t1 = grove::logsumexp(p.b.colwise()).transpose();
    const auto t2 = grove::log(grove::cosh(p.b) * 1.1);
    const T t3 = grove::sum(t2);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p49", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().maxCoeff();
    const grove::Vector<T> t1 = grove::stack(p.s, t0(1), p.s);
    const auto t2 = (t1.transpose() * p.a).transpose();
    const auto t3 = grove::logsumexp(p.b);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.second_order("p50", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.a.minCoeff();
    const auto t1 = (p.b.array() + t0).matrix();
    const auto t2 = grove::maximum(t0, p.s);
    const grove::Vector<T> t3 = grove::cosh(p.x);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p51", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.y.cwiseQuotient(grove::cosh(p.y));
    const grove::Vector<T> t1 = t0 - 0.5 * p.x;
    const grove::Vector<T> t2 = p.b.colwise().sum().transpose();
    const grove::Matrix<T> t3 = grove::outer(p.y, t2);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p52", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::lgamma(grove::cosh(p.a) * 1.1);
    const T t1 = grove::quadratic_form(p.a, p.y);
    const grove::Vector<T> t2 = t0 * p.y;
    const grove::Vector<T> t3 = (p.x.array() + t1).matrix();
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p53", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.y.normalized();
    const grove::Vector<T> t1 = p.b.rowwise().squaredNorm();
    const grove::Vector<T> t2 = (1.0 / (1.5 + t1.array().square())).matrix();
    const grove::Matrix<T> t3 = grove::square(p.a);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p54", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::softmax(p.b.rowwise());
    const grove::Matrix<T> t1 = grove::log_sigmoid(p.a);
    const T t2 = p.y.maxCoeff();
    const auto t3 = grove::vcat(t1.row(1), p.b.block(0, 1, 2, 3));
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p55", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::cos(p.s);
    const T t1 = grove::fuse([](const auto& u, const auto& v) { return exp(u * 0.3) * v - u; }, t0, t0);
    const auto t2 = p.b.leftCols(3);
    const grove::Vector<T> t3 = constants.data * p.y - p.x;
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p56", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().norm();
    const grove::Matrix<T> t1 = grove::reverse(p.b.rowwise());
    const grove::Matrix<T> t2 = p.a * t1;
    const auto t3 = t2.row(1).transpose();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p57", [](const auto& p) {
    const auto t0 = p.y[2] * p.s;
    const auto t1 = grove::elu(p.b);
    const auto t2 = grove::log(grove::cosh(t0) * 1.1);
    const auto t3 = p.y.template lpNorm<1>();
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p58", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.y.asDiagonal() * p.b;
    const auto t1 = grove::atan(p.x);
    const grove::Matrix<T> t2 = grove::acos(grove::tanh(p.a) * 0.9);
    const auto t3 = t0.norm();
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p59", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s * p.s;
    const T t1 = grove::mean(p.b);
    const grove::Matrix<T> t2 = grove::logaddexp(p.b, p.b);
    const grove::Vector<T> t3 = grove::square(p.y - p.x * t1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  CHECK(add.wrong() == "");
}
