#include "autodiff/error.hpp"

#include <string>

#include "tests/catch.hpp"

TEMPLATE_TEST_CASE("every exception is a grove::Error and keeps its message", "[error]", grove::StructureError,
                   grove::ShapeError, grove::HyperparameterError, grove::GradcheckError, grove::StaleVariableError,
                   grove::DataError) {
  try {
    throw TestType("matmul: (100×3)·(4×1): inner dimensions 3 and 4 differ");
  } catch (const grove::Error& error) {
    CHECK(std::string(error.what()) == "matmul: (100×3)·(4×1): inner dimensions 3 and 4 differ");
  }
}
