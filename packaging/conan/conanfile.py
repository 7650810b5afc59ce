"""Grove for Conan 2, from the source tree that this file lies in."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, load


class Grove(ConanFile):
    name = "grove"
    license = "MIT"
    description = "Exact gradients of losses over parameter structs, and the optimizers that follow them"
    topics = ("automatic-differentiation", "optimization", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"json": [True, False]}
    default_options = {"json": False}

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "..", "..", "grove", "version.hpp"))
        self.version = ".".join(re.findall(r"#define GROVE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text))

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "README.md", "cmake/*", "autodiff/*", "optim/*", "models/*", "grove/*"):
            copy(self, pattern, root, self.export_sources_folder)

    def requirements(self):
        self.requires("eigen/[>=3.4.0 <6]")
        self.requires("fmt/[>=8]")
        if self.options.json:
            self.requires("nlohmann_json/[>=3 <4]")

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        include = os.path.join(self.package_folder, "include")
        for folder in ("autodiff", "optim", "models", "grove"):
            copy(self, f"{folder}/*.hpp", self.source_folder, include)

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
        for name, requires in (
            ("autodiff", ["eigen::eigen", "fmt::fmt"]),
            ("optim", ["autodiff"]),
            ("models", ["optim"]),
            *([("json", ["optim", "nlohmann_json::nlohmann_json"])] if self.options.json else []),
        ):
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"grove::{name}")
            component.requires = requires
            component.bindirs = component.libdirs = []
