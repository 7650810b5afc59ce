# cmake -DPROGRAM=… -DEXPECTED=… -P check.cmake: runs the program and compares what it prints with the file.
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the program returned ${result} and printed:\n${output}")
endif()
file(READ "${EXPECTED}" expected)
if(NOT expected STREQUAL "" AND NOT output STREQUAL expected)
  message(FATAL_ERROR "The page says:\n${expected}\nbut the program prints:\n${output}")
endif()
