// Random programs on plain numbers, by the tape and in forward mode.
#include "random_programs.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>
#include <type_traits>

#include "tests/catch.hpp"

namespace {

using namespace grove::test;

/// Value and gradient by the tape agree with those of forward mode to `digits` decimals.
template <class S>
bool agree(const Inputs<S>& at, const Inputs<Dual<S, inputs, true>>& seeded, const Program& program, S digits) {
  const auto [value, grads] = grove::value_and_grad(run)(at, program);
  const auto expected = run(seeded, program);
  bool right = std::abs(value - expected.value) <= digits * (1 + std::abs(expected.value));
  if constexpr (std::is_same_v<S, double>) {  // plain floats are promoted beside the literals
    const double plain = run(at, program);
    right = right && std::abs(value - plain) <= digits * (1 + std::abs(plain));
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    const S slope = expected.tangent[static_cast<long>(i)];
    right = right && std::abs(grads.x[i] - slope) <= 100 * digits * (S(1e-3) + std::abs(slope));
  }
  return right;
}

#if defined(__OPTIMIZE__)  // what the optimiser makes of a statement is what may go wrong
constexpr int programs = 200000;
#else
constexpr int programs = 50000;
#endif

}  // namespace

TEST_CASE("random programs have the same value and derivatives on plain numbers, by the tape and in forward mode") {
  std::uint64_t random = 7;
  std::string wrong;
  for (int n = 0; n < programs && wrong.empty(); ++n) {
    const Program program = random_program(random);
    const auto [at, seeded] = random_point<double>(random);
    if (!agree(at, seeded, program, 1e-12)) wrong = text(program);
  }
  CHECK(wrong == "");
}

TEST_CASE("random programs in single precision") {
  std::uint64_t random = 11;
  std::string wrong;
  for (int n = 0; n < programs / 10 && wrong.empty(); ++n) {
    const Program program = random_program(random);
    const auto [at, seeded] = random_point<float>(random);
    if (!agree(at, seeded, program, 1e-5F)) wrong = text(program);
  }
  CHECK(wrong == "");
}

TEST_CASE("a tape that grows while it records gives the same bits") {
  std::uint64_t random = 13;
  std::string wrong;
  for (int n = 0; n < programs / 500 && wrong.empty(); ++n) {
    const Program program = random_program(random);
    Program repeated;
    for (int k = 0; k < 100; ++k) repeated.insert(repeated.end(), program.begin(), program.end());
    const Inputs<> at = random_point<double>(random).first;
    Inputs<> small{};
    std::thread([&] { small = grove::grad(run)(at, repeated); }).join();  // begins with an empty tape
    grove::grad(run)(at, repeated);
    const Inputs<> large = grove::grad(run)(at, repeated);
    if (std::memcmp(&small, &large, sizeof small) != 0) wrong = text(program);
  }
  CHECK(wrong == "");
}
