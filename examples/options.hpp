// The options of the main example.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#ifdef GROVE_HAS_CLI11
#include <CLI/CLI.hpp>
#else
#include <cstdio>
#endif

struct Options {
  std::string data = GROVE_EXAMPLE_DATA "/penguins.csv";
  char separator = ',';
  std::string target = "body_mass_g";
  std::vector<std::string> features = {"bill_length_mm", "bill_depth_mm", "flipper_length_mm", "species", "sex"};
  int epochs = 2000;
  double learning_rate = 0.05;
  double test_fraction = 0.2;
  std::uint64_t seed = 1;
  std::string figure = "13_penguins.svg";
};

#ifdef GROVE_HAS_CLI11
/// Fills `options`; an exit code if the program is to end here (--help, a bad option).
inline std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app(
      "Fits a linear regression to a CSV file by gradient descent and compares it with the least-squares solution.");
  app.option_defaults()->always_capture_default();
  app.add_option("--data", options.data, "CSV file with a header line");
  app.add_option("--separator", options.separator, "between the fields of a line");
  app.add_option("--target", options.target, "column to predict");
  app.add_option("--features", options.features, "columns to predict it from; categories become indicators")
      ->delimiter(',');
  app.add_option("--epochs", options.epochs, "passes over the training data")->check(CLI::Range(1, 10'000'000));
  app.add_option("--learning-rate", options.learning_rate, "of both optimizers, at the start");
  app.add_option("--test-fraction", options.test_fraction, "share of the rows held back");
  app.add_option("--seed", options.seed, "of the split into train and test");
  app.add_option("--figure", options.figure, "file to draw into, .svg or .png; empty for none");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return std::nullopt;
}
#else
inline std::optional<int> parse_options(int argc, char** /*argv*/, Options& /*options*/) {
  if (argc == 1) return std::nullopt;
  std::fputs("options need CLI11 (libcli11-dev), which was not found when this was built\n", stderr);
  return 2;
}
#endif
