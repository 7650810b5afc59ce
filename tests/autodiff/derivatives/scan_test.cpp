#include "autodiff/derivatives/scan.hpp"

#include <thread>

#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using Eigen::Index;
using Eigen::VectorXd;

namespace {

template <class T = double>
struct Rates {
  T birth, predation, death, growth;
};

template <class T>
using State = std::array<T, 2>;
template <class T>
struct Point {
  T x, y;
};

template <class T, class R>
State<T> slope(const State<T>& u, const R& r) {
  return {u[0] * (r.birth - r.predation * u[1]), u[1] * (r.growth * u[0] - r.death)};
}

// A step of Runge and Kutta's method for Lotka and Volterra's equations.
const auto rk4 = [](const auto& u, Index, const auto& r, double h) {
  using T = std::remove_cvref_t<decltype(u[0])>;
  const auto moved = [&u](const State<T>& k, double by) -> State<T> { return {u[0] + by * k[0], u[1] + by * k[1]}; };
  const auto a = slope(u, r), b = slope(moved(a, h / 2), r), c = slope(moved(b, h / 2), r), d = slope(moved(c, h), r);
  State<T> next;
  for (std::size_t i = 0; i < 2; ++i) next[i] = u[i] + h / 6 * (a[i] + 2.0 * (b[i] + c[i]) + d[i]);
  return next;
};

const auto scanned = [](const auto& r, Index n, double h, const grove::ScanOptions& options) {
  using T = grove::scalar_t<decltype(r)>;
  const auto end = grove::scan(rk4, State<T>{T(1.0), r.birth}, n, options, r, h);
  return end[0] * end[0] + 0.5 * end[1];
};
const auto looped = [](const auto& r, Index n, double h) {
  using T = grove::scalar_t<decltype(r)>;
  State<T> u{T(1.0), r.birth};
  for (Index k = 0; k < n; ++k) u = rk4(u, k, r, h);
  return u[0] * u[0] + 0.5 * u[1];
};

const Rates<> at{1.1, 0.4, 0.4, 0.1};

}  // namespace

TEST_CASE("scan: the value and the derivatives of the loop, in every mode") {
  CHECK(grove::test::disagreement(
            {}, [](const auto& r) { return scanned(r, 7, 0.3, {}); }, at) == "");
}

TEST_CASE("scan: a state of a class keeps its members' names") {
  const auto turn = [](const auto& u, Index, const auto& rate) {
    return std::remove_cvref_t<decltype(u)>{u.x + rate * u.y, u.y - rate * u.x};
  };
  const auto end_of = [&turn](const auto& rate) {
    using T = grove::scalar_t<decltype(rate)>;
    const auto end = grove::scan(turn, Point<T>{T(1), rate}, 2, {}, rate);
    return end.x * end.y;
  };
  // (1, r) → (1 + r², 0) → (1 + r²) (1, -r)
  const double r = 0.5, square = 1 + r * r;
  const auto [value, slope] = grove::value_and_grad(end_of)(r);
  CHECK(value == -r * square * square);
  CHECK(slope == Approx(-square * square - 4 * r * r * square));
  CHECK(end_of(r) == value);
}

TEST_CASE("scan: a recording may be swept again") {
  const auto ends = [](const auto& r) {
    using T = grove::scalar_t<decltype(r)>;
    return grove::scan(rk4, State<T>{T(1.0), r.birth}, 20, {}, r, 0.1);
  };
  CHECK(grove::jacrev(ends)(at).isApprox(grove::jacfwd(ends)(at), 1e-12));
}

TEST_CASE("scan: the same gradient for any number of steps and any memory") {
  for (const Index n : {0, 1, 2, 3, 10, 257}) {
    const auto [value, grads] = grove::value_and_grad(looped)(at, n, 0.05);
    for (const std::size_t memory : {0U, 1U, 200U, 400U, 1000U, 1000000U}) {
      for (const std::size_t recorded : {0U, 10000U, 1000000U}) {
        const auto both = grove::value_and_grad(scanned)(at, n, 0.05, grove::ScanOptions{memory, recorded});
        CHECK(both.value == value);
        CHECK(grove::tree::flatten(both.grads).isApprox(grove::tree::flatten(grads), 1e-12));
      }
    }
  }
  CHECK_THROWS_WITH(grove::grad(scanned)(at, Index(-1), 0.05, grove::ScanOptions{}),
                    "scan: the number of steps is -1; it must not be negative");
}

TEST_CASE("scan: what is recorded at a time, and what stays on the tape, is bounded") {
  grove::TapeStats stats;
  std::thread([&stats] {  // with a tape of its own
    grove::value_and_grad(scanned)(at, Index(20000), 1e-4, grove::ScanOptions{0, 100000});
    stats = grove::tape_stats();
  })
      .join();
  CHECK(stats.bytes < 2000);
  CHECK(stats.high_water < 200000);  // the plain loop takes 16 million
}

TEST_CASE("scan: arrays as states, the number of the step, and what step may not return") {
  const auto loss = [](const auto& p, const VectorXd& data) {
    const auto step = [](const auto& s, Index k, const auto& q, const VectorXd& d) {
      return (s * q + s * d[k]).eval();
    };
    return grove::sum(grove::scan(step, VectorXd(VectorXd::Ones(3)), 4, {}, p, data));
  };
  const VectorXd data = VectorXd::LinSpaced(4, 1, 2);
  const auto [value, slope] = grove::value_and_grad(loss)(0.5, data);
  const double product = (data.array() + 0.5).prod();
  CHECK(value == Approx(3 * product));
  CHECK(slope == Approx(3 * product * (data.array() + 0.5).inverse().sum()));
  const auto shorter = [](const auto& v) {
    return grove::sum(grove::scan([](const auto& s, Index) { return s.head(s.size() - 1).eval(); }, v, 2, {}));
  };
  CHECK_THROWS_AS(grove::grad(shorter)(data), grove::StructureError);
}
