# Projects that use Grove, configured, built and run as tests: see tests/consumer.

set(install_prefix "${PROJECT_BINARY_DIR}/consumer/installed")
add_test(
  NAME consumer/install
  COMMAND ${CMAKE_COMMAND} "-DBUILD=${PROJECT_BINARY_DIR}" "-DPREFIX=${install_prefix}" -P
          "${PROJECT_SOURCE_DIR}/tests/consumer/install.cmake"
)
set_tests_properties(consumer/install PROPERTIES FIXTURES_SETUP grove_installed LABELS consumer)

foreach(mode IN ITEMS find_package add_subdirectory FetchContent)
  add_test(
    NAME consumer/${mode}
    COMMAND
      ${CMAKE_CTEST_COMMAND} --build-and-test "${PROJECT_SOURCE_DIR}/tests/consumer"
      "${PROJECT_BINARY_DIR}/consumer/${mode}" --build-generator ${CMAKE_GENERATOR} --build-noclean --build-options
      -DMODE=${mode} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} "-DGROVE_SOURCE_DIR=${PROJECT_SOURCE_DIR}"
      "-DCMAKE_PREFIX_PATH=${install_prefix}" --test-command ${CMAKE_CTEST_COMMAND} --output-on-failure
  )
  set_tests_properties(consumer/${mode} PROPERTIES LABELS consumer)
endforeach()
set_tests_properties(consumer/find_package PROPERTIES FIXTURES_REQUIRED grove_installed)

find_program(GROVE_PKG_CONFIG NAMES pkg-config pkgconf)
mark_as_advanced(GROVE_PKG_CONFIG)
if(GROVE_PKG_CONFIG)
  add_test(
    NAME consumer/pkg-config
    COMMAND
      ${CMAKE_COMMAND} -E env "PKG_CONFIG_PATH=${install_prefix}/${CMAKE_INSTALL_DATADIR}/pkgconfig" sh
      "${PROJECT_SOURCE_DIR}/tests/consumer/pkg_config.sh" "${GROVE_PKG_CONFIG}" "${CMAKE_CXX_COMPILER}"
      "${PROJECT_BINARY_DIR}/consumer/pkg-config"
  )
  set_tests_properties(consumer/pkg-config PROPERTIES FIXTURES_REQUIRED grove_installed LABELS consumer)
endif()

if(UNIX)
  get_target_property(eigen_folders Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
  list(TRANSFORM eigen_folders PREPEND "-isystem;" REGEX "^/" OUTPUT_VARIABLE eigen_flags)
  add_test(
    NAME consumer/single_include COMMAND sh "${PROJECT_SOURCE_DIR}/tests/consumer/single_include.sh"
                                         "${CMAKE_CXX_COMPILER}" "${PROJECT_BINARY_DIR}/consumer/single" ${eigen_flags}
  )
  set_tests_properties(consumer/single_include PROPERTIES LABELS consumer)
endif()

add_test(
  NAME consumer/vcpkg COMMAND ${CMAKE_COMMAND} "-DROOT=${PROJECT_SOURCE_DIR}"
                              "-DDIRECTORY=${PROJECT_BINARY_DIR}/consumer/vcpkg" -P
                              "${PROJECT_SOURCE_DIR}/tests/consumer/vcpkg.cmake"
)
set_tests_properties(consumer/vcpkg PROPERTIES LABELS consumer)
