"""gdb shows Grove's variables, active arrays and Eigen's matrices as their values, and trees leaf by leaf.

    (gdb) source debugging/grove_gdb.py
    (gdb) print x
    $1 = 1.5 (variable)
    (gdb) tree params
    layers[0].weight  2×2 [1, 2; 3, 4]
    bias              0.5

Values of active arrays lie on the tape and are there while their recording is open. docs/debugging.md says more.
"""
import re

import gdb

MOST_ENTRIES = 64


def number(value):
    """A number as text, whatever its kind."""
    return value.format_string()


def matrix_text(rows, cols, entry):
    """`2×3 [1, 2, 3; 4, 5, 6]`, as tree::to_string has it."""
    count = 0
    lines = []
    for i in range(rows):
        cells = []
        for j in range(cols):
            if count == MOST_ENTRIES:
                return f"{rows}×{cols} [" + "; ".join(lines + [", ".join(cells + ["…"])]) + "]"
            cells.append(number(entry(i, j)))
            count += 1
        lines.append(", ".join(cells))
    # A vector is written as a row, whichever it is.
    return f"{rows}×{cols} [" + (", " if cols == 1 else "; ").join(lines) + "]"


def extents(plain, rows, cols):
    """Rows and columns, static ones from the type of the plain matrix, and whether rows lie together."""
    # By the name, which ends as `…, 2, -1, 0, 2, -1>`: a type that is only declared has no template arguments for gdb.
    numbers = re.search(r"(-?\d+), (-?\d+), \(?[^,]*?(\d+), -?\d+, -?\d+ ?>$", str(plain.unqualified())).groups()
    static = [int(n) for n in numbers[:2]]
    sizes = [known if known >= 0 else int(dynamic()) for known, dynamic in zip(static, (rows, cols))]
    return (*sizes, int(numbers[2]) & 1 == 1)


class Var:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        tag = int(self.value["id_"]["tag_and_count"]) >> 8
        kind = "constant" if tag in (0, 0xFFFFFF) else "variable"
        return f"{number(self.value['value_'])} ({kind})"


class Dual:
    def __init__(self, value):
        self.value = value

    @staticmethod
    def lanes(value):
        fields = [field.name for field in value.type.strip_typedefs().fields()]
        if "low" in fields:
            return Dual.lanes(value["low"]) + Dual.lanes(value["high"])
        held = value["numbers"] if "numbers" in fields else value
        first, last = held.type.strip_typedefs().range()
        return [held[k] for k in range(first, last + 1)]

    def to_string(self):
        width = int(self.value.type.strip_typedefs().template_argument(1))
        tangents = ", ".join(number(x) for x in self.lanes(self.value["tangent"])[:width])
        return f"{number(self.value['value'])} (tangents {tangents})"


class Active:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        value, data = self.value, self.value["data_"]
        plain = value.type.strip_typedefs().template_argument(0).strip_typedefs()
        rows, cols, row_major = extents(plain, lambda: value["rows_"]["n_"], lambda: value["cols_"]["n_"])
        if int(data) == 0 and rows * cols > 0:
            return f"{rows}×{cols} without a value"
        contiguous = not any(field.name == "outer" for field in value["steps_"].type.fields() if hasattr(field, "bitpos"))
        inner = 1 if contiguous else int(value["steps_"]["inner"])
        outer = (cols if row_major else rows) if contiguous else int(value["steps_"]["outer"])
        row_step, col_step = (outer, inner) if row_major else (inner, outer)
        kind = "active" if int(value["tag_"]) else "constant"
        return matrix_text(rows, cols, lambda i, j: (data + (i * row_step + j * col_step)).dereference()) + f" ({kind})"


class Expr:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        return Active(self.value["memo_"]).to_string() if self.value["evaluated_"] else "a formula, not evaluated yet"


class EigenDense:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        plain = self.value.type.strip_typedefs()
        storage = self.value["m_storage"]
        rows, cols, row_major = extents(plain, lambda: storage["m_rows"], lambda: storage["m_cols"])
        if rows * cols == 0:
            return f"{rows}×{cols} []"
        data = storage["m_data"]
        if data.type.strip_typedefs().code != gdb.TYPE_CODE_PTR:
            data = data["array"]
        return matrix_text(rows, cols, lambda i, j: data[i * cols + j if row_major else i + j * rows])


PRINTERS = (
    (re.compile(r"^grove::Var<.*>$"), Var),
    (re.compile(r"^grove::Dual<.*>$"), Dual),
    (re.compile(r"^grove::Active<.*>$"), Active),
    (re.compile(r"^grove::detail::Expr<.*>$"), Expr),
    (re.compile(r"^Eigen::(Matrix|Array)<.*>$"), EigenDense),
)


def find_printer(value):
    name = value.type.strip_typedefs().unqualified().tag
    for pattern, printer in PRINTERS if name else ():
        if pattern.match(name):
            return printer(value)
    return None


def leaves(value, path=""):
    """The leaves of a tree and what is carried along, as pairs of path and text."""
    kind = value.type.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_REF:
        yield from leaves(value.referenced_value(), path)
        return
    printer = find_printer(value)
    if printer is not None:
        yield path, printer.to_string()
        return
    name = kind.unqualified().tag or ""
    held = gdb.default_visualizer(value)
    if re.match(r"^std::.*(map|vector|array|tuple|pair|optional)<", name) and hasattr(held, "children"):
        children = [child for _, child in held.children()]
        if re.match(r"^std::.*map<", name):
            for key, child in zip(children[::2], children[1::2]):
                yield from leaves(child, f"{path}[{key.format_string()}]")
        elif "optional<" in name:
            for child in children:
                yield from leaves(child, path)
            if not children:
                yield path, "none"
        else:
            for k, child in enumerate(children):
                yield from leaves(child, f"{path}[{k}]")
    elif kind.code == gdb.TYPE_CODE_STRUCT and not name.startswith("std::"):
        for field in kind.fields():
            if not hasattr(field, "bitpos") or field.is_base_class or not field.name:
                continue
            yield from leaves(value[field], f"{path}.{field.name}" if path else field.name)
    else:
        yield path, value.format_string()


class Tree(gdb.Command):
    """tree EXPRESSION: the params or the state, a line for each leaf, with its path."""

    def __init__(self):
        super().__init__("tree", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        lines = list(leaves(gdb.parse_and_eval(argument)))
        width = max((len(path) for path, _ in lines), default=0)
        for path, text in lines:
            gdb.write(f"{path:{width}}  {text}\n" if width else text + "\n")


gdb.pretty_printers.insert(0, find_printer)
Tree()
