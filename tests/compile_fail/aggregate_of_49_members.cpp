// expect: or more than 48 members
// More members than an aggregate of a tree may have (case aggregate-of-49-members).
#include <autodiff/autodiff.hpp>

template <class T = double>
struct Wide {
  T a01 = 1, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22,
    a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45,
    a46, a47, a48;
#ifndef GROVE_FIXED
  T a49;
#endif
};

void derivative(const Wide<>& p) {
  (void)grove::grad([](const auto& q) { return q.a01 * q.a48; })(p);
}
