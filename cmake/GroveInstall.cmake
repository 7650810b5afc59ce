# Install rules: headers under include/grove/, a CMake package and a pkg-config file. Everything is independent of the
# architecture, so the package lives under share/.

include(CMakePackageConfigHelpers)

set(GROVE_CMAKE_DIR "${CMAKE_INSTALL_DATADIR}/cmake/grove")

install(
  DIRECTORY autodiff optim models
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/grove"
  FILES_MATCHING PATTERN "*.hpp"
)
# What <grove/…> names stands one folder above the others in the source tree, and beside them where it is installed.
file(GLOB facades RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/grove/*.hpp")
foreach(facade IN LISTS facades)
  file(READ "${facade}" text)
  string(REPLACE "\"../" "\"" text "${text}")
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/package/${facade}" CONTENT "${text}" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/package/${facade}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/grove")
endforeach()
install(TARGETS grove_autodiff grove_optim grove_models grove_json grove_mpi EXPORT groveTargets)
install(EXPORT groveTargets NAMESPACE grove:: DESTINATION "${GROVE_CMAKE_DIR}")

configure_package_config_file(
  cmake/groveConfig.cmake.in "${PROJECT_BINARY_DIR}/package/groveConfig.cmake" INSTALL_DESTINATION "${GROVE_CMAKE_DIR}"
)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/package/groveConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(
  FILES "${PROJECT_BINARY_DIR}/package/groveConfig.cmake" "${PROJECT_BINARY_DIR}/package/groveConfigVersion.cmake"
        cmake/GroveDependencies.cmake
  DESTINATION "${GROVE_CMAKE_DIR}"
)

configure_file(cmake/grove.pc.in "${PROJECT_BINARY_DIR}/package/grove.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/package/grove.pc" DESTINATION "${CMAKE_INSTALL_DATADIR}/pkgconfig")
install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(
  FILES packaging/debugging/grove_gdb.py packaging/debugging/grove.natvis
  DESTINATION "${CMAKE_INSTALL_DATADIR}/grove/debugging"
)
