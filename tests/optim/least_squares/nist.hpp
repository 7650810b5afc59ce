// The certified problems of nist.txt: data, models, and how many digits a fit has.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "autodiff/autodiff.hpp"

namespace nist {

struct Problem {
  std::string name, model, difficulty;
  Eigen::VectorXd starts[2], certified, deviations, y, x, z;
  double sum_of_squares = 0;
  double degrees_of_freedom = 0;
};

/// Problems that share a model.
inline std::string model_of(const std::string& name) {
  static const std::map<std::string, std::string> same{
      {"BoxBOD", "Misra1a"},    {"Chwirut2", "Chwirut1"}, {"Gauss2", "Gauss1"}, {"Gauss3", "Gauss1"},
      {"Lanczos2", "Lanczos1"}, {"Lanczos3", "Lanczos1"}, {"Thurber", "Hahn1"}};
  const auto found = same.find(name);
  return found == same.end() ? name : found->second;
}

inline std::vector<Problem> read_problems() {
  std::ifstream file;
  for (const std::string folder : {"least_squares/", "tests/optim/least_squares/"}) {
    file.open(folder + "nist.txt");
    if (file) break;
    file.clear();
  }
  if (!file) throw std::runtime_error("nist.txt was not found");
  std::vector<Problem> problems;
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    std::string key, word;
    if (!(in >> key) || key[0] == '#') continue;
    if (key == "problem") {
      problems.emplace_back();
      in >> problems.back().name;
      problems.back().model = model_of(problems.back().name);
      continue;
    }
    Problem& problem = problems.back();
    if (key == "difficulty") {
      in >> problem.difficulty;
      continue;
    }
    std::vector<double> numbers;
    while (in >> word) numbers.push_back(std::strtod(word.c_str(), nullptr));
    const Eigen::VectorXd column = Eigen::Map<Eigen::VectorXd>(numbers.data(), Eigen::Index(numbers.size()));
    if (key == "sum_of_squares") problem.sum_of_squares = numbers[0];
    if (key == "degrees_of_freedom") problem.degrees_of_freedom = numbers[0];
    if (key == "first_start") problem.starts[0] = column;
    if (key == "second_start") problem.starts[1] = column;
    if (key == "certified") problem.certified = column;
    if (key == "deviations") problem.deviations = column;
    if (key == "y") problem.y = problem.name == "Nelson" ? Eigen::VectorXd(column.array().log()) : column;
    if (key == "x") problem.x = column;
    if (key == "z") problem.z = column;
  }
  return problems;
}

/// The models, each for one row: f(params, x, z).
template <class T>
using Model = T (*)(const T* b, double x, double z);

template <class T>
Model<T> model(const std::string& name) {
  using std::atan, std::cos, std::exp, std::pow, std::sin, std::sqrt;
  static const std::map<std::string, Model<T>> models{
      {"Misra1a", [](const T* b, double x, double) -> T { return b[0] * (1.0 - exp(-b[1] * x)); }},
      {"Misra1b",
       [](const T* b, double x, double) -> T {
         const T s = 1.0 + b[1] * x / 2.0;
         return b[0] * (1.0 - 1.0 / (s * s));
       }},
      {"Misra1c", [](const T* b, double x, double) -> T { return b[0] * (1.0 - 1.0 / sqrt(1.0 + 2.0 * b[1] * x)); }},
      {"Misra1d", [](const T* b, double x, double) -> T { return b[0] * b[1] * x / (1.0 + b[1] * x); }},
      {"Chwirut1", [](const T* b, double x, double) -> T { return exp(-b[0] * x) / (b[1] + b[2] * x); }},
      {"DanWood", [](const T* b, double x, double) -> T { return b[0] * exp(b[1] * std::log(x)); }},
      {"Bennett5", [](const T* b, double x, double) -> T { return b[0] * pow(b[1] + x, -1.0 / b[2]); }},
      {"ENSO",
       [](const T* b, double x, double) -> T {
         const double w = 2 * 3.14159265358979323846 * x;
         return b[0] + b[1] * std::cos(w / 12) + b[2] * std::sin(w / 12) + b[4] * cos(w / b[3]) + b[5] * sin(w / b[3]) +
                b[7] * cos(w / b[6]) + b[8] * sin(w / b[6]);
       }},
      {"Eckerle4",
       [](const T* b, double x, double) -> T {
         const T s = (x - b[2]) / b[1];
         return b[0] / b[1] * exp(-0.5 * s * s);
       }},
      {"Gauss1",
       [](const T* b, double x, double) -> T {
         const T s = (x - b[3]) / b[4], t = (x - b[6]) / b[7];
         return b[0] * exp(-b[1] * x) + b[2] * exp(-s * s) + b[5] * exp(-t * t);
       }},
      {"Hahn1",
       [](const T* b, double x, double) -> T {
         return (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6])));
       }},
      {"Kirby2",
       [](const T* b, double x, double) -> T {
         return (b[0] + x * (b[1] + x * b[2])) / (1.0 + x * (b[3] + x * b[4]));
       }},
      {"Lanczos1",
       [](const T* b, double x, double) -> T {
         return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x);
       }},
      {"MGH09",
       [](const T* b, double x, double) -> T { return b[0] * (x * x + b[1] * x) / (x * x + b[2] * x + b[3]); }},
      {"MGH10", [](const T* b, double x, double) -> T { return b[0] * exp(b[1] / (x + b[2])); }},
      {"MGH17", [](const T* b, double x, double) -> T { return b[0] + b[1] * exp(-b[3] * x) + b[2] * exp(-b[4] * x); }},
      {"Nelson", [](const T* b, double x, double z) -> T { return b[0] - b[1] * x * exp(-b[2] * z); }},
      {"Rat42", [](const T* b, double x, double) -> T { return b[0] / (1.0 + exp(b[1] - b[2] * x)); }},
      {"Rat43", [](const T* b, double x, double) -> T { return b[0] * pow(1.0 + exp(b[1] - b[2] * x), -1.0 / b[3]); }},
      {"Roszman1", [](const T* b, double x, double) -> T {
         return b[0] - b[1] * x - atan(b[2] / (x - b[3])) / 3.14159265358979323846;
       }}};
  return models.at(name);
}

