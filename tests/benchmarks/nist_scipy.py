#!/usr/bin/env python3
"""scipy.optimize.least_squares on the certified problems of tests/optim/least_squares/nist.txt, by hand, for docs/least_squares.md.

    python3 -m venv env && env/bin/pip install numpy scipy
    env/bin/python tests/benchmarks/nist_scipy.py

Prints a line for each problem, start and method: digits of the worst param, evaluations, Jacobians, milliseconds. Jacobians are exact.
"""
import itertools
import math
import pathlib
import time
import warnings

import numpy as np
from scipy.optimize import least_squares

warnings.simplefilter("ignore")
exp, cos, sin, pi = np.exp, np.cos, np.sin, np.pi


class Dual:
    """Forward mode: a column of values, and one of derivatives for each param."""

    __array_priority__ = 100

    def __init__(self, v, d):
        self.v, self.d = v, d

    @staticmethod
    def of(x):
        return x if isinstance(x, Dual) else Dual(x, 0)

    def __add__(self, o):
        o = Dual.of(o)
        return Dual(self.v + o.v, self.d + o.d)

    def __neg__(self):
        return Dual(-self.v, -self.d)

    def __sub__(self, o):
        return self + -Dual.of(o)

    def __rsub__(self, o):
        return -self + o

    def __mul__(self, o):
        o = Dual.of(o)
        return Dual(self.v * o.v, self.d * o.v + self.v * o.d)

    def __truediv__(self, o):
        o = Dual.of(o)
        return Dual(self.v / o.v, (self.d - self.v / o.v * o.d) / o.v)

    def __rtruediv__(self, o):
        return Dual.of(o) / self

    def apply(self, f, slope):
        return Dual(f(self.v), slope(self.v) * self.d)

    __radd__, __rmul__ = __add__, __mul__


def lift(f, slope):
    return lambda x: x.apply(f, slope) if isinstance(x, Dual) else f(x)


exp = lift(np.exp, np.exp)
log = lift(np.log, lambda x: 1 / x)
sin = lift(np.sin, np.cos)
cos = lift(np.cos, lambda x: -np.sin(x))
atan = lift(np.arctan, lambda x: 1 / (1 + x * x))
sqrt = lift(np.sqrt, lambda x: 0.5 / np.sqrt(x))


def ratio(p, q):
    def f(b, x, z):
        top, bottom = 0, 0
        for k in reversed(range(p)):
            top = top * x + b[k]
        for k in reversed(range(q)):
            bottom = (bottom + b[p + k]) * x
        return top / (bottom + 1.0)

    return f


def square(x):
    return x * x


MODELS = {
    "Misra1a": lambda b, x, z: b[0] * (1 - exp(-b[1] * x)),
    "Misra1b": lambda b, x, z: b[0] * (1 - 1 / square(1 + b[1] * x / 2)),
    "Misra1c": lambda b, x, z: b[0] * (1 - 1 / sqrt(1 + 2 * b[1] * x)),
    "Misra1d": lambda b, x, z: b[0] * b[1] * x / (1 + b[1] * x),
    "Chwirut1": lambda b, x, z: exp(-b[0] * x) / (b[1] + b[2] * x),
    "DanWood": lambda b, x, z: b[0] * exp(b[1] * np.log(x)),
    "Bennett5": lambda b, x, z: b[0] * exp(-log(b[1] + x) / b[2]),
    "ENSO": lambda b, x, z: b[0] + b[1] * np.cos(2 * pi * x / 12) + b[2] * np.sin(2 * pi * x / 12)
    + b[4] * cos(2 * pi * x / b[3]) + b[5] * sin(2 * pi * x / b[3])
    + b[7] * cos(2 * pi * x / b[6]) + b[8] * sin(2 * pi * x / b[6]),
    "Eckerle4": lambda b, x, z: b[0] / b[1] * exp(-0.5 * square((x - b[2]) / b[1])),
    "Gauss1": lambda b, x, z: b[0] * exp(-b[1] * x) + b[2] * exp(-square((x - b[3]) / b[4]))
    + b[5] * exp(-square((x - b[6]) / b[7])),
    "Hahn1": ratio(4, 3),
    "Kirby2": ratio(3, 2),
    "Lanczos1": lambda b, x, z: b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x),
    "MGH09": lambda b, x, z: b[0] * (x * x + b[1] * x) / (x * x + b[2] * x + b[3]),
    "MGH10": lambda b, x, z: b[0] * exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x, z: b[0] + b[1] * exp(-b[3] * x) + b[2] * exp(-b[4] * x),
    "Nelson": lambda b, x, z: b[0] - b[1] * x * exp(-b[2] * z),
    "Rat42": lambda b, x, z: b[0] / (1 + exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x, z: b[0] * exp(-log(1 + exp(b[1] - b[2] * x)) / b[3]),
    "Roszman1": lambda b, x, z: b[0] - b[1] * x - atan(b[2] / (x - b[3])) / pi,
}
SAME = {"BoxBOD": "Misra1a", "Chwirut2": "Chwirut1", "Gauss2": "Gauss1", "Gauss3": "Gauss1", "Lanczos2": "Lanczos1",
        "Lanczos3": "Lanczos1", "Thurber": "Hahn1"}


