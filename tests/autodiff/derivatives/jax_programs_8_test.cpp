// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p140 to p159 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p140", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.col(2);
    const auto t1 = grove::square(p.b);
    const T t2 = p.b.prod();
    const grove::Vector<T> t3 = grove::svd((p.a + constants.ladder) * t1).values;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p141", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logsumexp(p.a);
    const grove::Vector<T> t1 = p.b.colwise().mean().transpose();
    const auto t2 = constants.data * p.x - p.y;
    const auto t3 = grove::rsqrt(grove::cosh(t2) * 1.1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p142", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().sum();
    const T t1 = grove::asin(grove::tanh(p.s) * 0.9);
    const grove::Vector<T> t2 = grove::vcat(t0.head(2), p.y.tail(2));
    const auto t3 = p.b.minCoeff();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p143", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.rowwise().maxCoeff();
    const grove::Vector<T> t1 = p.b.rowwise().prod();
    const grove::Matrix<T> t2 = grove::pow(grove::cosh(p.a) * 1.1, 1.7);
    const T t3 = grove::dot(p.x, t1);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p144", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.b.template lpNorm<1>();
    const grove::Vector<T> t1 = p.b.colwise().squaredNorm().transpose();
    const grove::Vector<T> t2 = (p.y.array() * p.y.array() + 0.3).matrix();
    const auto t3 = t1.tail(3);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p145", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::cos(p.b);
    const grove::Matrix<T> t1 = p.a * t0;
    const auto t2 = p.x.cwiseProduct(p.y);
    const auto t3 = grove::gather_rows(t1, std::vector{2, 0, 2});
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p146", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::expm1(p.a);
    const grove::Vector<T> t1 = grove::gather(p.x, std::vector{2, 0, 2, 1});
    const auto t2 = p.b.reverse();
    const grove::Matrix<T> t3 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, t0, t0);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p147", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.y.normalized();
    const auto t1 = grove::cbrt(grove::cosh(t0) * 1.1);
    const T t2 = grove::exp2(p.s);
    const auto t3 = t0.norm();
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p148", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::mean(p.y);
    const T t1 = grove::maximum(t0, p.s);
    const T t2 = p.a.template lpNorm<3>();
    const auto t3 = (1.0 / (1.5 + p.b.array().square())).matrix();
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p149", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::atanh(grove::tanh(p.b) * 0.9);
    const grove::Vector<T> t1 = t0.rowwise().squaredNorm();
    const grove::Matrix<T> t2 = grove::where(t0.array() > 0.1, t0, p.b);
    const grove::Vector<T> t3 = grove::solve_lower(p.a + constants.shift, p.x);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p150", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::cholesky(p.a * p.a.transpose() + constants.shift);
    const grove::Matrix<T> t1 = (p.b.array() + p.s).matrix();
    const grove::Matrix<T> t2 = grove::square(grove::eigh(t0 + t0.transpose() + constants.ladder).vectors);
    const grove::Vector<T> t3 = (p.y.transpose() * t2).transpose();
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p151", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::dot(p.b, p.b);
    const grove::Matrix<T> t1 = grove::relu(p.a);
    const grove::Vector<T> t2 = t1.diagonal();
    const auto t3 = t2.squaredNorm();
    return grove::sin(t0) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.second_order("p152", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::pow(grove::cosh(p.s) * 1.1, p.s);
    const auto t1 = grove::softmax(p.y);
    const grove::Vector<T> t2 = p.b.rowwise().norm();
    const auto t3 = t2 * p.y.transpose();
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p153", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = (1.0 / (1.5 + p.b.array().square())).matrix();
    const T t1 = grove::atanh(grove::tanh(p.s) * 0.9);
    const auto t2 = grove::xlogy(p.a, grove::cosh(p.a) * 1.1);
    const T t3 = grove::logsumexp(p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.second_order("p154", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::minimum(p.y, p.x);
    const T t1 = grove::sum(t0);
    const T t2 = grove::logsumexp(p.b);
    const T t3 = grove::dot(p.b, p.b);
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p155", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s * p.s;
    const grove::Vector<T> t1 = grove::square(p.y - p.x * t0);
    const auto t2 = t1[2] * t0;
    const grove::Vector<T> t3 = grove::solve_upper(p.a + constants.shift, t1);
    return grove::sin(t2) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p156", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.b.minCoeff();
    const grove::Matrix<T> t1 = p.a.cwiseProduct(p.a);
    const auto t2 = grove::log_softmax(p.b.rowwise());
    const grove::Vector<T> t3 = (p.x.array() * p.y.array() + 0.3).matrix();
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p157", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::log_sigmoid(p.x);
    const grove::Matrix<T> t1 = grove::logistic(p.b);
    const auto t2 = grove::mean(t0);
    const grove::Vector<T> t3 = grove::solve(p.a + constants.shift, p.y);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p158", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::variance(p.y);
    const T t1 = -t0;
    const auto t2 = p.b.colwise() + p.y;
    const grove::Vector<T> t3 = grove::expm1(p.x);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p159", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.b, p.b);
    const grove::Vector<T> t1 = constants.data * p.y - p.x;
    const grove::Matrix<T> t2 = t0 * t0.transpose();
    const auto t3 = grove::silu(t1);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  CHECK(add.wrong() == "");
}
