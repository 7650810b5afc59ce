"""Plants one fault in a header: the list of all that could be planted, in a random order that the seed decides.

    mutants.py list <seed> <folder or header>...     lines of: id, header, line, kind of fault
    mutants.py plant <id> <header>                   writes the fault into the header, prints the line before and after
"""
import hashlib
import pathlib
import re
import sys

NAME = r"[A-Za-z_][A-Za-z_0-9]*"
TERM = rf"{NAME}(?:\.{NAME}|\[[^\[\]]*\])*"

# Kind of fault, what it looks for, what it puts there.
FAULTS = [
    ("sign", r" \+ ", " - "),
    ("sign", r" - ", " + "),
    ("sign", r" \+= ", " -= "),
    ("sign", r" -= ", " += "),
    ("sign", r"(?<=return )-(?=\w)", ""),
    ("accumulation", r" [+-]= ", " = "),
    ("factor", r"(?<![\w.\]\"'<])([1-9])(?![\w.>\"'])(?= [*/]|\))", lambda m: str(int(m[1]) + 1)),
    ("factor", r"(?<![\w.])0\.5(?!\d)", "0.25"),
    ("factor", r"(?<=[\w)\]]) \* (?=\w)", " / "),
    ("factor", r"(?<=[\w)\]]) / (?=\w)", " * "),
    ("index", r"\((\w+), (\w+)\) ([+-]?=)", r"(\2, \1) \3"),
    ("index", r"\.rows\(\)", ".cols()"),
    ("index", r"\.cols\(\)", ".rows()"),
    ("index", r"\.row\(", ".col("),
    ("index", r"\.col\(", ".row("),
    ("index", r"\.transpose\(\)", ""),
    ("index", r"\[(\w+)\]", r"[\1 == 0 ? 0 : \1 - 1]"),
    ("comparison", r" <= ", " < "),
    ("comparison", r" >= ", " > "),
    ("comparison", r" < ", " <= "),
    ("comparison", r" > ", " >= "),
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("comparison", r" && ", " || "),
    ("comparison", r" \|\| ", " && "),
    ("comparison", r"\bstd::max\b", "std::min"),
    ("comparison", r"\bstd::min\b", "std::max"),
    ("comparison", r"\bif \(!", "if ("),
    ("swapped operand", rf"({TERM}) - ({TERM})(?![\w(\[.])", r"\2 - \1"),
    ("swapped operand", rf"({TERM}) / ({TERM})(?![\w(\[.])", r"\2 / \1"),
    ("dropped line", r"^( +)(?!return|const|auto|using|static|throw|else|case|template|constexpr|if|for|while|break|~)"
                     rf"(?:{TERM}(?:\(\w+(?:, \w+)?\))? [+*/-]?= .*;|{TERM}\(.*\);)$", r"\1;"),
]
# Lines that only declare, and what no program computes with.
SKIPPED = re.compile(r"^\s*(//|#|static_assert|template|requires|concept|using|namespace|struct|class|typename|\"|///)"
                     r"|operator(<|>|=|&|\||-|\+)|<<|static constexpr|consteval|inline constexpr bool|&&\s*$|asm")


def code(line):
    """The line without its comment."""
    return re.sub(r"\s*//.*", "", line)


def mutants(header):
    for number, line in enumerate(pathlib.Path(header).read_text().split("\n"), 1):
        text = code(line)
        if SKIPPED.search(text):
            continue
        quoted = [m.span() for m in re.finditer(r'"[^"]*"', text)]
        for kind, pattern, replacement in FAULTS:
            for place, match in enumerate(re.finditer(pattern, text)):
                if any(a <= match.start() < b for a, b in quoted):
                    continue
                mutated = text[:match.start()] + (replacement(match) if callable(replacement) else match.expand(replacement)) + text[match.end():]
                # By its text and not by its number, so that an id survives changes elsewhere in the file.
                digest = hashlib.sha1(f"{header}:{text}:{mutated}:{place}".encode()).hexdigest()[:10]
                if mutated != text:
                    yield digest, number, kind, text, mutated


def main(command, *arguments):
    if command == "list":
        seed, *places = arguments
        headers = [h for p in places for h in ([p] if p.endswith(".hpp") else sorted(map(str, pathlib.Path(p).rglob("*.hpp"))))]
        found = {digest: (header, number, kind) for header in headers for digest, number, kind, *_ in mutants(header)}
        for digest in sorted(found, key=lambda d: hashlib.sha1(f"{seed}:{d}".encode()).digest()):
            print(digest, *found[digest])
    else:
        digest, header = arguments
        number, _, before, after = next(m[1:] for m in mutants(header) if m[0] == digest)
        path = pathlib.Path(header)
        lines = path.read_text().split("\n")
        lines[number - 1] = after
        path.write_text("\n".join(lines))
        print(f"{before.strip()}   ->   {after.strip()}")


main(*sys.argv[1:])
