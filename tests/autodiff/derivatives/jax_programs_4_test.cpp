// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p60 to p79 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p60", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.colwise().minCoeff().transpose();
    const grove::Vector<T> t1 = t0.segment(0, 3) - p.y;
    const grove::Matrix<T> t2 = (p.b.array().rowwise() * t0.transpose().array()).matrix();
    const grove::Matrix<T> t3 = grove::gather_rows(p.b, std::vector{2, 0, 2});
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p61", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logsumexp(p.a);
    const auto t1 = grove::cholesky(p.a * p.a.transpose() + constants.shift);
    const auto t2 = p.x.template lpNorm<3>();
    const grove::Vector<T> t3 = grove::softmax(p.y);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p62", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.y.minCoeff();
    const grove::Vector<T> t1 = p.b.rowwise().maxCoeff();
    const auto t2 = grove::log2(grove::cosh(p.a) * 1.1);
    const grove::Matrix<T> t3 = grove::pow(t2, 3);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p63", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.y.squaredNorm();
    const T t1 = p.y.prod();
    const grove::Vector<T> t2 = grove::vcat(p.x.head(2), p.y.tail(2));
    const T t3 = grove::log10(grove::cosh(t0) * 1.1);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p64", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = (p.a.array() + p.s).matrix();
    const grove::Vector<T> t1 = p.b.rowwise().minCoeff();
    const grove::Matrix<T> t2 = grove::cumsum(p.b.colwise());
    const grove::Vector<T> t3 = (t1.transpose() * t0).transpose();
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p65", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b * p.s;
    const auto t1 = p.s / (1.2 + p.s * p.s);
    const T t2 = grove::silu(t1);
    const T t3 = p.a.squaredNorm();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p66", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logdet(p.a + constants.shift);
    const grove::Matrix<T> t1 = grove::cumsum(p.b.rowwise());
    const T t2 = grove::variance(p.b);
    const grove::Vector<T> t3 = grove::variance(p.b.colwise()).transpose();
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p67", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a.transpose() + p.a;
    const T t1 = p.a.template lpNorm<1>();
    const T t2 = grove::dot(p.b, p.b);
    const T t3 = grove::sin(t2);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p68", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a.template triangularView<Eigen::Lower>().toDenseMatrix();
    const auto t1 = p.b.colwise().maxCoeff().transpose();
    const T t2 = grove::variance(t0);
    const auto t3 = grove::variance(p.b.rowwise());
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p69", [](const auto& p) {
    const auto t0 = p.b.colwise().squaredNorm().transpose();
    const auto t1 = p.b.reverse();
    const auto t2 = grove::erfc(p.b);
    const auto t3 = grove::square(t1 - t2 * p.s);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p70", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a.cwiseQuotient(grove::cosh(p.a));
    const auto t1 = grove::gelu(t0);
    const grove::Matrix<T> t2 = grove::qr(t1 + constants.shift).r;
    const grove::Vector<T> t3 = grove::map([](const auto& u, const auto& v) { return sin(u) * v + u; }, p.y, p.y);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p71", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.b.cwiseQuotient(grove::cosh(p.b));
    const auto t1 = grove::relu(p.y);
    const T t2 = grove::selu(p.s);
    const T t3 = grove::mean(p.a);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::sin(t3) * 1.25;
  });
  add.second_order("p72", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::xlogy(p.y, grove::cosh(p.y) * 1.1);
    const T t1 = grove::polygamma(1, grove::cosh(p.s) * 1.1);
    const grove::Vector<T> t2 = p.b.col(2);
    const grove::Vector<T> t3 = grove::log_softmax(t2);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p73", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::tan(grove::tanh(p.s) * 0.9);
    const T t1 = grove::clamp(t0, -0.8, 0.9);
    const grove::Matrix<T> t2 = grove::log_softmax(p.b.rowwise());
    const grove::Matrix<T> t3 = (t2.array() * p.b.array() + 0.3).matrix();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p74", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::acosh(grove::cosh(p.a) * 1.1);
    const auto t1 = grove::exp2(p.y);
    const grove::Matrix<T> t2 = p.x.replicate(1, 4);
    const T t3 = t2.prod();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p75", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.a.maxCoeff();
    const T t1 = grove::dot(p.a, p.a);
    const auto t2 = p.b.squaredNorm();
    const auto t3 = p.b.reshaped(4, 3).transpose();
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.second_order("p76", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.colwise().mean().transpose();
    const auto t1 = p.s > 0.2 ? p.s * p.s : p.s * 1.0;
    const grove::Vector<T> t2 = p.y / 2.0 ;
    const grove::Vector<T> t3 = t2 * t1;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p77", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::logistic(p.s);
    const grove::Matrix<T> t1 = grove::hcat(p.y, p.y, p.y, p.y);
    const grove::Matrix<T> t2 = t1.colwise() + p.x;
    const grove::Vector<T> t3 = grove::reverse(p.y);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p78", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = -p.b;
    const auto t1 = grove::pow(grove::cosh(p.a) * 1.1, 1.7);
    const grove::Matrix<T> t2 = (1.0 / (1.5 + t1.array().square())).matrix();
    const T t3 = grove::determinant(t2);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t3) * 0.75;
  });
  add.first_order("p79", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::asinh(p.b);
    const grove::Matrix<T> t1 = grove::qr(t0.transpose()).q.topRows(3);
    const grove::Matrix<T> t2 = grove::inverse(t1 + constants.shift);
    const T t3 = t0.template lpNorm<3>();
    return grove::mean(grove::sin(t2)) * 0.5 + grove::sin(t3) * 0.75;
  });
  CHECK(add.wrong() == "");
}
