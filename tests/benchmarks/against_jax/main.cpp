// One training job of the table "Against JAX and PyTorch" (docs/performance.md): reads where it starts and its data
// from a file of measure.py, then trains anew for every line of its input and answers with the seconds of a processor
// that it took and the final loss.
#include <ctime>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include <optim/files/npz.hpp>

#include JOB_HEADER

int main(int, char** arguments) {
  struct {
    job::Params<> params;
    job::Data data;
  } input;
  grove::optim::load_npz(arguments[1], input);
  for (std::string line; std::getline(std::cin, line);) {
    const std::clock_t begin = std::clock();
    const auto params = job::train(input.params, input.data);
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::cout << fmt::format("{} {:.17g}\n", seconds, job::final_loss(params, input.data)) << std::flush;
  }
}
