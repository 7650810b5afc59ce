// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p160 to p179 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p160", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.colwise().mean().transpose();
    const grove::Matrix<T> t1 = grove::kron(p.y, t0.transpose());
    const grove::Vector<T> t2 = t1 * t0;
    const auto t3 = t0.segment(0, 3) - t2;
    return grove::mean(grove::sin(t3)) * 0.5;
  });
  add.first_order("p161", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::atan2(p.s, grove::cosh(p.s));
    const grove::Vector<T> t1 = p.b.colwise().maxCoeff().transpose();
    const auto t2 = (p.b.array().rowwise() * t1.transpose().array()).matrix();
    const grove::Vector<T> t3 = t1.segment(0, 3) - p.y;
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p162", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::tan(grove::tanh(p.s) * 0.9);
    const grove::Matrix<T> t1 = grove::polygamma(1, grove::cosh(p.a) * 1.1);
    const grove::Matrix<T> t2 = t1 * p.a;
    const T t3 = p.b.template lpNorm<1>();
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p163", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::abs(p.a);
    const T t1 = grove::dot(p.y, p.y);
    const grove::Vector<T> t2 = grove::gelu<grove::Gelu::exact>(p.y);
    const grove::Matrix<T> t3 = grove::solve(t0 + constants.shift, p.b);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p164", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::logaddexp(p.a, p.a);
    const grove::Vector<T> t1 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.y, p.x);
    const T t2 = p.b.squaredNorm();
    const T t3 = t1.norm();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p165", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.colwise().norm().transpose();
    const T t1 = grove::fuse([](const auto& u, const auto& v) { return exp(u * 0.3) * v - u; }, p.s, p.s);
    const T t2 = p.a.template lpNorm<3>();
    const T t3 = p.a.template lpNorm<1>();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.second_order("p166", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s / (1.2 + p.s * p.s);
    const T t1 = p.x.template lpNorm<1>();
    const auto t2 = grove::hypot(p.y, grove::cosh(p.y));
    const auto t3 = grove::digamma(grove::cosh(p.b) * 1.1);
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p167", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.y.squaredNorm();
    const auto t1 = p.b.colwise().squaredNorm().transpose();
    const grove::Matrix<T> t2 = (p.b.array().rowwise() * t1.transpose().array()).matrix();
    const auto t3 = grove::inverse(p.a + constants.shift);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p168", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::log10(grove::cosh(p.s) * 1.1);
    const grove::Vector<T> t1 = grove::llt_solve(p.a * p.a.transpose() + constants.shift, p.x);
    const T t2 = grove::determinant(p.a);
    const grove::Vector<T> t3 = t1.normalized();
    return grove::sin(t0) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p169", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::cross(p.y, p.y);
    const auto t1 = p.b.colwise().minCoeff().transpose();
    const grove::Vector<T> t2 = grove::vcat(t0.head(2), p.x.tail(2));
    const auto t3 = grove::quadratic_form(p.a, t0);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p170", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::clamp(p.s, -0.8, 0.9);
    const T t1 = grove::sum(p.b);
    const grove::Matrix<T> t2 = p.a.transpose() + p.a;
    const grove::Vector<T> t3 = (1.0 / (1.5 + p.y.array().square())).matrix();
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p171", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::leaky_relu(p.a);
    const grove::Vector<T> t1 = grove::variance(p.b.rowwise());
    const auto t2 = grove::mean(t0);
    const T t3 = grove::selu(p.s);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p172", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::mean(p.b);
    const auto t1 = grove::square(grove::eigh(p.a + p.a.transpose() + constants.ladder).vectors);
    const grove::Matrix<T> t2 = grove::softmax(p.b.colwise());
    const grove::Matrix<T> t3 = grove::exp(t1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p173", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::tanh(p.b);
    const grove::Matrix<T> t1 = p.y.replicate(1, 4);
    const auto t2 = grove::where(p.a.array() > 0.1, p.a, p.a);
    const grove::Vector<T> t3 = grove::log_softmax(p.y);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p174", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.y.asDiagonal() * p.b;
    const grove::Matrix<T> t1 = t0.reverse();
    const T t2 = p.a.minCoeff();
    const grove::Vector<T> t3 = grove::log(grove::cosh(p.y) * 1.1);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p175", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::pow(p.a, 3);
    const auto t1 = p.b.maxCoeff();
    const auto t2 = grove::hcat(p.x, p.y, p.x, p.x);
    const auto t3 = t0 / 2.0 ;
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p176", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.rowwise().squaredNorm();
    const T t1 = t0.template lpNorm<3>();
    const auto t2 = p.a.template triangularView<Eigen::Lower>().toDenseMatrix();
    const grove::Matrix<T> t3 = p.b * t1;
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p177", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.a, p.a);
    const grove::Matrix<T> t1 = p.b.leftCols(3);
    const auto t2 = (t1.array() * p.a.array() + 0.3).matrix();
    const auto t3 = (p.y.array() + p.s).matrix();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p178", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::reverse(p.b.rowwise());
    const T t1 = p.s - 0.5 * p.s;
    const T t2 = p.y.prod();
    const grove::Matrix<T> t3 = grove::atan(p.a);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p179", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logdet(p.a + constants.shift);
    const T t1 = grove::acosh(grove::cosh(t0) * 1.1);
    const grove::Vector<T> t2 = grove::softmax(p.y);
    const grove::Vector<T> t3 = grove::variance(p.b.colwise()).transpose();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  CHECK(add.wrong() == "");
}
