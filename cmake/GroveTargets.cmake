# The header-only libraries: one per folder, and one for each header that needs more. Links between them go the way includes go: models -> optim -> autodiff.

include(GNUInstallDirs)

function(grove_add_library name)
  add_library(grove_${name} INTERFACE)
  add_library(grove::${name} ALIAS grove_${name})
  set_target_properties(grove_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(grove_${name} INTERFACE cxx_std_20)
  # The second installed one is for the older spelling, <autodiff/autodiff.hpp>.
  target_include_directories(
    grove_${name}
    INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/grove>"
  )
  target_link_libraries(grove_${name} INTERFACE ${ARGN})
endfunction()

grove_add_library(autodiff Eigen3::Eigen fmt::fmt)
grove_add_library(optim grove::autodiff)
grove_add_library(models grove::optim)
# <grove/json.hpp>. Who links to it needs nlohmann_json 3; nobody else does.
grove_add_library(json grove::optim nlohmann_json::nlohmann_json)
# <grove/mpi.hpp>. Who links to it needs MPI, Open MPI or MPICH; nobody else does.
grove_add_library(mpi grove::optim MPI::MPI_CXX)
