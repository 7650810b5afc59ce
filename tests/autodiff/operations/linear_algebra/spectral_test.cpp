#include "autodiff/operations/linear_algebra/spectral.hpp"

#include "autodiff/gradcheck/gradcheck.hpp"
#include "tests/autodiff/derivatives.hpp"

using Eigen::MatrixXd;
using Eigen::VectorXd;
using namespace grove_test;

namespace {

enum Function { square_root, logarithm, exponential, power, hyperbolic_tangent, projector };
constexpr Function all_functions[] = {square_root, logarithm, exponential, power, hyperbolic_tangent, projector};

/// One of the functions that have names, chosen at run time.
template <class A>
auto apply(Function which, const A& a) {
  switch (which) {
    case square_root:
      return grove::sqrtm(a);
    case logarithm:
      return grove::logm(a);
    case exponential:
      return grove::expm(a);
    default:
      return grove::powm(a, -0.7);
  }
}

/// The functions as one, so that derivatives of all orders are compiled once.
struct Chosen {
  Function which;

  auto operator()(const auto& x) const {
    using S = std::remove_cvref_t<decltype(x)>;
    switch (which) {
      case square_root:
        return S(grove::detail::SquareRoot()(x));
      case logarithm:
        return S(grove::detail::Logarithm()(x));
      case exponential:
        return S(grove::detail::Exponential()(x));
      case power:
        return S(grove::detail::PowerOf{-0.7}(x));
      default:
        return S(grove::tanh(x));
    }
  }
  double difference(double low, double high) const {
    switch (which) {
      case square_root:
        return grove::detail::SquareRoot().difference(low, high);
      case logarithm:
        return grove::detail::Logarithm().difference(low, high);
      case exponential:
        return grove::detail::Exponential().difference(low, high);
      default:
        return grove::detail::divided_difference([this](const auto& x) { return (*this)(x); }, std::array{low, high});
    }
  }
};
auto loss_of(Function which) {
  return [which](const auto& x) {
    return which == projector ? weigh(grove::eigenspace_projector(x, 0, 2)) : weigh(grove::spectral(Chosen{which}, x));
  };
}

/// A rotation that leaves no element zero.
MatrixXd rotation(Eigen::Index n) {
  return Eigen::HouseholderQR<MatrixXd>(sample(n, n)).householderQ() * MatrixXd::Identity(n, n);
}
MatrixXd with_eigenvalues(const VectorXd& values) {
  const MatrixXd q = rotation(values.size());
  return q * values.asDiagonal() * q.transpose();
}

const MatrixXd a{{2, 0.5, 0.25}, {0.5, 3, -0.75}, {0.25, -0.75, 1.5}};
const MatrixXd direction{{0.3, -0.2, 0.5}, {-0.2, 0.1, 0.4}, {0.5, 0.4, -0.6}};

struct Recorded {
  Function which;
  MatrixXd value, derivative;
};
/// scipy 1.14: values of the functions at `a`, and their derivatives along `direction` (Fréchet derivatives:
/// expm_frechet, the Sylvester equation for the root, and the blocks of logm and fractional_matrix_power of [[A, E],
/// [0, A]]).
const Recorded recorded[] = {
    {square_root,
     MatrixXd{{1.3991958095675741, 0.17096381330172883, 0.1141159981329231},
              {0.17096381330172883, 1.7029446475282846, -0.26599041711327859},
              {0.1141159981329231, -0.26599041711327859, 1.1900532076231005}},
     MatrixXd{{0.099508713913020685, -0.061063310496813052, 0.18584108485913498},
              {-0.061063310496813052, 0.052992790876676493, 0.11204980047445233},
              {0.18584108485913498, 0.11204980047445233, -0.24486574706114825}}},
    {logarithm,
     MatrixXd{{0.6481737083233341, 0.2409055124406797, 0.2036340979413277},
              {0.2409055124406797, 1.0190762775767082, -0.38908538256801467},
              {0.2036340979413277, -0.38908538256801467, 0.29635974025467104}},
     MatrixXd{{0.1261471880935946, -0.072899389834154601, 0.28812019951748558},
              {-0.072899389834154601, 0.093832105425389181, 0.11665497473964637},
              {0.28812019951748558, 0.11665497473964637, -0.4199792935189835}}},
    {exponential,
     MatrixXd{{8.7417105262556323, 6.2472215680179275, -0.11189643511066993},
              {6.2472215680179275, 25.55016328778434, -8.2923299456536856},
              {-0.11189643511066993, -8.2923299456536856, 6.8084985837305529}},
     MatrixXd{{1.8539047326388827, -3.6082390964725519, 4.9340526333947521},
              {-3.6082390964725519, -4.3585940631599671, 8.0444938554621341},
              {4.9340526333947521, 8.0444938554621341, -5.6475293519029117}}},
    {power,
     MatrixXd{{0.65213228728530925, -0.10894096573919111, -0.11946337348774952},
              {-0.10894096573919111, 0.52090754329779787, 0.18507574548150504},
              {-0.11946337348774952, 0.18507574548150504, 0.84773044051537239}},
     MatrixXd{{-0.040310740827761968, 0.02185767448109786, -0.15167116399936617},
              {0.02185767448109786, -0.048021021090187584, -0.021255160694723576},
              {-0.15167116399936617, -0.021255160694723576, 0.25259577441539366}}},
};

}  // namespace

