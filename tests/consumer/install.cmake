# cmake -DBUILD=… -DPREFIX=… -P install.cmake: installs into an empty directory, so that what the rules forget is missed.
file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the installation failed")
endif()
