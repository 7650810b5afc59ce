// A scope in which operations on variables are recorded.
#pragma once

#include "tape.hpp"

namespace grove::detail {

/// Makes a tape that is kept from call to call the one that this thread records on, for the time of a scope.
template <class S>
class Activated {
 public:
  explicit Activated(Tape<S>& tape) : tape_(tape), previous_(current_tape<S>) {
    tape_.exchange_frontier();
    current_tape<S> = &tape_;
  }
  Activated(const Activated&) = delete;
  Activated& operator=(const Activated&) = delete;
  ~Activated() {
    tape_.exchange_frontier();
    current_tape<S> = previous_;
  }

 private:
  Tape<S>& tape_;
  Tape<S>* previous_;
};

/// Opens a recording on the tape of this thread; nests. Leaving the scope, also by an exception, forgets everything
/// recorded.
template <class S>
class Recording {
 public:
  Recording()
      : tape_(current_tape<S> == &closed_tape<S>.object ? tape_of_this_thread<S>() : *current_tape<S>),
        previous_(current_tape<S>) {
    tape_.open();
    current_tape<S> = &tape_;
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
