// After the first call of the same shapes, a training step takes no memory from the heap.
#include <Eigen/Dense>
#include <cstdlib>
#include <new>

#include "autodiff/autodiff.hpp"
#include "optim/optim.hpp"
#include "tests/catch.hpp"
#include "tests/sanitized.hpp"

namespace {

thread_local bool counting = false;
thread_local long allocations = 0;

[[maybe_unused]] void count() {
  if (counting) ++allocations;
}

template <class F>
long allocations_of(F&& f) {
  allocations = 0;
  counting = true;
  f();
  counting = false;
  return allocations;
}

}  // namespace

#if GROVE_TEST_COUNTS_MALLOC
// The operators of C++ and, where the C library lets us, malloc and its kin below them.
void* operator new(std::size_t size) {
  count();
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  count();
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t n, std::size_t size);
void* __libc_realloc(void* p, std::size_t size);
void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  count();
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
  count();
  return __libc_realloc(p, size);
}
}
#endif

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
};
template <class T = double>
struct Net {
  std::vector<Layer<T>> layers;
  T scale;
  Eigen::Matrix<T, 2, 2> mixed;
};

/// Allocations of a few training steps after two to warm up.
template <class Loss, class P, class... Args>
long allocations_of_training(const Loss& loss, P params, const Args&... args) {
  const auto optimizer = grove::optim::adam(1e-3);
  auto state = optimizer.init(params);
  P grads = params;
  double value = 0;
  const auto step = [&] {
    grove::value_and_grad_into(loss, params, value, grads, args...);
    grove::optim::step(optimizer, grads, state, params);
  };
  step();
  step();
  return allocations_of([&] {
    for (int i = 0; i < 5; ++i) step();
  });
}

}  // namespace

#if GROVE_TEST_COUNTS_MALLOC
TEST_CASE("the counter counts") {
  CHECK(allocations_of([] { CHECK(Eigen::VectorXd(Eigen::VectorXd::Ones(100)).size() == 100); }) > 0);
  CHECK(allocations_of([] { ::operator delete(::operator new(3)); }) > 0);
}
#endif

TEST_CASE("a loss over one plain vector allocates nothing") {
  const auto loss = [](const auto& p) { return (p.weight * p.bias).squaredNorm(); };
  auto f = grove::flat(loss, Layer<>{Eigen::MatrixXd::Ones(3, 4), Eigen::VectorXd::Ones(4)});
  const Eigen::VectorXd at = f.start();
  Eigen::VectorXd gradient;
  double value = f(at, gradient) + f(at, gradient);
  CHECK(allocations_of([&] { value += f(at, gradient) + f(at); }) == 0);
  CHECK(value == 4 * 48);
}

TEST_CASE("a step of scalar code allocates nothing") {
  const auto loss = [](const auto& p) {
    auto x = p[0] * p[1];
    for (std::size_t i = 0; i < 100; ++i) x += sin(x) * p[2] + p[i % 3];
    return x * x;
  };
  CHECK(allocations_of_training(loss, std::array<double, 3>{0.1, 0.2, 0.3}) == 0);
  CHECK(allocations_of_training(loss, std::vector<double>{0.1, 0.2, 0.3}) == 0);
}

TEST_CASE("a step of matrix code allocates nothing") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(50, 4);
  const Eigen::VectorXd y = Eigen::VectorXd::LinSpaced(50, 0.0, 1.0);
  const auto loss = [](const auto& w, const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
    auto h = tanh(a * w);
    auto r = (h - b).array() * 2.0 + w[0];
    return grove::mean(grove::square(r)) + w.norm() + grove::logsumexp(h);
  };
  CHECK(allocations_of_training(loss, Eigen::VectorXd::LinSpaced(4, 0.1, 0.2).eval(), x, y) == 0);
  const auto captured = [&](const auto& w) { return (x * w - y).squaredNorm(); };
  CHECK(allocations_of_training(captured, Eigen::VectorXd::LinSpaced(4, 0.1, 0.2).eval()) == 0);
}

TEST_CASE("a step on a vector of structs allocates nothing") {
  Net<> net;
  net.layers.push_back({Eigen::MatrixXd::Constant(5, 3, 0.1), Eigen::VectorXd::Zero(5)});
  net.layers.push_back({Eigen::MatrixXd::Constant(1, 5, 0.2), Eigen::VectorXd::Zero(1)});
  net.scale = 1.5;
  net.mixed.setIdentity();
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, 0.0, 1.0);
  const auto loss = [](const auto& p, const Eigen::VectorXd& input) {
    auto h = tanh(p.layers[0].weight * input + p.layers[0].bias);
    auto out = p.layers[1].weight * h + p.layers[1].bias;
    return out.squaredNorm() * p.scale + p.mixed(0, 0) * p.mixed(1, 1);
  };
  CHECK(allocations_of_training(loss, net, x) == 0);
}

TEST_CASE("value_and_grad allocates only the gradients that it returns") {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(10, 0.1, 1.0);
  const auto f = grove::value_and_grad([](const auto& v) { return (v.array() * v.array()).sum() * v[0]; });
  f(x);
  const long copying = allocations_of([&] {
    const Eigen::VectorXd copy = x;
    CHECK(copy.size() == 10);
  });
  CHECK(allocations_of([&] { CHECK(f(x).grads.size() == 10); }) <= copying);
}

TEST_CASE("the Jacobian of a small function allocates nothing") {
  const auto f = [](const auto& v, const Eigen::Vector2d& y) {
    using T = grove::scalar_t<decltype(v)>;
    return Eigen::Matrix<T, 2, 1>(T(v[0] * sin(v[1]) - y[0]), T(v[2] / v[0] + y[1]));
  };
  const Eigen::Vector3d x(1.0, 2.0, 3.0);
  const Eigen::Vector2d y(0.5, 0.25);
  Eigen::Vector2d value;
  Eigen::Matrix<double, 2, 3> jacobian;
  const auto compute = [&] { grove::value_and_jacobian_into(f, x, value, jacobian, y); };
  compute();
  CHECK(allocations_of(compute) == 0);
  CHECK(jacobian(1, 2) == 1.0);
}
