// Refuses compilers that were told that NaN, infinity and rounding do not matter: a NaN loss would look converged, and
// functions that round by adding and subtracting would be wrong.
#pragma once

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(__ASSOCIATIVE_MATH__)
#error \
    "grove: a source file that includes Grove must be compiled without -ffast-math, -Ofast, -ffinite-math-only and -funsafe-math-optimizations: put -fno-fast-math after them for this file (CMake: set_source_files_properties(this.cpp PROPERTIES COMPILE_OPTIONS -fno-fast-math)), and keep numeric code that wants them in a source file of its own. -fno-math-errno and -fno-trapping-math are fine."
#endif
