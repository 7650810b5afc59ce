// What the tape guarantees: linear cost, no recursion, flat memory, no trace of a failed call, errors for stray
// variables.
#include "autodiff/engine/tape/tape.hpp"

#include <pthread.h>

#include <Eigen/Dense>
#include <array>
#include <cmath>
#include <thread>

#include "autodiff/autodiff.hpp"
#include "autodiff/numeric.hpp"
#include "tests/catch.hpp"

using Catch::Matchers::Contains;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

// Runs f in a thread with a stack of 256 KiB.
template <class F>
void run_on_small_stack(F f) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 256 * 1024) == 0);
  pthread_t thread;
  const auto start = [](void* callable) -> void* {
    (*static_cast<F*>(callable))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, start, &f) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace

TEST_CASE("a diamond-shaped graph costs one visit per operation") {
  std::size_t before = 0;
  for (int depth = 64; depth <= 64 * 1024; depth *= 2) {
    const auto diamonds = [depth](auto x) {
      for (int i = 0; i < depth; ++i) {
        auto left = x * 0.5;
        auto right = x * 0.5;
        x = left + right;
      }
      return x;
    };
    CHECK(grove::grad(diamonds)(1.5) == Approx(1.0));
    const std::size_t operations = grove::tape_stats().operations;
    if (before != 0) CHECK(double(operations) / double(before) == Approx(2.0).epsilon(0.05));
    before = operations;
  }
}

TEST_CASE("a sum of terms over the same variables takes the entries of one term") {
  const auto wells = [](int terms) {
    return [terms](const auto& p) {
      grove::scalar_t<decltype(p)> sum = 0;
      for (int k = 0; k < terms; ++k) sum -= (k + 1) * exp(-0.5 * (p[0] * p[0] + k * p[1] * p[1]));
      return sum;
    };
  };
  const std::array<double, 2> at{0.3, -0.7};
  std::array<double, 2> exact{};
  for (int k = 0; k < 300; ++k) {
    const double term = (k + 1) * std::exp(-0.5 * (at[0] * at[0] + k * at[1] * at[1]));
    exact[0] += term * at[0];
    exact[1] += term * k * at[1];
  }
  const auto gradient = grove::grad(wells(300))(at);
  CHECK(gradient[0] == Approx(exact[0]));
  CHECK(gradient[1] == Approx(exact[1]));
  const std::size_t bytes = grove::tape_stats().bytes;
  grove::grad(wells(3))(at);
  CHECK(grove::tape_stats().bytes == bytes);
}

TEST_CASE("a sum that grows in place keeps what its terms depend on") {
  const auto derivative = [](const auto& f) { return grove::grad(f)(0.5); };
  CHECK(derivative([](const auto& x) {
          auto sum = x * x;
          sum += 3 * sum;
          sum -= sum * x;
          return sum;
        }) == Approx(8 * 0.5 - 12 * 0.25));
  CHECK(derivative([](const auto& x) {
          auto sum = x * x;
          sum -= 2 * (x * x * x);
          sum += exp(x);
          return sum * sum;
        }) == Approx(2 * (std::exp(0.5) + 0.25 - 0.25) * (1 - 1.5 + std::exp(0.5))));
  CHECK(derivative([](const auto& x) {  // zero wins over an infinite slope
          auto sum = x * x;
          sum += 0 * sqrt(x - 0.5);
          sum -= 0 * sqrt(x - 0.5);
          return sum;
        }) == Approx(1));
}

TEST_CASE("a diamond of array nodes costs one visit per node") {
  std::size_t before = 0;
  for (int depth = 8; depth <= 8 * 1024; depth *= 2) {
    const auto diamonds = [depth](const auto& v) {
      auto x = v.array().sin();
      for (int i = 0; i < depth; ++i) {
        auto left = x * 0.5;
        auto right = left.exp() * 0.0 + left;
        x = (left + right).eval();
      }
      return x.sum();
    };
    const VectorXd gradient = grove::grad(diamonds)(VectorXd::Zero(3).eval());
    CHECK(gradient.isApprox(VectorXd::Ones(3)));
    const std::size_t operations = grove::tape_stats().operations;
    if (before != 0) CHECK(double(operations) / double(before) == Approx(2.0).epsilon(0.2));
    before = operations;
  }
}

