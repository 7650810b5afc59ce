#include "optim/training/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/catch.hpp"

#if __has_include(<sys/ioctl.h>) && __has_include(<unistd.h>)
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#define GROVE_TEST_TERMINALS 1
#endif

using namespace grove::optim;
using detail::progress_text;

namespace {

/// What a callback writes for these reports.
std::string written(const Callback& callback, std::FILE* file, const std::vector<Progress>& reports) {
  const int nothing = 0;
  for (const Progress& now : reports) callback(now, detail::Shown::of(nothing), detail::Shown::of(nothing));
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  return text;
}

}  // namespace

TEST_CASE("the progress line has percentage, loss, measure and the time left") {
  Progress now{.step = 3, .max_steps = 100, .value = 0.5, .gradient_norm = 0.125, .seconds = 2};
  CHECK(progress_text("warm-up", now) == "warm-up:  3 %  step 3/100  loss 0.5  |gradient| 0.125  2.0 s  1:05 min left");
  now.measure = 0.25;
  CHECK(progress_text("", now) == "3 %  step 3/100  loss 0.5  measure 0.25  |gradient| 0.125  2.0 s  1:05 min left");
  // The time that it may take counts if it is further.
  now.max_seconds = 4;
  CHECK(progress_text("", now) == "50 %  step 3/100  loss 0.5  measure 0.25  |gradient| 0.125  2.0 s  2.0 s left");
  now.last = true;
  CHECK(progress_text("", now) == "50 %  step 3/100  loss 0.5  measure 0.25  |gradient| 0.125  2.0 s");
  CHECK(progress_text("", {.step = 0, .max_steps = 0, .value = std::nan("")}) ==
        "0 %  step 0/0  loss nan  |gradient| 0  0.0 s");
}

TEST_CASE("durations read as on a clock") {
  CHECK(detail::duration_text(0) == "0.0 s");
  CHECK(detail::duration_text(59.9) == "59.9 s");
  CHECK(detail::duration_text(59.97) == "1:00 min");
  CHECK(detail::duration_text(125) == "2:05 min");
  CHECK(detail::duration_text(7380) == "2:03:00 h");
  CHECK(detail::duration_text(INFINITY) == "long");
}

TEST_CASE("the progress line fits narrow terminals, the least important left out first") {
  Progress now{
      .step = 123456, .max_steps = 1000000, .value = -1.23456789e-12, .gradient_norm = 1.25e-100, .seconds = 5000};
  now.measure = 1.23456789e100;
  for (const std::string title : {"", "warm-up", "a title that is longer than the whole line, Größe in µm"}) {
    for (std::size_t columns = 1; columns < 130; ++columns) {
      const std::string text = progress_text(title, now, columns);
      CHECK(detail::columns_of(text) <= columns);
      if (columns >= 47) {
        CHECK(text.find("12 %") != std::string::npos);
        CHECK(text.find("loss -1.23457e-12") != std::string::npos);
        CHECK(text.find("measure 1.23457e+100") != std::string::npos);
      }
    }
  }
  CHECK(progress_text("warm-up", {.step = 3, .max_steps = 100, .value = 0.5, .seconds = 2}, 47) ==
        "3 %  step 3/100  loss 0.5  1:05 min left");
  CHECK(detail::clipped("µµµ", 2) == "µµ");
}

TEST_CASE("into a file goes nothing, or a plain line now and then") {
  const std::vector<Progress> reports{{.step = 1, .max_steps = 4, .seconds = 1},
                                      {.step = 2, .max_steps = 4, .seconds = 2},
                                      {.step = 3, .max_steps = 4, .seconds = 12},
                                      {.step = 4, .max_steps = 4, .seconds = 13, .last = true}};
  std::FILE* const silent = std::tmpfile();
  CHECK(written(progress_line("fit", silent), silent, reports).empty());
  std::fclose(silent);
  std::FILE* const plain = std::tmpfile();
  CHECK(written(progress_line("fit", plain, 10), plain, reports) ==
        "fit:  25 %  step 1/4  loss 0  |gradient| 0  1.0 s  3.0 s left\n"
        "fit:  75 %  step 3/4  loss 0  |gradient| 0  12.0 s  4.0 s left\n"
        "fit:  100 %  step 4/4  loss 0  |gradient| 0  13.0 s\n");
  std::fclose(plain);
  CHECK_THROWS_WITH(progress_line("", stderr, -1), "progress_line: plain_seconds must not be negative, got -1");
}

#if GROVE_TEST_TERMINALS
TEST_CASE("on a terminal of 48 columns the line is rewritten in place") {
  const int reader = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (reader < 0 || ::grantpt(reader) != 0 || ::unlockpt(reader) != 0) return;  // no terminals to be had here
  const int screen = ::open(::ptsname(reader), O_RDWR | O_NOCTTY);
  REQUIRE(screen >= 0);
  winsize size{};
  size.ws_col = 48;
  size.ws_row = 24;
  REQUIRE(::ioctl(screen, TIOCSWINSZ, &size) == 0);
  std::FILE* const out = ::fdopen(screen, "w");
  const Callback line = progress_line("warm-up", out);
  const int nothing = 0;
  for (std::int64_t step = 1; step <= 3; ++step) {
    line({.step = step, .max_steps = 3, .value = 0.123456789, .seconds = double(step), .last = step == 3},
         detail::Shown::of(nothing), detail::Shown::of(nothing));
  }
  std::string text;
  char some[256];
  while (text.find('\n') == std::string::npos) {
    const auto got = ::read(reader, some, sizeof some);
    REQUIRE(got > 0);
    text.append(some, static_cast<std::size_t>(got));
  }
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  std::size_t lines = 0;
  for (std::size_t at = text.find("\x1b[2K"); at != std::string::npos; at = text.find("\x1b[2K", at + 1), ++lines) {
    const std::size_t end = text.find('\r', at);
    CHECK(text.substr(at + 4, end - at - 4).size() < 48);
    CHECK(text.substr(at + 4, end - at - 4).find("loss 0.123457") != std::string::npos);
  }
  CHECK(lines == 3);
  std::fclose(out);
  ::close(reader);
}
#endif