TEST_CASE("spectral: values and derivatives along a direction are those of scipy") {
  for (const auto& [which, value, derivative] : recorded) {
    INFO(which);
    CHECK(relative_difference(apply(which, a), value) < 1e-13);
    const auto f = [which = which](const auto& x) { return apply(which, x); };
    const auto [y, tangent] = grove::jvp(f)(a, direction);
    CHECK(relative_difference(y, value) < 1e-13);
    CHECK(relative_difference(tangent, derivative) < 1e-13);
    // The derivative is its own adjoint.
    const auto along = [which = which](const auto& x) {
      return grove::sum(apply(which, x).array() * direction.array());
    };
    CHECK(relative_difference(grove::grad(along)(a), derivative) < 1e-13);
  }
}

TEST_CASE("spectral: first and second derivatives at all kinds of eigenvalues") {
  const std::vector<MatrixXd> inputs = {
      a,
      2 * MatrixXd::Identity(3, 3),                            // eigh-equal-values.cpp
      with_eigenvalues(VectorXd{{0.7, 0.7, 2.0}}),             // an equal pair in a generic basis
      VectorXd{{0.5, 0.5, 3.0}}.asDiagonal().toDenseMatrix(),  // and along the axes
      with_eigenvalues(VectorXd{{0.7, 0.7 + 1e-9, 2.0}}),      // nearly equal
      with_eigenvalues(VectorXd{{0.7, 0.7 * (1 + 1e-3), 2.0, 2.0 + 1e-5}}),
      MatrixXd::Identity(3, 3) + MatrixXd::Constant(3, 3, 0.25),  // 1 + rank one
      MatrixXd::Constant(1, 1, 1.3),
  };
  for (const MatrixXd& x : inputs) {
    for (const Function which : all_functions) {
      if (which == projector && (x.rows() < 3 || x.isDiagonal())) continue;
      INFO("function " << which << " at\n" << x);
      const auto f = loss_of(which);
      CHECK(gradient_error(f, x) < 1e-8);
      const double scale = which == projector ? 100 : 1;  // second derivatives of ten thousands, differences of those
      CHECK(hessian_error(f, x) < scale * 1e-7);
      // Forward mode, in the directions of the elements.
      const MatrixXd forward = grove::jacfwd(f)(x).reshaped(x.rows(), x.cols());
      CHECK(relative_difference(forward, grove::grad(f)(x)) < 1e-12);
    }
  }
}

TEST_CASE("spectral: eigh-equal-values.cpp, the root at 2 I") {
  const auto f = [](const auto& x) { return grove::sqrtm(x)(0, 1); };
  const MatrixXd gradient = grove::grad(f)(MatrixXd(2 * MatrixXd::Identity(2, 2)));
  const double expected = 1 / (4 * std::sqrt(2.0));
  CHECK(relative_difference(gradient, MatrixXd{{0, expected}, {expected, 0}}) < 1e-15);
}

