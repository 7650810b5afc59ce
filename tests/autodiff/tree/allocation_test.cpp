// What is promised to allocate nothing does not, counted where malloc can be replaced.
#include <cstddef>
#include <random>

#include "autodiff/tree/tree.hpp"
#include "tests/autodiff/tree/fixtures.hpp"
#include "tests/catch.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GROVE_TEST_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GROVE_TEST_SANITIZED
#endif

#if defined(__GLIBC__) && !defined(GROVE_TEST_SANITIZED)

namespace tree = grove::tree;

namespace {
std::size_t allocations = 0;
}

// Eigen allocates by malloc, and operator new calls it.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}

namespace {

template <class F>
std::size_t allocations_of(F&& f) {
  const std::size_t before = allocations;
  f();
  return allocations - before;
}

}  // namespace

TEST_CASE("the counter counts") {
  CHECK(allocations_of([] { Eigen::VectorXd x(100); }) == 1);
  CHECK(allocations_of([] { std::vector<int> x(100); }) >= 1);
}

TEST_CASE("for_each and map of a temporary allocate nothing, whatever the tree") {
  fixtures::Zoo zoo = fixtures::make_zoo();
  const fixtures::Zoo other = fixtures::make_zoo();
  CHECK(allocations_of([&] { tree::for_each([](auto& x, const auto& y) { x += y; }, zoo, other); }) == 0);
  CHECK(allocations_of(
            [&] { zoo = tree::map([](const auto& x, const auto& y) { return x - y; }, std::move(zoo), other); }) == 0);
  CHECK(allocations_of([&] { zoo = tree::axpy(0.5, other, tree::zeros_like(std::move(zoo))); }) == 0);
}

TEST_CASE("map of a named tree allocates as often as a copy of it") {
  const fixtures::Net net = fixtures::make_net();
  const std::size_t of_copy = allocations_of([&] { fixtures::Net copy = net; });
  CHECK(allocations_of([&] { fixtures::Net copy = tree::scale(2, net); }) == of_copy);
}

TEST_CASE("sums, norms, comparisons and flattening into a vector allocate nothing") {
  fixtures::Zoo zoo = fixtures::make_zoo();
  Eigen::VectorXd vector = tree::flatten(zoo);
  double sum = 0;
  CHECK(allocations_of([&] {
          sum += tree::dot(zoo, zoo) + tree::global_norm(zoo) + static_cast<double>(tree::size(zoo));
          sum += tree::all_finite(zoo) + tree::equal(zoo, zoo) + tree::same_structure(zoo, zoo);
          tree::check_same_structure("f", zoo, zoo);
          tree::flatten_into(zoo, vector);
          tree::unflatten_into(vector, zoo);
          tree::detail::visit_leaves([&](auto& leaf, const auto&) { leaf = leaf; }, zoo, zoo);
        }) == 0);
  CHECK(sum > 0);
}

TEST_CASE("match_structure allocates nothing for trees that agree") {
  fixtures::Zoo zoo = fixtures::make_zoo();
  const fixtures::Zoo other = fixtures::make_zoo();
  CHECK(allocations_of([&] { tree::detail::match_structure(zoo, other); }) == 0);
}

#else

TEST_CASE("allocations cannot be counted here") { SUCCEED(); }

#endif
