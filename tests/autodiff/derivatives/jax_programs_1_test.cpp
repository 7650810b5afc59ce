// Written by tests/golden/make_jax_programs.py.
// clang-format off
#include "tests/autodiff/derivatives/jax_programs.hpp"

using namespace grove::test::jax_programs;

TEST_CASE("programs p0 to p19 have JAX's values, gradients and Hessian products") {
  Programs add;
  add.second_order("p0", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::sinh(p.a);
    const auto t1 = grove::square(grove::eigh(t0 + t0.transpose() + constants.ladder).vectors);
    const T t2 = grove::dot(p.y, p.y);
    const grove::Vector<T> t3 = grove::logsumexp(p.b.rowwise());
    return grove::mean(grove::sin(t1)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p1", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::softmax(p.y);
    const grove::Matrix<T> t1 = grove::square(p.b - p.b * p.s);
    const grove::Vector<T> t2 = t1.colwise().minCoeff().transpose();
    const auto t3 = t1 * t1.transpose();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p2", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.colwise().prod().transpose();
    const grove::Vector<T> t1 = p.b.rowwise().prod();
    const auto t2 = p.b.maxCoeff();
    const grove::Matrix<T> t3 = grove::softmax(p.b.colwise());
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p3", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = p.b * p.s;
    const auto t1 = grove::pow(grove::cosh(t0) * 1.1, p.b);
    const grove::Vector<T> t2 = grove::gather(p.y, std::vector{2, 0, 2, 1});
    const grove::Matrix<T> t3 = t1.cwiseProduct(p.b);
    return grove::mean(grove::sin(t2)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p4", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.b.template lpNorm<1>();
    const T t1 = grove::mean(p.b);
    const auto t2 = grove::rsqrt(grove::cosh(p.a) * 1.1);
    const grove::Vector<T> t3 = grove::vcat(p.y.head(2), p.y.tail(2));
    return grove::sin(t0) * 0.5 + grove::sin(t1) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p5", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::elu(p.y);
    const grove::Vector<T> t1 = p.a * t0;
    const grove::Matrix<T> t2 = (p.a.array() + p.s).matrix();
    const T t3 = grove::sqrt(grove::cosh(p.s) * 1.1);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.second_order("p6", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::acos(grove::tanh(p.a) * 0.9);
    const auto t1 = grove::square(p.x - p.y * p.s);
    const T t2 = grove::variance(p.b);
    const grove::Vector<T> t3 = grove::reverse(p.x);
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p7", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = constants.data * p.y - p.x;
    const T t1 = grove::atanh(grove::tanh(p.s) * 0.9);
    const auto t2 = grove::mean(p.y);
    const auto t3 = grove::where(t0.array() > 0.1, t0, p.y);
    return grove::sin(t1) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p8", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.colwise().squaredNorm().transpose();
    const T t1 = grove::log10(grove::cosh(p.s) * 1.1);
    const grove::Vector<T> t2 = t0.tail(3);
    const grove::Matrix<T> t3 = grove::kron(t2, t0.transpose());
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.first_order("p9", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::where(p.a.array() > 0.1, p.a, p.a);
    const grove::Matrix<T> t1 = grove::acosh(grove::cosh(t0) * 1.1);
    const grove::Matrix<T> t2 = grove::gather_rows(p.b, std::vector{2, 0, 2});
    const grove::Matrix<T> t3 = grove::cos(t2);
    return grove::mean(grove::sin(t1)) * 0.5 + grove::mean(grove::sin(t3)) * 0.75;
  });
  add.second_order("p10", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.a.maxCoeff();
    const grove::Matrix<T> t1 = grove::exp2(p.b);
    const grove::Vector<T> t2 = grove::atan(p.y);
    const grove::Vector<T> t3 = p.b.transpose() * t2;
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p11", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = grove::tanh(p.y);
    const auto t1 = grove::variance(p.b.rowwise());
    const T t2 = p.a.template lpNorm<1>();
    const grove::Matrix<T> t3 = p.b.colwise() + t1;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p12", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.a.squaredNorm();
    const T t1 = t0 * t0;
    const grove::Matrix<T> t2 = p.a.cwiseQuotient(grove::cosh(p.a));
    const auto t3 = grove::where(p.b.array() > 0.1, p.b, p.b);
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.first_order("p13", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Vector<T> t0 = p.b.rowwise().sum();
    const grove::Vector<T> t1 = p.a.diagonal();
    const auto t2 = grove::sin(t1);
    const grove::Vector<T> t3 = t0.cwiseProduct(t2);
    return grove::mean(grove::sin(t3)) * 0.5;
  });
  add.second_order("p14", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = p.s + p.s;
    const T t1 = p.b.squaredNorm();
    const auto t2 = grove::tan(grove::tanh(p.a) * 0.9);
    const T t3 = grove::digamma(grove::cosh(t1) * 1.1);
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p15", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::stop_gradient(p.b) + grove::sin(p.b);
    const grove::Matrix<T> t1 = grove::square(p.a - p.a * p.s);
    const auto t2 = p.y.minCoeff();
    const grove::Matrix<T> t3 = t1 - 0.5 * t1;
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t2) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p16", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const auto t0 = p.b.rowwise().squaredNorm();
    const T t1 = grove::fuse([](const auto& u, const auto& v) { return exp(u * 0.3) * v - u; }, p.s, p.s);
    const auto t2 = grove::logdet(p.a + constants.shift);
    const auto t3 = grove::hypot(p.a, grove::cosh(p.a));
    return grove::mean(grove::sin(t0)) * 0.5 + grove::sin(t1) * 0.75 + grove::sin(t2) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  add.first_order("p17", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::cumsum(p.b.colwise());
    const auto t1 = grove::dot(p.a, p.a);
    const auto t2 = p.y * t1;
    const grove::Vector<T> t3 = p.b.colwise().mean().transpose();
    return grove::mean(grove::sin(t0)) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::mean(grove::sin(t3)) * 1.0;
  });
  add.second_order("p18", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const grove::Matrix<T> t0 = grove::cholesky(p.a * p.a.transpose() + constants.shift);
    const T t1 = grove::sum(t0);
    const auto t2 = p.y * p.x.transpose();
    const auto t3 = p.y.maxCoeff();
    return grove::sin(t1) * 0.5 + grove::mean(grove::sin(t2)) * 0.75 + grove::sin(t3) * 1.0;
  });
  add.first_order("p19", [](const auto& p) {
    using T = grove::scalar_t<decltype(p)>;
    const T t0 = grove::mean(p.a);
    const grove::Vector<T> t1 = grove::cosh(p.y);
    const grove::Vector<T> t2 = p.b.rowwise().mean();
    const grove::Matrix<T> t3 = grove::cumsum(p.b.rowwise());
    return grove::sin(t0) * 0.5 + grove::mean(grove::sin(t1)) * 0.75 + grove::mean(grove::sin(t2)) * 1.0 + grove::mean(grove::sin(t3)) * 1.25;
  });
  CHECK(add.wrong() == "");
}
