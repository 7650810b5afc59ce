// Whatever an archive or an array of NumPy holds: a tree that is written and read again as itself, or a DataError.
#include <optim/files/npy.hpp>
#include <optim/files/npz.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace files = grove::optim::detail;

struct Layer {
  Eigen::VectorXf bias;
};
struct Params {
  Eigen::MatrixXd weight;
  std::array<Layer, 2> layers;
  std::vector<double> scales;
  std::map<std::string, double> groups{{"ä", 0}};
  int count = 0;
  bool on = false;
};

void look_at_archive(const std::string& file, std::string_view bytes) {
  Params read;
  try {
    read = files::npz_tree(file, bytes, Params{});
  } catch (const grove::DataError&) {
    return;
  }
  const std::string written = files::npz_bytes(file, read);
  if (files::npz_bytes(file, files::npz_tree(file, written, Params{})) != written) std::abort();
}

template <class A>
void look_at_array(const std::string& file, std::string_view bytes) {
  A read{};
  try {
    files::read_array(files::NpyArray({"load_npy", file}, bytes), read);
  } catch (const grove::DataError&) {
    return;
  }
  const std::string written = files::npy_bytes(read);
  A again{};
  files::read_array(files::NpyArray({"load_npy", file}, written), again);
  if (files::npy_bytes(again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file = "fuzz";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  look_at_archive(file, bytes);
  look_at_array<double>(file, bytes);
  look_at_array<Eigen::MatrixXd>(file, bytes);
  look_at_array<Eigen::MatrixX<std::int16_t>>(file, bytes);
  look_at_array<Eigen::VectorX<bool>>(file, bytes);
  look_at_array<std::vector<float>>(file, bytes);
  // Past the check sum: the array of an archive whose sum is right.
  files::ZipWriter zip({"save_npz", file});
  for (const char* name : {"weight", "layers[0].bias", "layers[1].bias", "scales", "groups[\"ä\"]", "count", "on"})
    zip.add(std::string(name) + ".npy", std::string(bytes));
  look_at_archive(file, zip.finish());
  return 0;
}
