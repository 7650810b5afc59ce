// Trees as values of nlohmann::json. Not part of <grove/optim.hpp>: it needs nlohmann_json 3, and parses all of it.
#pragma once

#include <utility>

#include <nlohmann/json.hpp>

#include "detail/json_reader.hpp"
#include "detail/json_writer.hpp"

namespace grove::optim {
namespace detail {

/// nlohmann::json and its kin.
template <class Json>
concept JsonValue = requires(const Json& j) {
  typename Json::value_t;
  j.is_object();
  j.is_discarded();
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