TEST_CASE("spectral: is what it says, on plain matrices, floats and matrices of static size") {
  const MatrixXd root = grove::sqrtm(a), inverse = grove::powm(a, -1);
  CHECK(relative_difference(root * root, a) < 1e-14);
  CHECK(relative_difference(grove::expm(grove::logm(a)), a) < 1e-14);
  CHECK(relative_difference(inverse * a, MatrixXd::Identity(3, 3)) < 1e-14);
  CHECK(relative_difference(grove::powm(a, 2), a * a) < 1e-14);
  CHECK(relative_difference(grove::powm(MatrixXd(-a), 3), -a * a * a) < 1e-13);
  CHECK(grove::expm(MatrixXd(0, 0)).size() == 0);
  CHECK(relative_difference(grove::sqrtm(MatrixXd::Zero(2, 2).eval()), MatrixXd::Zero(2, 2)) == 0);
  MatrixXd skew = a;
  skew(0, 1) += 0.4;  // the symmetric part is what counts
  CHECK(relative_difference(grove::expm(skew), grove::expm(MatrixXd((skew + skew.transpose()) / 2))) < 1e-14);

  const Eigen::Matrix3d fixed = a;
  const Eigen::Matrix3d fixed_root = grove::sqrtm(fixed);
  CHECK(fixed_root.isApprox(root, 1e-14));
  const Eigen::MatrixXf single = a.cast<float>();
  const auto f = [](const auto& x) { return grove::sum(grove::square(grove::logm(x).array())); };
  CHECK(grove::grad(f)(single).isApprox(grove::grad(f)(a).cast<float>(), 1e-5f));
  const Eigen::MatrixXf equal = 2 * Eigen::MatrixXf::Identity(3, 3);
  CHECK(grove::grad(f)(equal).isApprox(std::log(2.f) * Eigen::MatrixXf::Identity(3, 3), 1e-6f));
  CHECK(grove::gradcheck_report(f, a).ok());
}

TEST_CASE("spectral: derivatives inside derivatives") {
  const MatrixXd equal = with_eigenvalues(VectorXd{{0.7, 0.7, 2.0}});
  for (const MatrixXd& x : {a, equal}) {
    const auto f = [](const auto& y) { return weigh(grove::logm(y)); };
    // Reverse over reverse against forward over reverse.
    const auto squared_gradient = [f](const auto& y) { return grove::sum(grove::square(grove::grad(f)(y).array())); };
    const MatrixXd g = grove::grad(f)(x);
    const MatrixXd nested = grove::grad(squared_gradient)(x), hvp = grove::hvp(f)(x, g);
    CHECK(relative_difference(nested, 2 * hvp) < 1e-12);
    // Reverse over forward, with numbers whose parts are variables.
    const auto slope = [](const auto& y) {
      using T = std::remove_cvref_t<decltype(y(0, 0) * 1.0)>;
      using D = grove::Dual<T, 1, true>;
      Eigen::Matrix<D, Eigen::Dynamic, Eigen::Dynamic> m(3, 3);
      for (Eigen::Index k = 0; k < 9; ++k) m(k % 3, k / 3) = D(y(k % 3, k / 3), T(direction(k % 3, k / 3)));
      return weigh(grove::logm(m)).tangent[0];
    };
    const MatrixXd reverse_over_forward = grove::grad(slope)(x), along = grove::hvp(f)(x, direction);
    CHECK(relative_difference(reverse_over_forward, along) < 1e-12);
    // Third order.
    CHECK(hessian_error(squared_gradient, x) < 1e-6);
  }
}

TEST_CASE("spectral: divided differences keep their digits at every gap") {
  using grove::detail::divided_difference;
  const auto inverse = [](const auto& x) { return 1 / x; };
  const auto cubed = [](const auto& x) { return x * x * x; };
  const auto sine = [](const auto& x) {
    using std::sin;
    return sin(x);
  };
  const auto relative = [](double x, double exact) { return std::abs(x - exact) / std::abs(exact); };
  for (double gap = 1; gap > 1e-17; gap /= 3) {
    const double x = 1.3, y = x + gap, z = x + 0.4 * gap;
    INFO("gap " << gap);
    CHECK(relative(divided_difference(inverse, std::array{x, y}), -1 / (x * y)) < 1e-13);
    CHECK(relative(divided_difference(inverse, std::array{x, y, z}), 1 / (x * y * z)) < 1e-12);
    CHECK(relative(divided_difference(inverse, std::array{y, x, z, x}), -1 / (x * x * y * z)) < 1e-10);
    CHECK(relative(divided_difference(cubed, std::array{y, x, x}), x + x + y) < 1e-12);
    // A function that varies faster than its argument: no scale is assumed.
    const double far = 1e5, half = gap / 2;
    const double exact = std::cos(far + half) * std::sin(half) / half;
    const double rounding = 1e-16 * far / gap;  // of far + gap itself
    CHECK(std::abs(divided_difference(sine, std::array{far, far + gap}) - exact) <
          1e-13 + std::min(10 * rounding, 2e-11));
  }
  for (const double high : {1.5, 1e3, 1e-3 + 1e-3 * 1e-7}) {
    const double low = 1e-3;
    CHECK(relative(grove::detail::Logarithm().difference(low, high),
                   static_cast<double>(std::log1p(static_cast<long double>(high - low) / low) / (high - low))) < 1e-15);
  }
  CHECK(grove::detail::Exponential().difference(-800.0, 700.0) == Approx(std::exp(700.0) / 1500).epsilon(1e-14));
}

