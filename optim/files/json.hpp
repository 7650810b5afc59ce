// Trees as values of nlohmann::json. Not part of <grove/optim.hpp>: it needs nlohmann_json 3, and parses all of it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "../protocol/detail/saved_nodes.hpp"

namespace grove::optim {
namespace detail {

using nlohmann::ordered_json;

/// nlohmann::json and its kin.
template <class Json>
concept JsonValue = requires(const Json& j) {
  typename Json::value_t;
  j.is_object();
  j.is_discarded();
};

/// Members have names, so that they make an object; those of tuples make an array.
template <class T>
consteval bool members_have_names() {
  if constexpr (tree::detail::field_count<T> == 0) {
    return true;
  } else {
    constexpr std::string_view first = tree::detail::field_name<T, 0>();
    return !first.empty() && !first.starts_with('[');
  }
}

[[noreturn, gnu::cold]] inline void throw_json(const char* who, const Path& path, const std::string& fact) {
  throw DataError(fill("{}: {}: {}", {who, path.empty() ? std::string("the tree") : path.string(), fact}));
}

/// A number that JSON has, or the text for one that it has not.
inline ordered_json json_number(double x) {
  if (std::isfinite(x)) return x;
  return std::isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";
}

template <class Key>
std::string json_key(const Key& key) {
  if constexpr (std::is_integral_v<Key>) {
    return std::to_string(key);
  } else {
    return std::string(key);
  }
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

/// Gives a node and all that is in it what a value says.
template <class Json>
class JsonReader {
 public:
  template <class T>
  void read(const Json& j, T& node) {
    if (path_.size() > deepest) fail(fill("the JSON is nested deeper than {} levels", {deepest}));
    if constexpr (is_static_wrapper<T>) {
      read(j, node.value);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!j.is_boolean()) fail_kind("true or false", j);
      node = j.template get<bool>();
    } else if constexpr (std::is_floating_point_v<T>) {
      node = real<T>(j);
    } else if constexpr (std::is_integral_v<T>) {
      node = integer<T>(j);
    } else if constexpr (std::is_enum_v<T>) {
      const auto number = integer<std::underlying_type_t<T>>(j);
      if constexpr (FixedEnum<T>) {
        if (!is_enumerator<T>(static_cast<long long>(number)))
          fail(fill("{} is no value of this enumeration", {number}));
      }
      node = static_cast<T>(number);
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!j.is_string()) fail_kind("a text", j);
      node = j.template get<std::string>();
    } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
      bits(array(j), node);
    } else if constexpr (PlainMatrix<T>) {
      matrix(array(j), node);
    } else if constexpr (kind_of<T> == Kind::optional) {
      if (j.is_null()) return node.reset();
      if (!node) node.emplace();
      read(j, *node);
    } else if constexpr (kind_of<T> == Kind::map) {
      map(object(j), node);
    } else if constexpr (kind_of<T> == Kind::sequence) {
      sequence(array(j), node);
    } else if constexpr (kind_of<T> == Kind::fields) {
      members(j, node);
    } else if constexpr (!MayBeNull<T> && !std::is_empty_v<T>) {
      fail("a value of this type has no text; read the tree without it");
    }
  }

 private:
  // For trees that hold trees of their own type, whose depth the JSON says: the stack has an end.
  static constexpr std::size_t deepest = 500;