/// Residuals of a problem, for params of any scalar.
inline constexpr auto residuals = [](const auto& b, const Problem& problem) {
  using T = grove::scalar_t<std::remove_cvref_t<decltype(b)>>;
  const Model<T> f = model<T>(problem.model);
  std::vector<T> params;
  for (Eigen::Index k = 0; k < b.size(); ++k) params.push_back(b(k));
  std::vector<T> r;
  for (Eigen::Index i = 0; i < problem.y.size(); ++i)
    r.push_back(f(params.data(), problem.x(i), problem.z.size() == 0 ? 0.0 : problem.z(i)) - problem.y(i));
  return r;
};

/// The sum of their squares, a loss.
inline constexpr auto sum_of_squares = [](const auto& b, const Problem& problem) {
  grove::scalar_t<std::remove_cvref_t<decltype(b)>> sum = 0;
  for (const auto& r : residuals(b, problem)) sum += r * r;
  return sum;
};

inline double digits(double x, double certified) {
  const double error = std::abs(x - certified) / std::abs(certified);
  return !(error < 1) ? 0.0 : error == 0 ? 11.0 : std::min(11.0, -std::log10(error));
}

/// Orders of the params that give the same curve: terms of a sum may change places.
inline std::vector<std::vector<int>> orders(const Problem& problem) {
  if (problem.model == "Lanczos1") {
    return {{0, 1, 2, 3, 4, 5}, {0, 1, 4, 5, 2, 3}, {2, 3, 0, 1, 4, 5},
            {2, 3, 4, 5, 0, 1}, {4, 5, 0, 1, 2, 3}, {4, 5, 2, 3, 0, 1}};
  }
  if (problem.model == "Gauss1") return {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 5, 6, 7, 2, 3, 4}};
  if (problem.model == "MGH17") return {{0, 1, 2, 3, 4}, {0, 2, 1, 4, 3}};
  if (problem.model == "ENSO") return {{0, 1, 2, 3, 4, 5, 6, 7, 8}, {0, 1, 2, 6, 7, 8, 3, 4, 5}};
  std::vector<int> as_is;
  for (int k = 0; k < problem.certified.size(); ++k) as_is.push_back(k);
  return {as_is};
}

/// Digits of the worst entry, in the order of the terms that is closest.
inline double digits(const Problem& problem, const Eigen::VectorXd& found, const Eigen::VectorXd& certified) {
  double best = 0;
  for (const std::vector<int>& order : orders(problem)) {
    double worst = 11;
    for (std::size_t k = 0; k < order.size(); ++k)
      worst = std::min(worst, digits(found(order[k]), certified(static_cast<Eigen::Index>(k))));
    best = std::max(best, worst);
  }
  return best;
}

}  // namespace nist
