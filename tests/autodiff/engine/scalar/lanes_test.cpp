// Numbers in vector registers: loaded and stored wherever they lie. An optimised build shows a wrong alignment.
#include "autodiff/engine/scalar/lanes.hpp"

#include <autodiff/autodiff.hpp>
#include <numeric>
#include <vector>

#include "tests/catch.hpp"

using namespace grove;

namespace {

/// Lanes are read at each offset of `from` and written at the same of `to`.
template <class S, int N>
bool copies_from_every_offset() {
  using detail::load_lanes, detail::store_lanes;
  std::vector<S> from(96), to(96);
  std::iota(from.begin(), from.end(), S(1));
  for (std::size_t offset = 0; offset < 64; ++offset) {
    to.assign(96, S(0));
    store_lanes(to.data() + offset, load_lanes<S, N>(from.data() + offset) + load_lanes<S, N>(from.data()));
    for (std::size_t k = 0; k < std::size_t(N); ++k) {
      if (to[offset + k] != from[offset + k] + from[k]) return false;
    }
  }
  return true;
}

template <class S>
struct Two {
  Eigen::Matrix<S, Eigen::Dynamic, 1> x;
  Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic> y;
};

}  // namespace

TEST_CASE("lanes are loaded and stored at every offset") {
  CHECK(copies_from_every_offset<double, 1>());
  CHECK(copies_from_every_offset<double, 2>());
  CHECK(copies_from_every_offset<double, 4>());
  CHECK(copies_from_every_offset<double, 8>());
  CHECK(copies_from_every_offset<double, 16>());
  CHECK(copies_from_every_offset<float, 2>());
  CHECK(copies_from_every_offset<float, 4>());
  CHECK(copies_from_every_offset<float, 16>());
  CHECK(copies_from_every_offset<float, 32>());
}

// clang-optimised-crash
TEST_CASE("adjoints are not aligned as vector registers are") {
  const Eigen::MatrixXd x = Eigen::MatrixXd::Ones(5, 4);
  const auto [value, gradient] = value_and_grad([](const auto& p) { return sum(square(p.array())); })(x);
  CHECK(value == 20);
  CHECK((gradient.array() == 2).all());
}

TEMPLATE_TEST_CASE("gradients of arrays of every size and at every alignment", "", double, float) {
  using S = TestType;
  for (Eigen::Index n = 1; n <= 40; ++n) {
    CAPTURE(n);
    const auto loss = [](const auto& p) {
      const auto& [x, y] = p;
      return sum(square(x.array())) + S(2) * sum(y.array()) + sum(y.row(0)) * x(0);
    };
    const Two<S> at{decltype(at.x)::LinSpaced(n, S(1), S(2)), decltype(at.y)::Ones(2, n)};
    const Two<S> gradient = grad(loss)(at);
    CHECK((gradient.x - S(2) * at.x).tail(n - 1).isZero());
    CHECK(gradient.x(0) == 2 * at.x(0) + S(n));
    CHECK((gradient.y.row(0).array() == S(2) + at.x(0)).all());
    CHECK((gradient.y.row(1).array() == S(2)).all());
  }
}
