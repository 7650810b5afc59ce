// A tree as a value of nlohmann::json.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "json_tree.hpp"

namespace grove::optim::detail {

using nlohmann::ordered_json;

/// A number that JSON has, or the text for one that it has not.
inline ordered_json json_number(double x) {
  if (std::isfinite(x)) return x;
  return std::isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
}

/// The value of one node and of all that is in it; `discarded` for what has no value (a function).
class JsonWriter {
 public:
  template <class T>
  ordered_json value(const T& node) {
    if constexpr (is_static_wrapper<T>) {
      return value(node.value);
    } else if constexpr (std::is_floating_point_v<T>) {
      return json_number(static_cast<double>(node));
    } else if constexpr (std::is_enum_v<T>) {
      return static_cast<std::underlying_type_t<T>>(node);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return node;
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      return node;
    } else if constexpr (PlainMatrix<T>) {
      return matrix(node);
    } else if constexpr (kind_of<T> == Kind::optional) {
      return node ? value(*node) : nullptr;
    } else if constexpr (kind_of<T> == Kind::map) {
      return map(node);
    } else if constexpr (kind_of<T> == Kind::sequence) {
      return sequence(node);
    } else if constexpr (kind_of<T> == Kind::fields) {
      return members(node);
    } else if constexpr (MayBeNull<T> || std::is_empty_v<T>) {
      return ordered_json(ordered_json::value_t::discarded);
    } else {
      throw_json("to_json", path_, "a value of this type has no text; save the tree without it");
    }
  }

 private:
  template <class M>
  ordered_json matrix(const M& node) {
    ordered_json rows = ordered_json::array();
    for (Eigen::Index i = 0; i < (M::IsVectorAtCompileTime ? node.size() : node.rows()); ++i) {
      if constexpr (M::IsVectorAtCompileTime) {
        rows.push_back(value(node(i)));
      } else {
        ordered_json row = ordered_json::array();
        for (Eigen::Index j = 0; j < node.cols(); ++j) row.push_back(value(node(i, j)));
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }
  template <class Map>
  ordered_json map(const Map& node) {
    ordered_json object = ordered_json::object();
    for (const auto& [key, entry] : tree::detail::in_order(node)) {
      path_.push_key(key);
      object[json_key(key)] = value(entry);
      path_.pop();
    }
    return object;
  }
  template <class Sequence>
  ordered_json sequence(const Sequence& node) {
    ordered_json array = ordered_json::array();
    for (std::size_t i = 0; i < std::size(node); ++i) {
      path_.push_index(i);
      array.push_back(value(node[i]));
      path_.pop();
    }
    return array;
  }
  template <class T>
  ordered_json members(const T& node) {
    ordered_json all = members_have_names<T>() ? ordered_json::object() : ordered_json::array();
    [&](const auto& tied) {
      tree::detail::for_each_index<tree::detail::field_count<T>>([&](auto index) {
        tree::detail::push_field<T, index>(path_);
        ordered_json member = value(std::get<index>(tied));
        if constexpr (members_have_names<T>()) {
          if (!member.is_discarded()) all[std::string(tree::detail::field_name<T, index>())] = std::move(member);
        } else {
          all.push_back(member.is_discarded() ? ordered_json() : std::move(member));
        }
        path_.pop();
      });
    }(tree::detail::fields(node));
    return all;
  }

  Path path_;
};

}  // namespace grove::optim::detail
