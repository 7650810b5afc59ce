// How much memory and address space recordings take, and what happens where there is no more. A limit is set in a child
// process.
#include "autodiff/engine/tape/growing_memory.hpp"

#include <Eigen/Core>
#include <autodiff/autodiff.hpp>
#include <cmath>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "tests/catch.hpp"
#include "tests/sanitized.hpp"

#if defined(__linux__) && !GROVE_TEST_SANITIZED
#define GROVE_TEST_LIMITS 1
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#endif

using namespace grove;
using Eigen::VectorXd;

namespace {

double sines(int n) {
  return grad([n](const auto& x) {
    auto y = sin(x);
    for (int i = 1; i < n; ++i) y = sin(y) + x;
    return y;
  })(1.0);
}
double plain_sines(int n) {
  double y = std::sin(1.0), slope = std::cos(1.0);
  for (int i = 1; i < n; ++i) {
    slope = std::cos(y) * slope + 1;
    y = std::sin(y) + 1;
  }
  return slope;
}

}  // namespace

TEST_CASE("an array that grows keeps what it holds, with zeros behind") {
  detail::GrowingArray<int> array;
  std::size_t filled = 0;
  for (std::size_t n = 10; n < (1U << 22); n = 3 * n) {
    REQUIRE(array.grow(n));
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < filled; ++k) wrong += array.data()[k] != int(k);
    for (std::size_t k = filled; k < n; ++k) wrong += array.data()[k] != 0;
    CHECK(wrong == 0);
    for (std::size_t k = filled; k < n; ++k) array.data()[k] = int(k);
    filled = n;
  }
  CHECK_FALSE(array.grow(std::size_t{1} << 59));
  CHECK(array.data()[filled - 1] == int(filled) - 1);
  array.release();
  CHECK(array.data() == nullptr);
}

