# cmake -DROOT=<Grove's sources> -DDIRECTORY=<folder> -P vcpkg.cmake : runs vcpkg's port of Grove with stand-ins for
# vcpkg's functions, which do what their documentation says of the arguments that the port gives, and looks for what vcpkg wants to
# find: a package that find_package finds below share/grove, pkg-config's file, and the licence.
cmake_minimum_required(VERSION 3.21)

set(CURRENT_PORT_DIR "${ROOT}/packaging/vcpkg/ports/grove")
set(PORT grove)
set(CURRENT_PACKAGES_DIR "${DIRECTORY}/packages/grove")

file(REMOVE_RECURSE "${DIRECTORY}")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed:\n${output}")
  endif()
endfunction()

function(must_exist path)
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "the port leaves no ${path}")
  endif()
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "vcpkg_cmake_configure does not know ${arg_UNPARSED_ARGUMENTS}")
  endif()
  run("${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B "${DIRECTORY}/build" "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}"
      -DCMAKE_BUILD_TYPE=Release ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build "${DIRECTORY}/build" --target install)
endfunction()

function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
  set(from "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}")
  must_exist("${from}")
  file(GLOB files "${from}/*")
  foreach(file IN LISTS files)
    # One folder less lies between the file and the prefix.
    file(READ "${file}" text)
    set(step "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
    string(REPLACE "${step}${step}${step}" "${step}${step}" text "${text}")
    get_filename_component(name "${file}" NAME)
    file(WRITE "${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME}/${name}" "${text}")
  endforeach()
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/cmake")
endfunction()

function(vcpkg_fixup_pkgconfig)
  file(GLOB_RECURSE found "${CURRENT_PACKAGES_DIR}/*/pkgconfig/grove*.pc")
  if(NOT found)
    message(FATAL_ERROR "the port leaves no file for pkg-config")
  endif()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(COPY_FILE "${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright")
endfunction()

include("${CURRENT_PORT_DIR}/portfile.cmake")
must_exist("${CURRENT_PACKAGES_DIR}/share/grove/copyright")
must_exist("${CURRENT_PACKAGES_DIR}/include")

# Where vcpkg moved them the package must still find its own files.
file(WRITE "${DIRECTORY}/use/CMakeLists.txt" "
cmake_minimum_required(VERSION 3.21)
project(use LANGUAGES CXX)
find_package(grove CONFIG REQUIRED)
get_target_property(folders grove::autodiff INTERFACE_INCLUDE_DIRECTORIES)
find_file(header grove/models.hpp PATHS \${folders} NO_DEFAULT_PATH REQUIRED)
")
run("${CMAKE_COMMAND}" -S "${DIRECTORY}/use" -B "${DIRECTORY}/use/build" "-Dgrove_DIR=${CURRENT_PACKAGES_DIR}/share/grove")

# The manifest is JSON with the version of this Grove.
file(READ "${CURRENT_PORT_DIR}/vcpkg.json" manifest)
string(JSON name GET "${manifest}" name)
string(JSON dependencies LENGTH "${manifest}" dependencies)
if(NOT name STREQUAL "grove" OR dependencies LESS 4)
  message(FATAL_ERROR "vcpkg.json: name ${name}, ${dependencies} dependencies")
endif()
