// A scope in which operations on variables are recorded.
#pragma once

#include "tape.hpp"

namespace grove::detail {

/// Opens a recording on the tape of this thread; nests. Leaving the scope, also by an exception, forgets everything
/// recorded.
template <class S>
class Recording {
 public:
  Recording() : Recording(current_tape<S> == &closed_tape<S>.object ? tape_of_this_thread<S>() : *current_tape<S>) {}
  explicit Recording(Tape<S>& tape) : tape_(tape), previous_(current_tape<S>) {
    tape.open();
    current_tape<S> = &tape;
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    tape_.close();
    current_tape<S> = previous_;
  }

  Tape<S>& tape() { return tape_; }

 private:
  Tape<S>& tape_;
  Tape<S>* previous_;
};

}  // namespace grove::detail
