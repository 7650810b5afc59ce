# What Grove's own tests, examples and benchmarks are compiled with. Nothing here reaches a user of the library.

add_library(grove_dev_warnings INTERFACE)
if(MSVC)
  target_compile_options(grove_dev_warnings INTERFACE /W4 /permissive- /bigobj "$<$<BOOL:${GROVE_WERROR}>:/WX>")
else()
  target_compile_options(
    grove_dev_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow "$<$<BOOL:${GROVE_WERROR}>:-Werror>"
  )
endif()