TEST_CASE("eigenspace_projector: needs the gaps to the outside only") {
  const MatrixXd x = with_eigenvalues(VectorXd{{1, 1, 1, 4, 5}});
  const MatrixXd p = grove::eigenspace_projector(x, 0, 3);
  CHECK(relative_difference(p * p, p) < 1e-14);
  CHECK(p.trace() == Approx(3));
  CHECK(relative_difference(x * p, p) < 1e-14);
  const auto top = [](const auto& m) { return weigh(grove::eigenspace_projector(m, 3, 2)); };
  const auto both = [](const auto& m) {
    return weigh(grove::eigenspace_projector(m, 0, m.rows()) + grove::eigenspace_projector(m, 1, 0));
  };
  CHECK(gradient_error(top, x) < 1e-8);
  CHECK(relative_difference(grove::grad(both)(x), MatrixXd::Zero(5, 5)) == 0);
  // The same as through separate vectors.
  const MatrixXd apart = with_eigenvalues(VectorXd{{1, 2, 4, 7}});
  const auto direct = [](const auto& m) { return weigh(grove::eigenspace_projector(m, 1, 2)); };
  const auto by_vectors = [](const auto& m) {
    const auto vectors = grove::eigh(m).vectors.middleCols(1, 2);
    return weigh((vectors * vectors.transpose()).eval());
  };
  CHECK(relative_difference(grove::grad(direct)(apart), grove::grad(by_vectors)(apart)) < 1e-13);
  const MatrixXd bumps = sample(4, 4);
  CHECK(relative_difference(grove::hvp(direct)(apart, bumps), grove::hvp(by_vectors)(apart, bumps)) < 1e-12);
}

TEST_CASE("spectral: what has no value or no derivative is an error with the eigenvalue") {
  const MatrixXd indefinite = VectorXd{{-2, 1}}.asDiagonal().toDenseMatrix(), singular = MatrixXd::Zero(2, 2);
  const auto message = [](Function which, const MatrixXd& x) {
    return message_of<grove::Error>([&] { apply(which, x); });
  };
  CHECK(message(square_root, indefinite) == "sqrtm: eigenvalue 0 is -2; the matrix must be positive semidefinite");
  CHECK(message(logarithm, indefinite) == "logm: eigenvalue 0 is -2; the matrix must be positive definite");
  CHECK(message(logarithm, singular) == "logm: eigenvalue 0 is 0; the matrix must be positive definite");
  CHECK(message(power, indefinite) == "powm: eigenvalue 0 is -2; it has no such power");
  CHECK(message(exponential, 1e3 * MatrixXd::Identity(2, 2)) ==
        "expm: eigenvalue 0 is 1000; its exponential overflows");
  CHECK(message(square_root, MatrixXd(2, 3)) == "sqrtm: needs a square matrix, got 2×3");
  CHECK(message_of<grove::Error>([&] { grove::spectral([](const auto& x) { return 1 / x; }, singular); }) ==
        "spectral: eigenvalue 0 is 0; the function must be finite there");
  CHECK(message(exponential, MatrixXd::Constant(2, 2, std::nan(""))) ==
        "expm: the iteration does not converge; is there a NaN or an infinity in the matrix?");
  CHECK(message_of<grove::Error>([&] {
          grove::grad([](const auto& x) { return grove::sum(grove::sqrtm(x)); })(singular);
        }) == "sqrtm: eigenvalue 0 is 0, where there is no finite derivative; add a small multiple of the identity");
  CHECK(
      message_of<grove::Error>([&] { grove::eigenspace_projector(MatrixXd::Identity(3, 3).eval(), 1, 2); }) ==
      "eigenspace_projector: eigenvalue 1 is inside and 0 outside, but their gap is 0; take all of an equal group, or "
      "none");
  CHECK(message_of<grove::ShapeError>([&] { grove::eigenspace_projector(a, 1, 3); }) ==
        "eigenspace_projector: [1, 4) is outside [0, 3)");
}