TEST_CASE("recordings of every size, one after the other and within each other") {
  for (const int n : {1, 100, 2000, 3000, 100'000, 10, 1'000'000, 5}) {
    CAPTURE(n);
    CHECK(sines(n) == Approx(plain_sines(n)).epsilon(1e-12));
  }
  for (const Eigen::Index n : {1, 5'000, 3, 200'000, 700'000}) {
    CAPTURE(n);
    const VectorXd x = VectorXd::LinSpaced(n, 1, 2);
    const auto loss = [](const auto& p) {
      auto scaled = evaluate([](const auto& q) { return q * q; }, 1.5) * p;
      return sum(square(scaled)) + p[0] * p[p.size() - 1];
    };
    VectorXd expected = 2 * 2.25 * 2.25 * x;
    expected[0] += x[n - 1];
    expected[n - 1] += x[0];
    CHECK(grad(loss)(x).isApprox(expected, 1e-12));
  }
}

TEST_CASE("a large recording inside the backward pass of a small one moves the adjoints") {
  // Its own thread, whose tape is small at first.
  double first = 0, last = 0;
  std::thread([&] {
    const auto doubled = custom_vjp(
        [](const VectorXd& x) -> VectorXd { return 2 * x; },
        [](const VectorXd& x) {
          return std::pair{VectorXd(2 * x), 0};
        },
        [](int, const VectorXd& y_bar) -> VectorXd { return 2 * y_bar * (sines(300'000) / sines(300'000)); });
    const auto loss = [&](const auto& x) {
      auto y = doubled(x);
      auto z = square(y.array()).matrix();
      auto of_z = sum(doubled(z));
      return of_z + x[0] * y[1];
    };
    const VectorXd gradient = grad(loss)(VectorXd(VectorXd::LinSpaced(3, 1, 3)));
    first = gradient[0];
    last = gradient[2];
  }).join();
  CHECK(first == Approx(16 * 1 + 2 * 2));  // 8 x² + 2 x₀ x₁
  CHECK(last == Approx(16 * 3));
}

#if defined(GROVE_TEST_LIMITS)

namespace {

std::size_t address_space() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * std::size_t(sysconf(_SC_PAGESIZE));
}
constexpr std::size_t megabyte = std::size_t{1} << 20;

/// Runs `f` in a child process that may take so much address space more; true if it returns true.
template <class F>
bool within(std::size_t bytes, const F& f) {
  const pid_t child = fork();
  if (child == 0) {
    const rlim_t limit = address_space() + bytes;
    const rlimit limits{limit, limit};
    bool right = setrlimit(RLIMIT_AS, &limits) == 0;
    try {
      right = right && f();
    } catch (...) {
      right = false;
    }
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool has(std::size_t bytes) {
  void* const p = ::operator new(bytes, std::nothrow);
  ::operator delete(p);
  return p != nullptr;
}
template <class F>
bool runs_out(const F& f) {
  try {
    f();
  } catch (const std::bad_alloc&) {
    return true;
  } catch (const Error&) {
    return true;
  }
  return false;
}

}  // namespace

// address-space-limit
TEST_CASE("small gradients leave the address space to others") {
  CHECK(within(200 * megabyte, [] {
    const std::size_t before = address_space();
    bool right = sines(10) == Approx(plain_sines(10));
    const auto square_of = [](const auto& x) { return sum(square(x)); };
    right = right && hessian(square_of)(VectorXd(VectorXd::Ones(3)))(1, 1) == 2 &&
            grad(square_of)(Eigen::VectorXf(Eigen::VectorXf::Ones(3)))[0] == 2;
    return right && address_space() - before < 8 * megabyte && has(150 * megabyte);
  }));
  CHECK(within(200 * megabyte, [] {
    const std::size_t before = address_space();
    const auto square_at = vjp([](const auto& x) { return x * x; });
    std::vector<decltype(square_at(1.0))> kept;
    for (int i = 0; i < 100; ++i) kept.push_back(square_at(1.0 + i));
    return kept[7].pullback(1.0) == 16 && address_space() - before < 32 * megabyte;
  }));
}

TEST_CASE("a recording that does not fit is an exception and gives its memory back") {
  const auto usable_after = [](const auto& large) {
    return within(64 * megabyte, [&] {
      for (int i = 0; i < 2; ++i) {
        if (sines(100) != Approx(plain_sines(100)) || !runs_out(large) || !has(50 * megabyte)) return false;
      }
      return sines(200'000) == Approx(plain_sines(200'000));
    });
  };
  CHECK(usable_after([] { sines(100'000'000); }));
  CHECK(usable_after([] {  // values of arrays
    grad([](const auto& x) {
      auto y = exp(x);
      for (int i = 0; i < 10'000; ++i) y = exp(-y);
      return sum(y);
    })(VectorXd(VectorXd::Ones(10'000)));
  }));
  CHECK(usable_after([] {  // nodes and slots
    grad([](const auto& x) {
      auto y = exp(x);
      for (int i = 0; i < 100'000'000; ++i) y = exp(-y);
      return y[0];
    })(VectorXd(VectorXd::Ones(1)));
  }));
  CHECK(usable_after([] {
    vjp([](const auto& x) {
      auto y = sin(x);
      for (int i = 0; i < 100'000'000; ++i) y = sin(y) + x;
      return y;
    })(1.0);
  }));
  CHECK(usable_after([] {
    hessian([](const auto& x) {
      auto y = sin(x[0]);
      for (int i = 0; i < 100'000'000; ++i) y = sin(y) + x[1];
      return y;
    })(VectorXd(VectorXd::Ones(2)));
  }));
}

TEST_CASE("a loss may catch that a recording within it does not fit") {
  CHECK(within(64 * megabyte, [] {
    const double slope = grad([](const auto& x) {
      auto y = x * x;
      if (!runs_out([] { sines(100'000'000); })) return y;
      return y * sin(x);
    })(2.0);
    return slope == Approx(4 * std::sin(2.0) + 4 * std::cos(2.0)) && has(50 * megabyte);
  }));
}

TEST_CASE("a recording may take most of what there is") {
  // Each of the million operations takes 30 bytes; growing takes no more than half of that besides.
  CHECK(within(40 * megabyte, [] { return sines(1'000'000) == Approx(plain_sines(1'000'000)); }));
}

#endif
