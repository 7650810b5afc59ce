// Peak memory on Linux: the high-water mark of a child process, which starts at what the parent holds resident.
#include "memory.hpp"

#ifdef __linux__

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace benchmarks {
namespace {

double status_megabytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == key && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

}  // namespace

std::optional<double> peak_megabytes(const std::function<void()>& compute) {
  int channel[2];
  if (pipe(channel) != 0) return std::nullopt;
  std::fflush(nullptr);  // or the child might print again what the parent has buffered
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    const double before = status_megabytes("VmRSS:");
    compute();
    const double grown = status_megabytes("VmHWM:") - before;
    const bool sent = write(channel[1], &grown, sizeof grown) == sizeof grown;
    _exit(sent ? 0 : 1);
  }
  close(channel[1]);
  double grown = 0;
  const bool received = read(channel[0], &grown, sizeof grown) == sizeof grown;
  close(channel[0]);
  waitpid(child, nullptr, 0);
  return received ? std::optional(grown) : std::nullopt;
}

}  // namespace benchmarks

#else

namespace benchmarks {

std::optional<double> peak_megabytes(const std::function<void()>&) { return std::nullopt; }

}  // namespace benchmarks

#endif
