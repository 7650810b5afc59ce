// Values and slopes against numbers computed with 80 digits, where naive formulas lose them or overflow.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "autodiff/autodiff.hpp"
#include "tests/catch.hpp"

namespace grove {
namespace {

struct Reference {
  const char* function;
  double x, value, slope;
};

const Reference references[] = {
    {"erfcx", -20.3, 1.85970065132647215e+179, -7.5503846443854772e+180},
    {"erfcx", -5.1, 395393449413.725055, -4033013184021.12366},
    {"erfcx", -0.3, 1.45374923284276555, -2.00062870680117187},
    {"erfcx", 1e-09, 0.999999998871620834, -1.12837916509551258},
    {"erfcx", 0.2, 0.809019519901580733, -0.804771359134880263},
    {"erfcx", 0.9, 0.456531651323117033, -0.306622194713901895},
    {"erfcx", 1.1, 0.401730460636495075, -0.244572153695223338},
    {"erfcx", 3.3, 0.164007297572932631, -0.0459310031141572669},
    {"erfcx", 10.0, 0.0561409927438225859, -0.00555931221906085675},
    {"erfcx", 300.0, 0.00188062149737806449, -6.2686686738802135e-6},
    {"erfcx", 100000.0, 5.64189583519546808e-6, -5.64189583463127849e-11},
    {"digamma", -5.1, 11.3929159508926001, 103.177737033728402},
    {"digamma", -0.3, 2.11330977963539887, 13.9451602678057225},
    {"digamma", 1e-09, -1000000000.5772156, 999999999999999877.0},
    {"digamma", 0.2, -5.289039896592188, 26.2673772054237763},
    {"digamma", 0.9, -0.754926949947051349, 1.92253995947720345},
    {"digamma", 1.46, -0.00158056198708345211, 0.969119621509887895},
    {"digamma", 1.47, 0.00806648901136486844, 0.960316209051150702},
    {"digamma", 2.5, 0.703156640645243187, 0.490357756100234865},
    {"digamma", 5.0, 1.50611766843180047, 0.221322955737115325},
    {"digamma", 9.99, 2.25070037283120112, 0.105276950148241784},
    {"digamma", 11.5, 2.39823912953578161, 0.0908466612745462343},
    {"digamma", 300.0, 5.70211488206463727, 0.00333889506171467775},
    {"digamma", 1000000000.0, 20.7232658364464112, 1.0000000005e-9},
    {"trigamma", -5.1, 103.177737033728402, 1998.62802221604706},
    {"trigamma", -0.3, 13.9451602678057225, 67.63908119988316},
    {"trigamma", 1e-09, 999999999999999877.0, -1.99999999999999963e+27},
    {"trigamma", 0.2, 26.2673772054237763, -251.478036114435891},
    {"trigamma", 1.5, 0.934802200544679309, -0.828796644234319996},
    {"trigamma", 5.0, 0.221322955737115325, -0.0487897322451144967},
    {"trigamma", 13.5, 0.0768852246015783704, -0.00590843658578824079},
    {"trigamma", 300.0, 0.00333889506171467775, -0.0000111482098763145887},
    {"lgamma", -5.1, -2.63991581673655224, 11.3929159508926001},
    {"lgamma", 1e-09, 20.7232658363691954, -1000000000.5772156},
    {"lgamma", 0.5, 0.572364942924700087, -1.96351002602142348},
    {"lgamma", 1.001, -0.000576393598283306152, -0.575571931810300652},
    {"lgamma", 1.999, -0.000422461800692107284, 0.422139198892355646},
    {"lgamma", 4.2, 2.04855563696059004, 1.31133889128659963},
    {"lgamma", 30.0, 71.257038967168009, 3.38443813268552488},
    {"lgamma", 1000000000.0, 19723265827.5037168, 20.7232658364464112},
    {"softplus", -700.0, 9.85967654375977086e-305, 9.85967654375977086e-305},
    {"softplus", -40.0, 4.24835425529158899e-18, 4.24835425529158898e-18},
    {"softplus", -1e-09, 0.69314718005994531, 0.49999999975},
    {"softplus", 0.3, 0.854355244468527112, 0.574442516811658984},
    {"softplus", 40.0, 40.0, 0.999999999999999996},
    {"softplus", 800.0, 800.0, 1.0},
    {"log_sigmoid", -800.0, -800.0, 1.0},
    {"log_sigmoid", -40.0, -40.0, 0.999999999999999996},
    {"log_sigmoid", -0.3, -0.854355244468527112, 0.574442516811658984},
    {"log_sigmoid", 1e-09, -0.69314718005994531, 0.49999999975},
    {"log_sigmoid", 40.0, -4.24835425529158899e-18, 4.24835425529158898e-18},
    {"log_sigmoid", 700.0, -9.85967654375977086e-305, 9.85967654375977086e-305},
    {"logistic", -700.0, 9.85967654375977086e-305, 9.85967654375977086e-305},
    {"logistic", -40.0, 4.24835425529158898e-18, 4.24835425529158896e-18},
    {"logistic", -1e-09, 0.49999999975, 0.25},
    {"logistic", 0.3, 0.574442516811658984, 0.244458311690745869},
    {"logaddexp with 1", -700.0, 1.0, 3.62717229704952238e-305},
    {"logaddexp with 1", -40.0, 1.0, 1.56288218933498877e-18},
    {"logaddexp with 1", 0.5, 1.47407698418010668, 0.377540668798145435},
    {"logaddexp with 1", 1.0, 1.69314718055994531, 0.5},
    {"logaddexp with 1", 40.0, 40.0, 0.999999999999999988},
    {"logaddexp with 1", 800.0, 800.0, 1.0},
    {"gelu exact", -5.0, -1.43325785939596956e-6, -7.14694600179229463e-6},
    {"gelu exact", -0.3, -0.114626573343314206, 0.267672233172890145},
    {"gelu exact", 0.3, 0.185373426656685783, 0.732327766827109855},
    {"gelu exact", 5.0, 4.9999985667421406, 1.00000714694600179},
    {"expm1", -1e-09, -9.99999999500000062e-10, 0.999999999},
    {"expm1", 1e-12, 1.00000000000049998e-12, 1.000000000001},
    {"log1p", -1e-09, -1.00000000050000006e-9, 1.000000001},
    {"log1p", 1e-12, 9.9999999999949998e-13, 0.999999999999},
};

using Function = Var<double> (*)(const Var<double>&);
const std::map<std::string, Function> functions = {
    {"erfcx", [](const auto& x) { return erfcx(x); }},
    {"digamma", [](const auto& x) { return digamma(x); }},
    {"trigamma", [](const auto& x) { return polygamma(1, x); }},
    {"lgamma", [](const auto& x) { return lgamma(x); }},
    {"softplus", [](const auto& x) { return softplus(x); }},
    {"log_sigmoid", [](const auto& x) { return log_sigmoid(x); }},
    {"logistic", [](const auto& x) { return logistic(x); }},
    {"logaddexp with 1", [](const auto& x) { return logaddexp(x, 1); }},
    {"gelu exact", [](const auto& x) { return gelu<Gelu::exact>(x); }},
    {"expm1", [](const auto& x) { return expm1(x); }},
    {"log1p", [](const auto& x) { return log1p(x); }},
};

/// The distance in units of the last place of the right number.
double ulps(double found, double right) {
  const double unit = std::nextafter(std::abs(right), INFINITY) - std::abs(right);
  return std::abs(found - right) / unit;
}

TEST_CASE("special functions and their slopes are right to a few units of the last place") {
  for (const auto& [name, x, value, slope] : references) {
    INFO(name << " at " << x);
    const Function f = functions.at(name);
    CHECK(ulps(evaluate(f, x), value) < 8);
    CHECK(ulps(grad(f)(x), slope) < 16);
  }
}

TEST_CASE("functions of whole arrays are right to a few units, at every place in an array of any size") {
  const auto worst = [](const auto& in_place, const auto& exact, double from, double to) {
    Eigen::ArrayXd x = Eigen::ArrayXd::LinSpaced(4001, from, to);
    const Eigen::ArrayXd arguments = x;
    in_place(x.data(), 4001);
    double result = 0;
    for (Eigen::Index k = 0; k < 4001; ++k) {
      double alone[17] = {};
      alone[k % 17] = arguments[k];
      in_place(alone, static_cast<std::size_t>(k % 17 + 1));
      if (alone[k % 17] != x[k]) return 1e300;
      result = std::max(result, ulps(x[k], static_cast<double>(exact(static_cast<long double>(arguments[k])))));
    }
    return result;
  };
  const auto exp_exact = [](long double x) { return std::exp(x); };
  const auto tanh_exact = [](long double x) { return std::tanh(x); };
  const auto logistic_exact = [](long double x) { return 1 / (1 + std::exp(-x)); };
  for (const double range : {745.0, 20.0, 1.0, 1e-4, 1e-12}) {
    CAPTURE(range);
    CHECK(worst(detail::exp_in_place, exp_exact, -range, range * 0.95) <= 1);
    CHECK(worst(detail::tanh_in_place, tanh_exact, -range, range) < 3);
    CHECK(worst(detail::logistic_in_place, logistic_exact, -range * 0.95, range) < 3);
  }
}

TEST_CASE("functions of single doubles are right to a few units, and at the ends of their range") {
  double exp_error = 0, tanh_error = 0, logistic_error = 0;
  for (const double range : {700.0, 20.0, 1.0, 0.05, 1e-4, 1e-12}) {
    for (int k = -2000; k <= 2000; ++k) {
      const double x = range * k / 2000;
      const long double exact = x;
      exp_error = std::max(exp_error, ulps(exp(x), static_cast<double>(std::exp(exact))));
      tanh_error = std::max(tanh_error, ulps(tanh(x), static_cast<double>(std::tanh(exact))));
      logistic_error = std::max(logistic_error, ulps(logistic(x), static_cast<double>(1 / (1 + std::exp(-exact)))));
    }
  }
  CHECK(exp_error <= 1);
  CHECK(tanh_error < 4);
  CHECK(logistic_error < 3);
  for (const double x : {0.0, -0.0, 1e-310, -1e-310, 25.0, -1e308}) {
    CAPTURE(x);
    CHECK(tanh(x) == std::tanh(x));
    CHECK(std::signbit(tanh(x)) == std::signbit(x));
  }
  CHECK(exp(0.0) == 1);
  CHECK(exp(709.7) == std::exp(709.7));
  CHECK(exp(-745.1) == std::exp(-745.1));
  CHECK(exp(709.8) == INFINITY);
  CHECK(exp(-745.2) == 0);
  CHECK(exp(-INFINITY) == 0);
  CHECK(std::isnan(exp(std::nan(""))));
  CHECK(std::isnan(tanh(std::nan(""))));
  CHECK(grad([](const auto& x) { return exp(x); })(-0.7) == exp(-0.7));
}

TEST_CASE("polygamma is right at both sides of zero") {
  CHECK(ulps(polygamma(2, -1.2), 246.72729169898594) < 32);
  CHECK(ulps(polygamma(3, -1.2), 3768.26441058900459) < 32);
  CHECK(ulps(polygamma(5, 0.7), 1025.32835414347191) < 32);
  CHECK(ulps(polygamma(4, 100.0), -6.1209999300119967e-8) < 32);
  CHECK(std::isnan(polygamma(-1, 1.0)));
  CHECK(std::isnan(polygamma(41, 1.0)));
}

TEST_CASE("every further derivative of erfcx and digamma has its own formula") {
  using D = Dual<double, 1>;
  using DDD = Dual<Dual<D, 1>, 1>;
  const DDD x(Dual<D, 1>(D(5.0, 1.0), D(1)), Dual<D, 1>(D(1)));
  CHECK(ulps(erfcx(x).tangent[0].tangent[0].tangent[0], -0.00451738088056373278) < 32);
  CHECK(ulps(digamma(x).tangent[0].tangent[0].tangent[0], 0.021427828192755075) < 32);
}

}  // namespace
}  // namespace grove