def problems():
    path = pathlib.Path(__file__).parent.parent / "optim/least_squares/nist.txt"
    for block in path.read_text().split("\nproblem ")[1:]:
        name, *lines = block.strip().split("\n")
        columns = {key: rest for key, _, rest in (line.partition(" ") for line in lines)}
        column = lambda key: np.array([float(x) for x in columns[key].split()]) if key in columns else None
        y = np.log(column("y")) if name == "Nelson" else column("y")
        yield (name, [column("first_start"), column("second_start")], column("certified"), column("x"), column("z"), y)


def orders(model, n):
    if model == "Lanczos1":
        return [sum(([2 * k, 2 * k + 1] for k in p), []) for p in itertools.permutations(range(3))]
    swapped = {"Gauss1": [0, 1, 5, 6, 7, 2, 3, 4], "MGH17": [0, 2, 1, 4, 3], "ENSO": [0, 1, 2, 6, 7, 8, 3, 4, 5]}
    return [list(range(n))] + ([swapped[model]] if model in swapped else [])


def digits(model, found, certified):
    def of(order):
        error = np.max(np.abs(found[order] - certified) / np.abs(certified))
        return 0.0 if not error < 1 else 11.0 if error == 0 else min(11.0, -math.log10(error))

    return max(of(order) for order in orders(model, len(found)))


def main():
    loose, tight = {}, {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}
    methods = [("lm", loose), ("lm", tight), ("trf", loose), ("trf", tight)]
    reached = {}
    for name, starts, certified, x, z, y in problems():
        f = MODELS[SAME.get(name, name)]
        n = len(certified)
        unit = np.eye(n)

        def jacobian(b):
            d = f([Dual(b[k], unit[k][:, None]) for k in range(n)], x, z).d
            return np.broadcast_to(d, (n, len(x))).T.copy()

        for start in range(2):
            for method, tolerances in methods:
                begin = time.perf_counter()
                try:
                    fit = least_squares(lambda b: f(b, x, z) - y, starts[start], jacobian, method=method, x_scale="jac",
                                        max_nfev=20000, **tolerances)
                    row = (digits(SAME.get(name, name), fit.x, certified), fit.nfev, fit.njev or 0)
                except ValueError:
                    row = (0.0, 0, 0)
                label = method + (" tight" if tolerances else "")
                reached.setdefault(label, []).append(row)
                print(f"{name:9} {start + 1} {label:10} {row[0]:5.1f} {row[1]:6} {row[2]:6} "
                      f"{1e3 * (time.perf_counter() - begin):8.1f}")
    for label, rows in reached.items():
        counts = [sum(row[0] >= k for row in rows) for k in (4, 6, 8)]
        print(f"{label:10} 4/6/8 digits: {counts}, mean {np.mean([row[0] for row in rows]):.2f}, "
              f"evaluations {sum(row[1] for row in rows)}, Jacobians {sum(row[2] for row in rows)}")


if __name__ == "__main__":
    main()
