#include "autodiff/derivatives/checkpoint.hpp"

#include "tests/autodiff/agreement.hpp"
#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  T scale;
};

const auto layer = [](const auto& h, const auto& p, const MatrixXd& x) {
  return grove::tanh((p.weight * h + x * h) * p.scale).eval();
};
const auto block = grove::checkpoint(layer);

const Layer<> at{(MatrixXd(2, 2) << 0.5, -0.25, 1, 0.75).finished(), 0.8};
const MatrixXd x = (MatrixXd(2, 2) << 0.1, 0.2, -0.3, 0.4).finished();

template <class F>
auto deep(const F& f, int depth) {
  return [f, depth](const auto& p, const MatrixXd& data) {
    auto h = f(p.weight.col(0).eval(), p, data);
    for (int k = 1; k < depth; ++k) h = f(h, p, data);
    return h.squaredNorm();
  };
}

}  // namespace

TEST_CASE("checkpoint: the value and the derivatives of the function, in every mode") {
  const auto loss = [](const auto& p) { return deep(block, 3)(p, x); };
  CHECK(grove::test::disagreement({}, loss, at) == "");
}

TEST_CASE("checkpoint: memory of the arguments and the result only") {
  const auto measured = [](const auto& loss) {
    const auto grads = grove::grad(loss)(at, x);
    return std::pair{grads, grove::tape_stats().bytes};
  };
  const auto [plain, plain_bytes] = measured(deep(layer, 100));
  const auto [again, bytes] = measured(deep(block, 100));
  CHECK(again.weight.isApprox(plain.weight, 1e-13));
  CHECK(again.scale == Approx(plain.scale).epsilon(1e-13));
  CHECK(plain_bytes > 0);
  CHECK(bytes < 100000);
  CHECK_THROWS_AS(grove::grad([](const auto& p) {
                    return grove::checkpoint([&p](const auto& s) { return s * p.scale; })(p.scale);
                  })(at),
                  grove::Error);
}
