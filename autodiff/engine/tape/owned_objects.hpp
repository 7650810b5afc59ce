// Objects that a recording keeps and destroys when it ends.
#pragma once

#include <utility>

#include "arena.hpp"

namespace grove::detail {

/// A list of objects in the memory of an arena, the newest first.
class OwnedObjects {
 public:
  using Mark = void*;

  template <class T>
  T* keep(Arena& arena, T object) {
    T* kept = new (arena.allocate(sizeof(T))) T(std::move(object));
    newest_ = new (arena.allocate(sizeof(Link))) Link{[](void* p) { static_cast<T*>(p)->~T(); }, kept, newest_};
    return kept;
  }

  Mark mark() const { return newest_; }
  void destroy_since(Mark mark) {
    for (; newest_ != mark; newest_ = static_cast<Link*>(newest_)->next) {
      static_cast<Link*>(newest_)->destroy(static_cast<Link*>(newest_)->object);
    }
  }

 private:
  struct Link {
    void (*destroy)(void*);
    void* object;
    void* next;
  };
  void* newest_ = nullptr;
};

}  // namespace grove::detail
