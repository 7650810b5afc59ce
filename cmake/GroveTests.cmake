# Functions for Grove's tests.

# What every compiler builds takes a few minutes. The other four fifths of the time are for clang, which compiles three to
# five times as fast: what they judge is arithmetic, not the compiler.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(all ON)
else()
  set(all OFF)
endif()
option(GROVE_ALL_TESTS "Build all tests, not only those that compile quickly" ${all})

find_package(Catch2 REQUIRED)
find_package(Threads REQUIRED)

# One precompiled header (Catch2, Eigen, fmt) and one main() for all test programs. Catch2 2 defines its main() only where
# its header is first seen with CATCH_CONFIG_MAIN, so main.cpp cannot use the precompiled header; the empty file does.
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp" CONTENT "")
add_library(grove_test_main STATIC "${PROJECT_SOURCE_DIR}/tests/main.cpp" "${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp")
set_source_files_properties("${PROJECT_SOURCE_DIR}/tests/main.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
target_include_directories(grove_test_main PUBLIC "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(grove_test_main PUBLIC grove::models Threads::Threads grove_dev_warnings)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Test files need less than two gigabytes; collecting garbage below one costs a tenth of the time.
  target_compile_options(grove_test_main PUBLIC "--param=ggc-min-heapsize=1048576")
endif()
target_precompile_headers(grove_test_main PRIVATE "${PROJECT_SOURCE_DIR}/tests/catch.hpp" <Eigen/Dense> <fmt/format.h>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Grove's own headers too: a second a file less. (g++ loses as much again by reading the larger precompiled header.)
  target_precompile_headers(grove_test_main PRIVATE <grove/autodiff.hpp> <grove/optim.hpp> <grove/models.hpp>)
endif()
if(Catch2_VERSION VERSION_LESS 3)
  target_link_libraries(grove_test_main PUBLIC Catch2::Catch2)
  set(GROVE_CATCH_ARGUMENTS --warn NoTests)
else()
  target_link_libraries(grove_test_main PUBLIC Catch2::Catch2WithMain)
  set(GROVE_CATCH_ARGUMENTS "")
endif()

# grove_add_tests(<name> [SOURCES <file>...] [MORE <file>...] [LABELS <label>...] [DEFINITIONS <definition>...])
#
# One program, <name>_tests, of the sources, with GROVE_ALL_TESTS of `MORE` too, and one ctest entry per source:
# <name>/<file without extension>. A folder that has no sources yet is fine. All programs of a label are built by the target grove_tests_<label>: `threads` also run
# under ThreadSanitizer, `optimised` also built by clang with -O2, `ndebug` also by g++ with -O2 -DNDEBUG.
# The tests run in the source directory of their CMakeLists.txt.
function(grove_add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;MORE;LABELS;DEFINITIONS")
  if(GROVE_ALL_TESTS)
    list(APPEND ARG_SOURCES ${ARG_MORE})
  endif()
  if(NOT ARG_SOURCES)
    return()
  endif()
  set(target ${name}_tests)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE grove_test_main)
  if(ARG_DEFINITIONS)
    # Other definitions need another precompiled header; parsing the headers again is cheaper than building one.
    target_compile_definitions(${target} PRIVATE ${ARG_DEFINITIONS})
  else()
    target_precompile_headers(${target} REUSE_FROM grove_test_main)
  endif()
  foreach(label IN LISTS ARG_LABELS)
    if(NOT TARGET grove_tests_${label})
      add_custom_target(grove_tests_${label})
    endif()
    add_dependencies(grove_tests_${label} ${target})
  endforeach()
  foreach(source IN LISTS ARG_SOURCES)
    get_filename_component(test "${source}" NAME_WE)
    add_test(
      NAME "${name}/${test}"
      COMMAND ${target} --filenames-as-tags ${GROVE_CATCH_ARGUMENTS} "[#${test}]"
      WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    )
    set_tests_properties("${name}/${test}" PROPERTIES LABELS "${ARG_LABELS}")
  endforeach()
endfunction()