TEST_CASE("ten million operations in a chain work on a stack of 256 KiB") {
  double derivative = 0;
  run_on_small_stack([&derivative] {
    derivative = grove::grad([](auto x) {
      auto y = x;
      for (int i = 0; i < 10'000'000; ++i) y = sin(y) * 0.0 + x;
      return y;
    })(0.5);
  });
  CHECK(derivative == 1.0);
}

TEST_CASE("array nodes in a long chain work on a stack of 256 KiB") {
  VectorXd gradient;
  run_on_small_stack([&gradient] {
    gradient = grove::grad([](const auto& v) {
      auto x = (v * 1.0).eval();
      for (int i = 0; i < 100'000; ++i) x = (x + v * 1e-5).eval();
      return x.sum();
    })(VectorXd::Ones(4).eval());
  });
  CHECK(gradient.isApprox(VectorXd::Constant(4, 2.0), 1e-9));
}

TEST_CASE("memory is flat over many steps, and the statistics tell it") {
  const auto loss = [](const auto& v) { return (v.array().exp() * v.array()).sum() * v[0]; };
  const VectorXd x = VectorXd::LinSpaced(20, 0.0, 1.0);
  grove::grad(loss)(x);
  const grove::TapeStats first = grove::tape_stats();
  CHECK(first.operations > 0);
  CHECK(first.bytes > 0);
  CHECK(first.high_water >= first.bytes);
  for (int i = 0; i < 100'000; ++i) grove::grad(loss)(x);
  const grove::TapeStats last = grove::tape_stats();
  CHECK(last.operations == first.operations);
  CHECK(last.bytes == first.bytes);
  CHECK(last.high_water == first.high_water);
}

TEST_CASE("a small recording after a huge one gives the same bits") {
  const auto loss = [](const auto& v) { return (v.array().exp() * v.array()).sum() / v[0]; };
  const VectorXd x = VectorXd::LinSpaced(7, 0.5, 1.0);
  const VectorXd before = grove::grad(loss)(x);
  grove::grad([](const auto& v) { return v.array().exp().sum(); })(VectorXd::Ones(1'000'000).eval());
  grove::grad([](auto s) {
    for (int i = 0; i < 1'000'000; ++i) s = s * 1.0000001;
    return s;
  })(1.0);
  const VectorXd after = grove::grad(loss)(x);
  CHECK((before.array() == after.array()).all());
}

TEST_CASE("a call that throws leaves no trace") {
  const auto good = [](const auto& v) { return v.squaredNorm() * v[1]; };
  const VectorXd x = VectorXd::LinSpaced(3, 1.0, 2.0);
  const VectorXd expected = grove::grad(good)(x);

  const auto throws_itself = [](const auto& v) {
    auto s = v.squaredNorm();
    if (s > 0.0) throw std::runtime_error("from the loss");
    return s;
  };
  const auto bad_shapes = [](const auto& v) { return (v.array().exp().matrix() - VectorXd::Ones(5)).sum(); };
  const auto bad_product = [](const auto& v) { return (MatrixXd::Ones(2, 4) * v).sum(); };
  const auto bad_index = [](const auto& v) { return v[0] * v[3]; };
  const auto throws_in_pullback =
      grove::custom_vjp([](const VectorXd& v) { return v.sum(); },
                        [](const VectorXd& v) {
                          return std::pair{v.sum(), 0};
                        },
                        [](int, double) -> VectorXd { throw std::runtime_error("from the pullback"); });
  for (int round = 0; round < 3; ++round) {
    CHECK_THROWS_WITH(grove::grad(throws_itself)(x), "from the loss");
    CHECK((grove::grad(good)(x).array() == expected.array()).all());
    CHECK_THROWS_WITH(grove::grad(bad_shapes)(x), "subtract: 3×1 and 5×1 differ");
    CHECK_THROWS_AS(grove::grad(bad_shapes)(x), grove::ShapeError);
    CHECK((grove::grad(good)(x).array() == expected.array()).all());
    CHECK_THROWS_WITH(grove::grad(bad_product)(x), "matmul: (2×4)·(3×1): inner dimensions 4 and 3 differ");
    CHECK_THROWS_WITH(grove::grad(bad_index)(x), "element: index 3 is outside [0, 3)");
    CHECK_THROWS_WITH(grove::grad([&](const auto& v) { return throws_in_pullback(v) * v[0] + v.squaredNorm(); })(x),
                      "from the pullback");
    CHECK((grove::grad(good)(x).array() == expected.array()).all());
  }
}

TEST_CASE("nested gradients of values that do not depend on the outer variables") {
  const auto outer = [](auto x) {
    const double slope = grove::grad([](auto y) { return y * y * y; })(2.0);
    auto t = x * slope;
    const VectorXd g = grove::grad([](const auto& v) { return v.squaredNorm(); })(VectorXd::Ones(2).eval());
    return t * x + g.sum() * x;
  };
  CHECK(grove::grad(outer)(1.5) == Approx(2 * 12 * 1.5 + 4));
  CHECK(grove::test::gradient_error(outer, 1.5) < 1e-8);
}

TEST_CASE("no perturbation is confused: x · d/dy(x) has derivative zero at 0") {
  const auto f = [](auto x) { return x * grove::grad([&](auto) { return x; })(1.0); };
  CHECK(grove::grad(f)(0.0) == 0.0);
  CHECK(grove::grad(f)(3.0) == 0.0);
  // Levels are types: the same with forward mode inside, and with a gradient of what depends on the outer variable.
  const auto forward = [](auto x) {
    using V = decltype(x);
    return x * grove::grad([&](auto y) { return x + y; })(V(1.0));
  };
  CHECK(grove::grad(forward)(0.0) == 1.0);
  const auto product = [](auto x) {
    using V = decltype(x);
    return grove::grad([&](auto y) { return x * y; })(V(1.0)) * x;
  };
  CHECK(grove::grad(product)(3.0) == 6.0);
}

TEST_CASE("a variable of an enclosing recording is refused where its derivative would be lost") {
  const auto f = [](auto x) { return x * grove::grad([&](auto y) { return x * y; })(1.0); };
  CHECK_THROWS_WITH(grove::grad(f)(0.5), Contains("variable of an enclosing recording"));
  CHECK(grove::grad([](auto x) { return x * x; })(0.5) == 1.0);
}

TEST_CASE("a variable used after its recording ended is an error that says so") {
  grove::Var<double> kept;
  grove::grad([&](auto x) {
    kept = x * x;
    return x;
  })(2.0);
  CHECK_THROWS_AS(kept * 2.0, grove::StaleVariableError);
  CHECK_THROWS_WITH(grove::grad([&](auto x) { return x * kept; })(1.0), Contains("its recording has ended"));

  grove::Vector<grove::Var<double>> vector;
  grove::grad([&](const auto& v) {
    vector = v;
    return v.sum();
  })(VectorXd::Ones(3).eval());
  CHECK_THROWS_AS(vector + vector, grove::StaleVariableError);
  CHECK_THROWS_AS(vector.sum(), grove::StaleVariableError);
  CHECK_THROWS_AS(grove::grad([&](const auto& v) { return v.dot(vector); })(VectorXd::Ones(3).eval()),
                  grove::StaleVariableError);
  CHECK_THROWS_AS((grove::Vector<grove::Var<double>>(VectorXd::Ones(2))), grove::Error);  // no recording is open
}

TEST_CASE("constants are captured by value, arguments of the call by reference") {
  VectorXd captured = VectorXd::LinSpaced(3, 1.0, 3.0);
  MatrixXd matrix = MatrixXd::Identity(3, 3) * 2.0;
  const auto loss = [&](const auto& v) {
    auto s = (v.array() * captured.array()).sum() + (matrix * v).squaredNorm();
    captured.setConstant(1e6);
    matrix.setConstant(1e6);
    return s;
  };
  const VectorXd x = VectorXd::Ones(3);
  const VectorXd gradient = grove::grad(loss)(x);
  CHECK(gradient.isApprox(VectorXd::LinSpaced(3, 1.0, 3.0) + 8.0 * x));
}

TEST_CASE("threads differentiate at the same time, each on its own tape") {
  const auto work = [](int seed, double& result) {
    for (int i = 0; i < 200; ++i) {
      const VectorXd x = VectorXd::LinSpaced(10 + seed, 0.1, 1.0 + seed);
      const VectorXd g = grove::grad([](const auto& v) {
        auto s = (v.array().exp() * v.array()).sum();
        for (Eigen::Index k = 0; k < v.size(); ++k) s += v[k] * s;
        return s;
      })(x);
      result = g.sum();
    }
  };
  double expected[2], found[2];
  work(0, expected[0]);
  work(1, expected[1]);
  std::thread first(work, 0, std::ref(found[0])), second(work, 1, std::ref(found[1]));
  first.join();
  second.join();
  CHECK(found[0] == expected[0]);
  CHECK(found[1] == expected[1]);
}

TEST_CASE("zero cotangents send nothing, also through infinite slopes") {
  CHECK(grove::grad([](auto x) { return x + 0.0 * sqrt(x); })(0.0) == 1.0);
  CHECK(grove::grad([](auto x) {
          auto s = sqrt(x);
          return x + 0.0 * s;
        })(0.0) == 1.0);
  CHECK(grove::grad([](auto x) { return x > 0.0 ? log(x) : x * 2.0; })(0.0) == 2.0);
}

TEST_CASE("inputs are taken before anything is recorded, and a node right after its slots") {
  using grove::detail::VarAccess;
  grove::detail::Recording<double> recording;
  auto& tape = recording.tape();
  const std::uint32_t first = tape.allocate_inputs(1), second = tape.allocate_inputs(1);
  const auto x = VarAccess::make(2.0, first, tape.tag()), y = VarAccess::make(3.0, second, tape.tag());
  const auto product = x * y;
  CHECK_THROWS_WITH(tape.allocate_inputs(1), Contains("tape: inputs are taken before anything is recorded"));
  tape.allocate_slots(2);
  const auto sum = x + product;
  CHECK_THROWS_WITH(tape.record([] {}), Contains("tape: something was recorded between the slots of a node"));
  const grove::detail::Recording<double> inner;
  CHECK_NOTHROW(tape.allocate_inputs(1));
  CHECK(sum.value() == 8);
}

TEST_CASE("an evaluation keeps no statements, also in the middle of a recording") {
  const auto long_loss = [](const auto& x) {
    auto older = x * 0.5;  // a temporary that outlives the room for statements
    auto y = x * 1.0;
    for (int i = 0; i < 1'000'000; ++i) y = y * 0.5 + x;
    return y + std::move(older) * 2.0;
  };
  CHECK(grove::evaluate(long_loss, 3.0) == 2 * 3.0 + 3.0);
  CHECK(grove::tape_stats().bytes == 0);
  CHECK(grove::grad([&](const auto& x) {
          const auto before = x * x;
          const double inner = grove::evaluate(long_loss, 3.0);
          return before * inner + x;
        })(2.0) == 4 * 9.0 + 1);
}

TEST_CASE("scalars that are computed while no recording is open are constants") {
  grove::Var<double> sum = 0.0;
  for (int i = 0; i < 100'000; ++i) sum += grove::Var<double>(0.5) * 2.0 - 0.75;
  CHECK(sum.value() == 25'000);
  auto fresh = grove::Var<double>(2) * grove::Var<double>(3);
  CHECK(grove::grad([&](const auto& x) {
          auto y = std::move(fresh) * x;
          y += sum;
          return sum * x + y * x;
        })(2.0) == 25'000 + 2 * 12.0 + 25'000);
}

TEST_CASE("what a loss computes from constants alone has no derivative, and keeps none from others") {
  const auto loss = [](const auto& x) {
    using T = std::decay_t<decltype(x)>;
    T k = 1.0;
    for (int i = 0; i < 40; ++i) k = k * T(0.5) + T(1.0) / T(4.0 + i);
    T zero = T(2.0) - T(2.0);
    return k * x + zero * sqrt(x - x) + zero * k;
  };
  double k = 1.0;
  for (int i = 0; i < 40; ++i) k = k * 0.5 + 1.0 / (4.0 + i);
  CHECK(grove::grad(loss)(1.5) == Approx(k).epsilon(1e-14));
  CHECK(grove::hessian([&](const auto& v) { return loss(v[0]); })(VectorXd::Ones(1).eval())(0, 0) == 0.0);
}

#if defined(__OPTIMIZE__)
TEST_CASE("tags of recordings come around after 16,777,213 of them, and a variable is stale before and after") {
  grove::Var<double> kept;
  std::uint32_t tag = 0;
  {
    grove::detail::Recording<double> recording;
    tag = recording.tape().tag();
    kept = grove::detail::VarAccess::make(2.0, recording.tape().allocate_inputs(1), tag);
  }
  CHECK_THROWS_AS(grove::grad([&](auto x) { return x * kept; })(1.0), grove::StaleVariableError);
  int recordings = 2;
  while (grove::detail::Recording<double>().tape().tag() != tag) ++recordings;
  CHECK(recordings == 16'777'213);
  CHECK_THROWS_AS(grove::grad([&](auto x) { return x * kept; })(1.0), grove::StaleVariableError);
}
#endif
