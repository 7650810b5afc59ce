// Whatever a CSV file holds: a rectangular table whose columns are numbers or categories, or a DataError.
#include <models/data/csv.hpp>
#include <models/data/design.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

template <class F>
void only_data_errors(const F& f) {
  try {
    f();
  } catch (const grove::DataError&) {
  }
}

void look_at(std::string_view text, const grove::models::CsvOptions& options) {
  only_data_errors([&] {
    const grove::models::Table table = grove::models::parse_csv(text, "fuzz", options);
    for (const auto& column : table.columns) {
      if (column.size() != static_cast<std::size_t>(table.rows())) std::abort();
      only_data_errors([&] {
        if (!table.numbers(column.name).allFinite()) std::abort();
      });
      only_data_errors([&] {
        const auto design = grove::models::design_matrix(table, {column.name});
        if (design.x.cols() != static_cast<Eigen::Index>(design.names.size())) std::abort();
      });
    }
    if (table.drop_missing().rows() > table.rows()) std::abort();
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  look_at(text, {});
  look_at(text, {.separator = ';', .quote = '\'', .missing = {"?"}});
  look_at(text, {.names = {"a", "b"}});
  return 0;
}
