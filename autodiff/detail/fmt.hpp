// fmt's functions on strings, from the header that has them: core.h has none from 12.2 on, and format.h costs more
// before 11.
#pragma once

#if __has_include(<fmt/base.h>)
#include <fmt/format.h>
#else
#include <fmt/core.h>
#endif
