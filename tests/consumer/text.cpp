// What fmt prints of Grove's: the second program of newest.sh.
#include <fmt/format.h>
#include <autodiff/autodiff.hpp>
#include <models/models.hpp>
#include <optim/optim.hpp>

#include <cstdio>
#include <string>

int main() {
  const Eigen::VectorXd at = Eigen::VectorXd::LinSpaced(3, 1, 3);
  std::string text;
  const auto loss = [&text](const auto& x) {
    if (text.empty()) text = fmt::format("{:.2f}\n", x[1]);
    return grove::sum(grove::square(x));
  };
  const grove::GradcheckReport report = grove::gradcheck_report(loss, at);
  text += fmt::format("{}\n{}\n", report, grove::tree::to_string(at));
  grove::tree::for_each_with_path([&text](const auto& path, const auto&) { text += fmt::format("'{}'\n", path); }, at);
  std::fputs(text.c_str(), stdout);
  return report.ok() && text.starts_with("2.00\n") && text.ends_with("''\n") ? 0 : 1;
}
