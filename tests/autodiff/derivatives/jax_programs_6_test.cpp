// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p100 to p119 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p100", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::square(grove::eigh(p.a + p.a.transpose() + constants.ladder).vectors);
    const T t1 = grove::cbrt(grove::cosh(p.s) * 1.1);
    const auto t2 = grove::logsumexp(p.b.colwise()).transpose();
    const grove::Vector<T> t3 = t2.tail(3);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p101", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s * p.s;
    const auto t1 = grove::maximum(p.s, t0);
    const auto t2 = t0 / 2.0 ;
    const auto t3 = p.b.leftCols(3);
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p102", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.colwise().sum().transpose();
    const auto t1 = (p.b.array().rowwise() * t0.transpose().array()).matrix();
    const grove::Matrix<T> t2 = grove::kron(p.y, t0.transpose());
    const grove::Vector<T> t3 = t2 * t0;
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p103", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::hcat(p.x, p.y, p.x, p.x);
    const grove::Vector<T> t1 = t0.row(1).transpose();
    const grove::Vector<T> t2 = t1.segment(0, 3) - p.y;
    const grove::Matrix<T> t3 = grove::outer(t2, t1);
    return grove::mean(grove::sin(t3)) * 0.5;
  });
  add.second_order("p104", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.y, p.x);
    const T t1 = p.x.template lpNorm<3>();
    const grove::Matrix<T> t2 = grove::inverse(p.a + constants.shift);
    const grove::Matrix<T> t3 = t2.template triangularView<Eigen::Lower>().toDenseMatrix();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p105", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::grad([](const auto& u) { return grove::sum(grove::exp(u * 0.3)) * u(0); })(p.x) + p.y;
    const grove::Matrix<T> t1 = grove::erf(p.b);
    const auto t2 = grove::log_softmax(p.x);
    const auto t3 = t2.maxCoeff();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p106", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.b(2, 1);
    const auto t1 = grove::erfc(p.b);
    const auto t2 = grove::qr(p.a + constants.shift).r;
    const auto t3 = t0 - 0.5 * p.s;
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p107", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logsumexp(p.b);
    const auto t1 = grove::stack(p.s, p.y(1), t0);
    const auto t2 = t1.minCoeff();
    const grove::Matrix<T> t3 = grove::square(p.b - p.b * t2);
    return grove::mean(grove::sin(t3)) * 0.5;
  });
  add.second_order("p108", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::sum(p.b);
    const T t1 = grove::variance(p.a);
    const T t2 = p.y.template lpNorm<1>();
    const T t3 = grove::sum(p.y);
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.first_order("p109", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::acosh(grove::cosh(p.x) * 1.1);
    const grove::Matrix<T> t1 = grove::sinh(p.b);
    const grove::Matrix<T> t2 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, t1, p.b);
    const auto t3 = grove::solve_upper(p.a + constants.shift, t0);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p110", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::cumsum(p.y);
    const auto t1 = grove::log_sigmoid(p.s);
    const grove::Vector<T> t2 = grove::cross(p.x, t0);
    const auto t3 = grove::pow(p.a, 3);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p111", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a.cwiseProduct(p.a);
    const T t1 = p.y[2] * p.s;
    const grove::Matrix<T> t2 = grove::sin(p.b);
    const T t3 = grove::dot(p.a, t0);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p112", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::llt_solve(p.a * p.a.transpose() + constants.shift, p.x);
    const T t1 = grove::mean(p.a);
    const T t2 = grove::abs(p.s);
    const auto t3 = grove::lgamma(grove::cosh(p.a) * 1.1);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p113", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s / (1.2 + p.s * p.s);
    const grove::Matrix<T> t1 = p.a * p.s;
    const grove::Vector<T> t2 = grove::log(grove::cosh(p.y) * 1.1);
    const T t3 = p.s > 0.2 ? p.s * t0 : t0 * 1.0;
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p114", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::where(p.y.array() > 0.1, p.y, p.x);
    const grove::Matrix<T> t1 = (p.a.array() * p.a.array() + 0.3).matrix();
    const auto t2 = grove::atan(t0);
    const auto t3 = p.s + p.s;
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p115", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.colwise().norm().transpose();
    const T t1 = p.a.prod();
    const auto t2 = p.y * p.y.transpose();
    const grove::Vector<T> t3 = grove::cosh(p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p116", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::square(p.a - p.a * p.s);
    const grove::Matrix<T> t1 = grove::where(t0.array() > 0.1, t0, t0);
    const auto t2 = p.b * p.b.transpose();
    const auto t3 = grove::leaky_relu(p.y);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p117", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::logsumexp(p.b.colwise()).transpose();
    const auto t1 = grove::log2(grove::cosh(p.y) * 1.1);
    const auto t2 = p.a.minCoeff();
    const grove::Matrix<T> t3 = grove::softmax(p.b.colwise());
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p118", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = (p.y.array() + p.s).matrix();
    const grove::Matrix<T> t1 = p.b * p.s;
    const grove::Vector<T> t2 = t1.rowwise().norm();
    const auto t3 = grove::stop_gradient(p.a) + grove::sin(p.a);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p119", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.b.cwiseQuotient(grove::cosh(p.b));
    const auto t1 = grove::sqrt(grove::cosh(p.y) * 1.1);
    const T t2 = grove::determinant(p.a);
    const grove::Matrix<T> t3 = grove::atan2(t0, grove::cosh(p.b));
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  CHECK(add.wrong() == "");
}
