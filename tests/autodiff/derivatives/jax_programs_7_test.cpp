// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p120 to p139 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p120", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().mean();
    const grove::Matrix<T> t1 = grove::digamma(grove::cosh(p.b) * 1.1);
    const grove::Matrix<T> t2 = (t1.array() * t1.array() + 0.3).matrix();
    const auto t3 = -p.y;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p121", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::logaddexp(p.a, p.a);
    const T t1 = grove::sum(t0);
    const T t2 = grove::variance(p.x);
    const T t3 = p.b.squaredNorm();
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p122", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.a.template lpNorm<1>();
    const auto t1 = grove::variance(p.b.colwise()).transpose();
    const grove::Matrix<T> t2 = p.b.reshaped(4, 3).transpose();
    const grove::Vector<T> t3 = t2.colwise().maxCoeff().transpose();
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p123", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::variance(p.b.rowwise());
    const grove::Matrix<T> t1 = grove::hcat(p.a, t0);
    const T t2 = grove::fuse([](const auto& u, const auto& v) { return exp(u * 0.3) * v - u; }, p.s, p.s);
    const auto t3 = t1.colwise() + p.x;
    return grove::sin(t2) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p124", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.colwise().minCoeff().transpose();
    const grove::Vector<T> t1 = grove::square(p.y - p.x * p.s);
    const auto t2 = grove::qr(p.b.transpose()).q.topRows(3);
    const grove::Vector<T> t3 = grove::reverse(t1);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p125", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::polygamma(1, grove::cosh(p.y) * 1.1);
    const auto t1 = grove::softplus(p.b);
    const auto t2 = (p.a.array() + p.s).matrix();
    const grove::Vector<T> t3 = grove::solve(t2 + constants.shift, p.x);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p126", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::variance(p.b);
    const T t1 = grove::clamp(t0, -0.8, 0.9);
    const T t2 = grove::quadratic_form(p.a, p.y);
    const grove::Matrix<T> t3 = grove::log10(grove::cosh(p.b) * 1.1);
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p127", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::log_softmax(p.b.rowwise());
    const auto t1 = p.a.cwiseQuotient(grove::cosh(p.a));
    const grove::Vector<T> t2 = p.y * p.s;
    const auto t3 = grove::cumsum(t0.rowwise());
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p128", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::selu(p.b);
    const grove::Vector<T> t1 = grove::logsumexp(t0.rowwise());
    const grove::Matrix<T> t2 = grove::xlogy(t0, grove::cosh(p.b) * 1.1);
    const grove::Matrix<T> t3 = t1.replicate(1, 4);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p129", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::solve(p.a + constants.shift, p.b);
    const T t1 = p.a.squaredNorm();
    const grove::Matrix<T> t2 = grove::reverse(t0.rowwise());
    const auto t3 = grove::cumsum(t2.colwise());
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p130", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.a * p.a;
    const grove::Vector<T> t1 = grove::tanh(p.y);
    const T t2 = p.b.maxCoeff();
    const grove::Matrix<T> t3 = grove::log1p(grove::tanh(t0) * 0.9);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p131", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::mean(p.b);
    const auto t1 = p.b.transpose() * p.y;
    const grove::Matrix<T> t2 = grove::outer(p.y, t1);
    const auto t3 = p.y.asDiagonal() * t2;
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p132", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::gelu<grove::Gelu::exact>(p.a);
    const T t1 = grove::hypot(p.s, grove::cosh(p.s));
    const T t2 = p.b.template lpNorm<3>();
    const grove::Vector<T> t3 = grove::eigh(p.a + p.a.transpose() + constants.ladder).values;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p133", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::exp(p.b);
    const grove::Vector<T> t1 = p.x.cwiseQuotient(grove::cosh(p.y));
    const grove::Matrix<T> t2 = grove::silu(p.a);
    const grove::Matrix<T> t3 = grove::tan(grove::tanh(t2) * 0.9);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p134", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::acos(grove::tanh(p.b) * 0.9);
    const T t1 = grove::elu(p.s);
    const grove::Matrix<T> t2 = grove::gelu(t0);
    const T t3 = grove::logdet(p.a + constants.shift);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p135", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = (1.0 / (1.5 + p.x.array().square())).matrix();
    const grove::Matrix<T> t1 = grove::softmax(p.b.rowwise());
    const auto t2 = grove::vcat(p.a.row(1), t1.block(0, 1, 2, 3));
    const grove::Matrix<T> t3 = grove::gather_cols(t1, std::vector{3, 0, 3});
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p136", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.b.cwiseProduct(p.b);
    const T t1 = grove::logsumexp(p.y);
    const auto t2 = p.b.colwise().prod().transpose();
    const T t3 = t0.norm();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p137", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::solve(p.a, p.x);
    const auto t1 = t0.prod();
    const auto t2 = p.b.block(0, 1, 3, 3);
    const grove::Matrix<T> t3 = (1.0 / (1.5 + t2.array().square())).matrix();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p138", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.rowwise().minCoeff();
    const T t1 = grove::trace(p.a);
    const grove::Vector<T> t2 = p.a * t0;
    const T t3 = p.a.maxCoeff();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p139", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = grove::asinh(p.y);
    const grove::Matrix<T> t1 = grove::logistic(p.a);
    const auto t2 = p.a.transpose() + t1;
    const T t3 = t2.norm();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t3) * 0.75;
  });
  CHECK(add.wrong() == "");
}
