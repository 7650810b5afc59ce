// Parameters are any struct: nested, with scalars, vectors, containers; the gradient is a struct of the same type.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <Eigen/Core>

#include <grove/autodiff.hpp>

template <class T = double>
struct Spring {
  T stiffness;
  T length;
};

template <class T = double>
struct Chain {
  std::vector<Spring<T>> springs;
  grove::Vector<T> positions;  // of the masses, from the wall on
  std::string material;        // not a number: it is carried along and has no gradient
};

int main() {
  // Energy of masses on a line, each tied to the one before it.
  auto energy = [](const auto& chain) {
    auto sum = grove::scalar_t<decltype(chain)>(0);
    for (std::size_t i = 0; i < chain.springs.size(); ++i) {
      const auto k = static_cast<Eigen::Index>(i);
      auto stretch = chain.positions[k] - chain.springs[i].length;
      if (i > 0) stretch -= chain.positions[k - 1];
      sum += 0.5 * chain.springs[i].stiffness * stretch * stretch;
    }
    return sum;
  };

  const Chain<> chain{{{2.0, 1.0}, {3.0, 0.5}}, Eigen::Vector2d(1.2, 1.9), "steel"};
  const auto [value, grads] = grove::value_and_grad(energy)(chain);
  fmt::print("energy {:.3f}, its gradient:\n{}\n", value, grove::tree::to_string(grads));

  grove::gradcheck(energy, chain);  // throws, naming the member, if a derivative is wrong
  // The force on the last mass: -3·(1.9 - 1.2 - 0.5)
  return std::abs(grads.positions[1] - 0.6) < 1e-12 ? 0 : 1;
}