  [[noreturn]] void fail(const std::string& fact) const { throw_json("from_json", path_, fact); }
  [[noreturn]] void fail_kind(const char* wanted, const Json& j) const {
    constexpr std::size_t longest = 40;
    std::string text = j.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > longest) text = text.substr(0, longest) + "…";
    fail(fill("here must be {}, and there is {}", {wanted, text}));
  }
  const Json& array(const Json& j) const {
    if (!j.is_array()) fail_kind("an array", j);
    return j;
  }
  const Json& object(const Json& j) const {
    if (!j.is_object()) fail_kind("an object", j);
    return j;
  }
  void check_count(const char* what, std::size_t in_json, std::size_t in_tree) const {
    if (in_json != in_tree) fail(fill("{} {} in the JSON and {} in the tree", {in_json, what, in_tree}));
  }

  template <class S>
  S real(const Json& j) const {
    if (j.is_number()) {
      const auto x = j.template get<double>();
      if (std::abs(x) > static_cast<double>(std::numeric_limits<S>::max()))
        fail(fill("{} is too large for a float", {x}));
      return static_cast<S>(x);
    }
    if (j.is_string()) {
      const auto& word = j.template get_ref<const std::string&>();
      if (word == "NaN") return std::numeric_limits<S>::quiet_NaN();
      if (word == "Infinity") return std::numeric_limits<S>::infinity();
      if (word == "-Infinity") return -std::numeric_limits<S>::infinity();
    }
    fail_kind("a number, \"NaN\", \"Infinity\" or \"-Infinity\"", j);
  }
  template <class I>
  I integer(const Json& j) const {
    if (!j.is_number_integer()) fail_kind("a whole number", j);
    const bool fits = j.is_number_unsigned() ? std::in_range<I>(j.template get<std::uint64_t>())
                                             : std::in_range<I>(j.template get<std::int64_t>());
    if (!fits) fail_kind(fill("a number of at most {} bits", {sizeof(I) * 8}).c_str(), j);
    return j.template get<I>();
  }

  void bits(const Json& j, std::vector<bool>& node) {
    if (node.empty()) node.resize(j.size());
    check_count("elements", j.size(), node.size());
    for (std::size_t k = 0; k < node.size(); ++k) {
      bool bit = false;
      read(j[k], bit);
      node[k] = bit;
    }
  }
  template <class M>
  void matrix(const Json& j, M& node) {
    constexpr bool is_vector = M::IsVectorAtCompileTime;
    constexpr bool is_row = is_vector && M::RowsAtCompileTime == 1;
    const auto count = static_cast<Eigen::Index>(j.size());
    // Without rows there is nothing to tell how many columns there are.
    const auto width = is_vector ? 1 : count == 0 ? node.cols() : static_cast<Eigen::Index>(array(j[0]).size());
    const Eigen::Index rows = is_row ? width : count, cols = is_row ? count : width;
    const bool resize = takes_shape(node, rows, cols);
    if (!resize && (rows != node.rows() || cols != node.cols()))
      fail(fill("{} in the JSON and {} in the tree", {shape_text(rows, cols), shape_text(node.rows(), node.cols())}));
    if constexpr (M::SizeAtCompileTime == Eigen::Dynamic) {
      if (resize) node.resize(rows, cols);
    }
    for (std::size_t i = 0; i < j.size(); ++i) {
      if constexpr (is_vector) {
        read_entry(j[i], node(static_cast<Eigen::Index>(i)));
      } else {
        const Json& row = array(j[i]);
        check_count("columns in a row", row.size(), static_cast<std::size_t>(cols));
        for (std::size_t k = 0; k < row.size(); ++k)
          read_entry(row[k], node(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)));
      }
    }
  }
  template <class S>
  void read_entry(const Json& j, S& entry) {
    if constexpr (std::is_floating_point_v<S>) {
      entry = real<S>(j);
    } else {
      read(j, entry);
    }
  }
  template <class Sequence>
  void sequence(const Json& j, Sequence& node) {
    if constexpr (is_list<Sequence>) {
      if (node.empty()) node.resize(j.size());
    }
    check_count("elements", j.size(), std::size(node));
    for (std::size_t i = 0; i < j.size(); ++i) {
      path_.push_index(i);
      read(j[i], node[i]);
      path_.pop();
    }
  }
  template <class Map>
  void map(const Json& j, Map& node) {
    if (node.empty()) {
      for (const auto& item : j.items()) node.try_emplace(key_of<typename Map::key_type>(item.key()));
    }
    check_count("entries", j.size(), node.size());
    for (auto& [key, entry] : node) {
      path_.push_key(key);
      read(member(j, json_key(key)), entry);
      path_.pop();
    }
  }
  template <class Key>
  Key key_of(const std::string& text) const {
    if constexpr (std::is_integral_v<Key>) {
      const Json number = Json::parse(text, nullptr, false);
      if (!number.is_number_integer()) fail(fill("the key '{}' is no whole number", {text}));
      return integer<Key>(number);
    } else {
      return Key(text);
    }
  }
  const Json& member(const Json& j, const std::string& name) const {
    const auto found = j.find(name);
    if (found == j.end()) fail("it is not in the JSON");
    return *found;
  }

  template <class T>
  void members(const Json& j, T& node) {
    constexpr std::size_t count = tree::detail::field_count<T>;
    std::size_t found = 0;
    if constexpr (!members_have_names<T>()) check_count("elements", array(j).size(), count);
    if constexpr (members_have_names<T>()) object(j);
    [&](const auto& tied) {
      tree::detail::for_each_index<count>([&](auto index) {
        using Member = std::remove_reference_t<std::tuple_element_t<index, std::remove_cvref_t<decltype(tied)>>>;
        constexpr bool is_written = !MayBeNull<Member> || kind_of<Member> == Kind::optional;
        tree::detail::push_field<T, index>(path_);
        if constexpr (!is_written || std::is_empty_v<Member>) {
          found += members_have_names<T>() ? 0 : 1;
        } else if constexpr (members_have_names<T>()) {
          read(member(j, std::string(tree::detail::field_name<T, index>())), std::get<index>(tied));
          ++found;
        } else {
          read(j[index], std::get<index>(tied));
          ++found;
        }
        path_.pop();
      });
    }(tree::detail::fields(node));
    if (j.size() != found) fail_unknown<T>(j);
  }
  template <class T>
  [[noreturn]] void fail_unknown(const Json& j) const {
    for (const auto& item : j.items()) {
      bool known = false;
      tree::detail::for_each_index<tree::detail::field_count<T>>(
          [&](auto index) { known = known || item.key() == tree::detail::field_name<T, index>(); });
      if (!known) fail(fill("there is no member '{}' in the tree", {item.key()}));
    }
    fail("the JSON has a member that is not read");
  }

  Path path_;
};

}  // namespace detail

