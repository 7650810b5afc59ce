// Files: saved, read back, replaced as a whole, and refused when they are damaged.
#include <autodiff/tree/tree.hpp>
#include <filesystem>
#include <fstream>
#include <optim/files/npz.hpp>
#include <optim/files/save.hpp>

#include "smoke.hpp"

struct Params {
  Eigen::MatrixXd weight;
  double bias;
};

int main() {
  namespace optim = grove::optim;
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "grove smoke";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::string text = (folder / "params.txt").string(), npz = (folder / "params.npz").string();

  const Params saved{(Eigen::MatrixXd(2, 2) << 0.1, 2e-308, -3, 1e300).finished(), 1.0 / 3};
  for (int twice = 0; twice < 2; ++twice) {  // the second time replaces a file that is there
    optim::save(text, saved);
    optim::save_npz(npz, saved);
  }
  Params read{};
  optim::load(text, read);
  smoke::expect("text, to the last bit", read.weight == saved.weight && read.bias == saved.bias);
  read = {};
  optim::load_npz(npz, read);
  smoke::expect("npz, to the last bit", read.weight == saved.weight && read.bias == saved.bias);
  smoke::expect("nothing is left behind", std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 2);

  fs::resize_file(npz, fs::file_size(npz) / 2);
  smoke::expect("a file cut short", smoke::throws<grove::DataError>([&] { optim::load_npz(npz, read); }, "params.npz"));
  smoke::expect("no such folder",
                smoke::throws<grove::DataError>([&] { optim::save((folder / "none" / "x").string(), saved); },
                                                "cannot be written"));
  smoke::expect("and the params stay", read.bias == saved.bias);
  fs::remove_all(folder);
  return smoke::failures;
}
