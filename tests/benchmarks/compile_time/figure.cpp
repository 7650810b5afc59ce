// A fit of a model and a picture of it.
#include <grove/grove.hpp>

int main() {
  const Eigen::MatrixXd x = Eigen::VectorXd::LinSpaced(20, 0, 1);
  const Eigen::VectorXd y = 1 + 2 * x.col(0).array();
  const grove::models::LinearRegression<> start{Eigen::VectorXd::Zero(1), 0.0};
  const auto loss = [](const auto& p, const auto& inputs, const auto& targets) {
    return grove::mean(grove::square(p(inputs).array() - targets.array()));
  };
  const auto fit = grove::optim::minimize(loss, start, grove::optim::adam(0.1), {}, x, y);
  const Eigen::VectorXd line = fit.params(x);
  const auto list = [](const Eigen::VectorXd& v) { return std::vector<double>(v.begin(), v.end()); };
  grove::models::write_figure({{{.title = "a line", .series = {{"fit", list(x), list(line)}}}}}, "line.svg");
}
