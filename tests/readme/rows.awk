# rows.awk <page> : a program that compiles the code in the last column of the page's tables, in the scope of the page's first
# C++ block. A declaration stands as it is, an expression as a statement; each in a scope of its own, with the page's line.

/^```c\+\+/ && !declared { inside = declared = 1; begin = NR + 1; next }
/^```/ { inside = 0 }
inside { scope = scope $0 "\n"; next }

/^\|/ {
  cells = split($0, cell, "|")
  text = cell[cells - 1]
  while (match(text, /`[^`]+`/)) {
    code = substr(text, RSTART + 1, RLENGTH - 2)
    text = substr(text, RSTART + RLENGTH)
    if (code !~ /^(auto|const) /) code = "static_cast<void>(" code ")"
    rows = rows "#line " NR " \"" FILENAME "\"\n  { " code "; }\n"
    ++count
  }
}

END {
  # Types and losses are global, so are the variables: nothing hides anything.
  print "#include <grove/autodiff.hpp>\n#include <grove/optim.hpp>\n#include <tuple>\n#include <vector>\n"
  print "#line " begin " \"" FILENAME "\""
  print scope
  print "void rows() {\n" rows "}\n"
  print "int main() { rows(); }"
}
