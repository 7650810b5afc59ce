#include "autodiff/derivatives/jacobian_blocks.hpp"

#include "tests/catch.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

template <class T = double>
struct Layer {
  grove::Matrix<T> weight;
  grove::Vector<T> bias;
};
template <class T = double>
struct Model {
  std::vector<Layer<T>> layers;
  T scale;
};
template <class T>
struct Output {
  grove::Vector<T> prediction;
  T penalty;
};

const auto model = [](const auto& p, const VectorXd& x) {
  using T = grove::scalar_t<decltype(p)>;
  return Output<T>{((p.layers[0].weight * x + p.layers[0].bias) * p.scale).eval(), p.scale * p.scale};
};

}  // namespace

TEST_CASE("jacobian_blocks: by the paths of leaves and of nodes") {
  const Model<> at{{{(MatrixXd(2, 2) << 1, 2, 3, 4).finished(), VectorXd::Constant(2, 0.5)}}, 3.0};
  const VectorXd x = Eigen::Vector2d(5, 7);
  const auto j = grove::jacobian_blocks(model)(at, x);
  CHECK(j.value.penalty == 9);
  MatrixXd by_weight(2, 4);  // the weight by columns
  by_weight << 15, 0, 21, 0, 0, 15, 0, 21;
  CHECK(MatrixXd(j.block("prediction", "layers[0].weight")) == by_weight);
  CHECK(MatrixXd(j.block("prediction", "layers[0].bias")) == MatrixXd(3 * MatrixXd::Identity(2, 2)));
  CHECK(MatrixXd(j.block("prediction", "scale")) == MatrixXd(at.layers[0].weight * x + at.layers[0].bias));
  CHECK(j.block("penalty", "scale")(0, 0) == 6);
  CHECK(j.block("penalty", "layers").isZero());
  CHECK(j.block("prediction", "layers[0]").cols() == 6);
  CHECK(j.block("", "") == j.jacobian);
  CHECK_THROWS_WITH(j.block("prediction", "weight"),
                    "jacobian_blocks: there is no parameter at \"weight\"; there are \"layers[0].weight\", "
                    "\"layers[0].bias\", \"scale\"");
}