/// A tree as JSON: `{"layers": [{"weight": [[1, 2], [3, 4]], "bias": [0.5, "NaN"]}], "scale": 2}`.
///
///   std::ofstream("params.json") << grove::optim::to_json(params).dump(2);
///
/// Members make an object in their order, tuples and sequences an array, maps an object; a vector is an array, a matrix
/// an array of its rows, an optional its value or null. JSON has no NaN and no infinities: they are the texts "NaN",
/// "Infinity" and "-Infinity". Numbers come back to the last bit; a long double is rounded to a double. Functions and
/// pointers are left out. Throws: DataError if the tree has something else (a random engine, the state behind an
/// any_transformation).
template <tree::Pytree T>
nlohmann::ordered_json to_json(const T& t) {
  return detail::JsonWriter().value(t);
}

/// Gives `t` what JSON of that form says, by to_json or by others.
///
///   grove::optim::from_json(nlohmann::json::parse(file), params);
///
/// Vectors, maps, optionals and matrices that are empty in `t` take what the JSON has; the others must agree with it.
/// Objects have all members and no others, in any order. What a tree of trees of its own type holds is read to 500
/// levels. Throws: DataError with the path and both sides; `t` is then
/// unchanged.
template <class Json, tree::Pytree T>
requires detail::JsonValue<Json>
void from_json(const Json& json, T& t) {
  T read = t;
  detail::JsonReader<Json>().read(json, read);
  t = std::move(read);
}

}  // namespace grove::optim
