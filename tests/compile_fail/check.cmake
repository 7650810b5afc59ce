# cmake -DCOMPILER=… -DSTANDARD=… -DINCLUDES=a|b -DSOURCE=… -P check.cmake: see CMakeLists.txt.

string(REPLACE "|" ";-I" includes "-I${INCLUDES}")
set(command "${COMPILER}" "${STANDARD}" ${includes} -fsyntax-only "${SOURCE}")

file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be `// expect: <regular expression>`")
endif()
set(expected "${CMAKE_MATCH_1}")

execute_process(COMMAND ${command} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "it compiles, but was expected to fail with: ${expected}")
endif()
if(NOT output MATCHES "${expected}")
  message(NOTICE "${output}")
  message(FATAL_ERROR "the compiler does not say: ${expected}")
endif()

execute_process(COMMAND ${command} -DGROVE_FIXED RESULT_VARIABLE result OUTPUT_VARIABLE fixed ERROR_VARIABLE fixed)
if(NOT result EQUAL 0)
  message(NOTICE "${fixed}")
  message(FATAL_ERROR "with GROVE_FIXED it does not compile either")
endif()

# More would bury the one that helps.
string(REGEX MATCHALL "error: " errors "${output}")
list(LENGTH errors count)
if(count GREATER 2)
  message(NOTICE "${output}")
  message(FATAL_ERROR "${count} errors; at most 2 are expected")
endif()
message(STATUS "fails as expected, with ${count} error(s)")
