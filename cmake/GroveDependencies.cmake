# Finds what Grove's headers include. Used by the build and, installed, by the package's config file, so that both accept
# and refuse the same machines. Leaves GROVE_MISSING_DEPENDENCY empty, or a sentence that says what to install, and in
# GROVE_IMPORTED_HERE the imported targets that this file made.

set(GROVE_MISSING_DEPENDENCY "")
set(GROVE_IMPORTED_HERE "")

# Eigen 5 declares itself incompatible with a request for 3.4, so the version is checked here and not by find_package.
if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 CONFIG QUIET)
  list(APPEND GROVE_IMPORTED_HERE Eigen3::Eigen)
endif()
if(NOT TARGET Eigen3::Eigen)
  set(GROVE_MISSING_DEPENDENCY "grove: Eigen 3.4 or newer was not found; install libeigen3-dev, or set Eigen3_DIR")
elseif(DEFINED Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.4)
  set(GROVE_MISSING_DEPENDENCY "grove: Eigen ${Eigen3_VERSION} is too old; 3.4 or newer is needed")
endif()

if(NOT TARGET fmt::fmt)
  find_package(fmt CONFIG QUIET)
  list(APPEND GROVE_IMPORTED_HERE fmt::fmt)
endif()
if(NOT TARGET fmt::fmt AND NOT GROVE_MISSING_DEPENDENCY)
  set(GROVE_MISSING_DEPENDENCY "grove: fmt was not found; install libfmt-dev, or set fmt_DIR")
endif()
