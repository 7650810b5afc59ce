"""Writes random programs in C++ and what JAX says of the same programs in Python: value, gradient, Hessian product.

    python3 -m venv golden-env && golden-env/bin/pip install jax numpy
    golden-env/bin/python tests/golden/make_jax_programs.py                        # the committed programs
    golden-env/bin/python tests/golden/make_jax_programs.py --programs 3000 --seed 7 --files 60 --into /tmp/more

jax_programs.txt          for each program: inputs, value, gradient, tangents and Hessian product (of every second program)
jax_programs_<k>_test.cpp the programs, some in each file so that each compiles in bounded time

A program is a list of statements over five inputs: vectors x and y of 3, a 3x3 matrix a, a 3x4 matrix b and a number s.
Every operation of the catalogue is used about equally often. A statement that JAX finds infinite, large, or close to
a kink at the inputs is drawn again; inputs are generic ones and structured ones, where zeros, ties and gaps are.
"""
import argparse
import itertools
import pathlib
import random
import re

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import jax.scipy.special as jss
import numpy as np

HERE = pathlib.Path(__file__).parent
SHAPES = {"S": (), "V": (3,), "W": (4,), "M": (3, 3), "N": (3, 4)}
TYPES = {"S": "T", "V": "grove::Vector<T>", "W": "grove::Vector<T>", "M": "grove::Matrix<T>", "N": "grove::Matrix<T>"}
AUTO = 0.3  # of the statements are named by auto
INPUTS = {"p.x": "V", "p.y": "V", "p.a": "M", "p.b": "N", "p.s": "S"}

# What an argument is wrapped in to lie inside a domain, in both languages: anything, (-1, 1), [1.1, ...).
ANY = ("{}", "{}")
UNIT = ("grove::tanh({}) * 0.9", "(jnp.tanh({}) * 0.9)")
ABOVE_1 = ("grove::cosh({}) * 1.1", "(jnp.cosh({}) * 1.1)")

CATALOGUE = []  # (name, result, arguments, C++, Python, distance from a kink in Python or None)


def enter(name, result, arguments, cpp, python, kink=None):
    CATALOGUE.append((name, result, arguments, cpp, python, kink))


def enter_for_all(name, arity, cpp, python, kink=None):
    """An elementwise operation: the same for numbers, vectors and matrices."""
    enter(name, None, [None] * arity, cpp, python, kink)


def elementwise(name, python, wrap=ANY, kink=None):
    enter_for_all(name, 1, f"grove::{name}({wrap[0].format('{0}')})", python.format(wrap[1].format("{0}")), kink)


elementwise("exp", "jnp.exp({})")
elementwise("exp2", "jnp.exp2({})")
elementwise("expm1", "jnp.expm1({})")
elementwise("log", "jnp.log({})", ABOVE_1)
elementwise("log2", "jnp.log2({})", ABOVE_1)
elementwise("log10", "jnp.log10({})", ABOVE_1)
elementwise("log1p", "jnp.log1p({})", UNIT)
elementwise("logistic", "jax.nn.sigmoid({})")
elementwise("sin", "jnp.sin({})")
elementwise("cos", "jnp.cos({})")
elementwise("tan", "jnp.tan({})", UNIT)
elementwise("asin", "jnp.arcsin({})", UNIT)
elementwise("acos", "jnp.arccos({})", UNIT)
elementwise("atan", "jnp.arctan({})")
elementwise("sinh", "jnp.sinh({})")
elementwise("cosh", "jnp.cosh({})")
elementwise("tanh", "jnp.tanh({})")
elementwise("asinh", "jnp.arcsinh({})")
elementwise("acosh", "jnp.arccosh({})", ABOVE_1)
elementwise("atanh", "jnp.arctanh({})", UNIT)
elementwise("square", "jnp.square({})")
elementwise("sqrt", "jnp.sqrt({})", ABOVE_1)
elementwise("cbrt", "jnp.cbrt({})", ABOVE_1)
elementwise("rsqrt", "jax.lax.rsqrt({})", ABOVE_1)
elementwise("erf", "jss.erf({})")
elementwise("erfc", "jss.erfc({})")
elementwise("digamma", "jss.digamma({})", ABOVE_1)
elementwise("lgamma", "jss.gammaln({})", ABOVE_1)
elementwise("softplus", "jax.nn.softplus({})")
elementwise("log_sigmoid", "jax.nn.log_sigmoid({})")
elementwise("silu", "jax.nn.silu({})")
elementwise("gelu", "jax.nn.gelu({})")
elementwise("relu", "jax.nn.relu({})", kink="{0}")
elementwise("leaky_relu", "jax.nn.leaky_relu({})", kink="{0}")
elementwise("elu", "jax.nn.elu({})", kink="{0}")
elementwise("selu", "jax.nn.selu({})", kink="{0}")
elementwise("abs", "jnp.abs({})", kink="{0}")
enter_for_all("polygamma", 1, "grove::polygamma(1, grove::cosh({0}) * 1.1)", "jss.polygamma(1, jnp.cosh({0}) * 1.1)")
enter_for_all("gelu exact", 1, "grove::gelu<grove::Gelu::exact>({0})", "jax.nn.gelu({0}, approximate=False)")
enter_for_all("clamp", 1, "grove::clamp({0}, -0.8, 0.9)", "jnp.clip({0}, -0.8, 0.9)", "({0} + 0.8) * ({0} - 0.9)")
enter_for_all("pow 3", 1, "grove::pow({0}, 3)", "{0} ** 3")
enter_for_all("pow 1.7", 1, "grove::pow(grove::cosh({0}) * 1.1, 1.7)", "(jnp.cosh({0}) * 1.1) ** 1.7")
enter_for_all("pow", 2, "grove::pow(grove::cosh({0}) * 1.1, {1})", "(jnp.cosh({0}) * 1.1) ** {1}")
enter_for_all("negate", 1, "-{0}", "-{0}")
enter_for_all("halve", 1, "{0} / 2.0 ", "{0} / 2")
enter_for_all("add", 2, "{0} + {1}", "{0} + {1}")
enter_for_all("subtract", 2, "{0} - 0.5 * {1}", "{0} - 0.5 * {1}")
enter_for_all("atan2", 2, "grove::atan2({0}, grove::cosh({1}))", "jnp.arctan2({0}, jnp.cosh({1}))")
enter_for_all("hypot", 2, "grove::hypot({0}, grove::cosh({1}))", "jnp.hypot({0}, jnp.cosh({1}))")
enter_for_all("logaddexp", 2, "grove::logaddexp({0}, {1})", "jnp.logaddexp({0}, {1})")
enter_for_all("xlogy", 2, "grove::xlogy({0}, grove::cosh({1}) * 1.1)", "jss.xlogy({0}, jnp.cosh({1}) * 1.1)")
enter_for_all("maximum", 2, "grove::maximum({0}, {1})", "jnp.maximum({0}, {1})", "{0} - {1}")
enter_for_all("minimum", 2, "grove::minimum({0}, {1})", "jnp.minimum({0}, {1})", "{0} - {1}")
enter_for_all("stop_gradient", 2, "grove::stop_gradient({0}) + grove::sin({1})", "jax.lax.stop_gradient({0}) + jnp.sin({1})")

for kind in "VMN":
    enter("cwiseProduct", kind, [kind, kind], "{0}.cwiseProduct({1})", "{0} * {1}")
    enter("cwiseQuotient", kind, [kind, kind], "{0}.cwiseQuotient(grove::cosh({1}))", "{0} / jnp.cosh({1})")
    enter("array product", kind, [kind, kind], "({0}.array() * {1}.array() + 0.3).matrix()", "{0} * {1} + 0.3")
    enter("array quotient", kind, [kind], "(1.0 / (1.5 + {0}.array().square())).matrix()", "1 / (1.5 + {0} ** 2)")
    enter("residual", kind, [kind, kind, "S"], "grove::square({0} - {1} * {2})", "({0} - {1} * {2}) ** 2")
    enter("scale", kind, [kind, "S"], "{0} * {1}", "{0} * {1}")
    enter("shift", kind, [kind, "S"], "({0}.array() + {1}).matrix()", "{0} + {1}")
    enter("where", kind, [kind, kind], "grove::where({0}.array() > 0.1, {0}, {1})", "jnp.where({0} > 0.1, {0}, {1})", "{0} - 0.1")
    enter("map", kind, [kind, kind], "grove::map([](const auto& u, const auto& v) {{ return sin(u) * v + u; }}, {0}, {1})",
          "jnp.sin({0}) * {1} + {0}")
    enter("sum", "S", [kind], "grove::sum({0})", "jnp.sum({0})")
    enter("mean", "S", [kind], "grove::mean({0})", "jnp.mean({0})")
    enter("squaredNorm", "S", [kind], "{0}.squaredNorm()", "jnp.sum({0} ** 2)")
    enter("norm", "S", [kind], "{0}.norm()", "jnp.sqrt(jnp.sum({0} ** 2))", "jnp.sum({0} ** 2)")
    enter("logsumexp", "S", [kind], "grove::logsumexp({0})", "jss.logsumexp({0})")
    enter("variance", "S", [kind], "grove::variance({0})", "jnp.var({0})")
    enter("prod", "S", [kind], "{0}.prod()", "jnp.prod({0})")
    enter("max", "S", [kind], "{0}.maxCoeff()", "jnp.max({0})", "spread(jnp.sort({0}.ravel())[-2:])")
    enter("min", "S", [kind], "{0}.minCoeff()", "jnp.min({0})", "spread(jnp.sort({0}.ravel())[:2])")
    enter("lpNorm 1", "S", [kind], "{0}.template lpNorm<1>()", "jnp.sum(jnp.abs({0}))", "{0}")
    enter("lpNorm 3", "S", [kind], "{0}.template lpNorm<3>()", "jnp.cbrt(jnp.sum(jnp.abs({0}) ** 3))", "{0}")
    enter("dot", "S", [kind, kind], "grove::dot({0}, {1})", "jnp.sum({0} * {1})")

enter("multiply", "S", ["S", "S"], "{0} * {1}", "{0} * {1}")
enter("divide", "S", ["S", "S"], "{0} / (1.2 + {1} * {1})", "{0} / (1.2 + {1} ** 2)")
enter("fuse", "S", ["S", "S"], "grove::fuse([](const auto& u, const auto& v) {{ return exp(u * 0.3) * v - u; }}, {0}, {1})",
      "jnp.exp({0} * 0.3) * {1} - {0}")
enter("choice", "S", ["S", "S"], "{0} > 0.2 ? {0} * {1} : {1} * 1.0", "jnp.where({0} > 0.2, {0} * {1}, {1})", "{0} - 0.2")
enter("entry of vector", "S", ["V", "S"], "{0}[2] * {1}", "{0}[2] * {1}")
enter("entry of matrix", "S", ["N"], "{0}(2, 1)", "{0}[2, 1]")
enter("trace", "S", ["M"], "grove::trace({0})", "jnp.trace({0})")
enter("determinant", "S", ["M"], "grove::determinant({0})", "jnp.linalg.det({0})")
enter("logdet", "S", ["M"], "grove::logdet({0} + constants.shift)", "jnp.linalg.slogdet({0} + SHIFT)[1]")
enter("quadratic_form", "S", ["M", "V"], "grove::quadratic_form({0}, {1})", "{1} @ {0} @ {1}")
enter("nested grad", "V", ["V"], "grove::grad([](const auto& u) {{ return grove::sum(grove::exp(u * 0.3)) * u(0); }})(p.x) + {0}",
      "jax.grad(lambda u: jnp.sum(jnp.exp(u * 0.3)) * u[0])(p_x) + {0}")

for name, python, kink in (("sum", "jnp.sum({{0}}, {})", None), ("mean", "jnp.mean({{0}}, {})", None),
                           ("prod", "jnp.prod({{0}}, {})", None), ("squaredNorm", "jnp.sum({{0}} ** 2, {})", None),
                           ("norm", "jnp.sqrt(jnp.sum({{0}} ** 2, {}))", "jnp.sum({{0}} ** 2, {})"),
                           ("maxCoeff", "jnp.max({{0}}, {})", "gaps({{0}}, {})"), ("minCoeff", "jnp.min({{0}}, {})", "gaps({{0}}, {})")):
    enter(name + " of rows", "V", ["N"], f"{{0}}.rowwise().{name}()", python.format(1), kink and kink.format(1))
    enter(name + " of columns", "W", ["N"], f"{{0}}.colwise().{name}().transpose()", python.format(0), kink and kink.format(0))
enter("logsumexp of rows", "V", ["N"], "grove::logsumexp({0}.rowwise())", "jss.logsumexp({0}, 1)")
enter("logsumexp of columns", "W", ["N"], "grove::logsumexp({0}.colwise()).transpose()", "jss.logsumexp({0}, 0)")
enter("variance of rows", "V", ["N"], "grove::variance({0}.rowwise())", "jnp.var({0}, 1)")
enter("variance of columns", "W", ["N"], "grove::variance({0}.colwise()).transpose()", "jnp.var({0}, 0)")
enter("softmax", "V", ["V"], "grove::softmax({0})", "jax.nn.softmax({0})")
enter("softmax of rows", "N", ["N"], "grove::softmax({0}.rowwise())", "jax.nn.softmax({0}, 1)")
enter("softmax of columns", "N", ["N"], "grove::softmax({0}.colwise())", "jax.nn.softmax({0}, 0)")
enter("log_softmax", "V", ["V"], "grove::log_softmax({0})", "jax.nn.log_softmax({0})")
enter("log_softmax of rows", "N", ["N"], "grove::log_softmax({0}.rowwise())", "jax.nn.log_softmax({0}, 1)")
enter("cumsum", "V", ["V"], "grove::cumsum({0})", "jnp.cumsum({0})")
enter("cumsum of rows", "N", ["N"], "grove::cumsum({0}.rowwise())", "jnp.cumsum({0}, 1)")
enter("cumsum of columns", "N", ["N"], "grove::cumsum({0}.colwise())", "jnp.cumsum({0}, 0)")

enter("reverse", "V", ["V"], "grove::reverse({0})", "{0}[::-1]")
enter("reverse both", "N", ["N"], "{0}.reverse()", "{0}[::-1, ::-1]")
enter("reverse rows", "N", ["N"], "grove::reverse({0}.rowwise())", "{0}[:, ::-1]")
enter("vcat", "W", ["V", "V"], "grove::vcat({0}.head(2), {1}.tail(2))", "jnp.concatenate([{0}[:2], {1}[1:]])")
enter("hcat", "N", ["M", "V"], "grove::hcat({0}, {1})", "jnp.concatenate([{0}, {1}[:, None]], 1)")
enter("hcat, an operand twice", "N", ["V", "V"], "grove::hcat({0}, {1}, {0}, {0})", "jnp.stack([{0}, {1}, {0}, {0}], 1)")
enter("vcat of rows", "M", ["M", "N"], "grove::vcat({0}.row(1), {1}.block(0, 1, 2, 3))", "jnp.concatenate([{0}[1:2], {1}[:2, 1:4]])")
enter("stack", "V", ["S", "V", "S"], "grove::stack({0}, {1}(1), {2})", "jnp.stack([{0}, {1}[1], {2}])")
enter("leftCols", "M", ["N"], "{0}.leftCols(3)", "{0}[:, :3]")
enter("block", "M", ["N"], "{0}.block(0, 1, 3, 3)", "{0}[:, 1:4]")
enter("col", "V", ["N"], "{0}.col(2)", "{0}[:, 2]")
enter("row", "W", ["N"], "{0}.row(1).transpose()", "{0}[1]")
enter("tail", "V", ["W"], "{0}.tail(3)", "{0}[1:]")
enter("segment", "V", ["W", "V"], "{0}.segment(0, 3) - {1}", "{0}[:3] - {1}")
enter("diagonal", "V", ["M"], "{0}.diagonal()", "jnp.diagonal({0})")
enter("asDiagonal", "N", ["V", "N"], "{0}.asDiagonal() * {1}", "{0}[:, None] * {1}")
enter("gather", "W", ["V"], "grove::gather({0}, std::vector{{2, 0, 2, 1}})", "{0}[jnp.array([2, 0, 2, 1])]")
enter("gather_rows", "N", ["N"], "grove::gather_rows({0}, std::vector{{2, 0, 2}})", "{0}[jnp.array([2, 0, 2])]")
enter("gather_cols", "M", ["N"], "grove::gather_cols({0}, std::vector{{3, 0, 3}})", "{0}[:, jnp.array([3, 0, 3])]")
enter("transpose", "M", ["M", "M"], "{0}.transpose() + {1}", "{0}.T + {1}")
enter("reshaped", "N", ["N"], "{0}.reshaped(4, 3).transpose()", "{0}.T.ravel().reshape(3, 4)")
enter("replicate", "N", ["V"], "{0}.replicate(1, 4)", "jnp.tile({0}[:, None], (1, 4))")
enter("triangle", "M", ["M"], "{0}.template triangularView<Eigen::Lower>().toDenseMatrix()", "jnp.tril({0})")
enter("add to columns", "N", ["N", "V"], "{0}.colwise() + {1}", "{0} + {1}[:, None]")
enter("scale rows", "N", ["N", "W"], "({0}.array().rowwise() * {1}.transpose().array()).matrix()", "{0} * {1}")
enter("normalized", "V", ["V"], "{0}.normalized()", "{0} / jnp.sqrt(jnp.sum({0} ** 2))", "jnp.sum({0} ** 2)")
enter("cross", "V", ["V", "V"], "grove::cross({0}, {1})", "jnp.cross({0}, {1})")
enter("outer", "N", ["V", "W"], "grove::outer({0}, {1})", "jnp.outer({0}, {1})")
enter("outer square", "M", ["V", "V"], "{0} * {1}.transpose()", "jnp.outer({0}, {1})")
enter("kron", "N", ["V", "W"], "grove::kron({0}, {1}.transpose())", "jnp.kron({0}[:, None], {1}[None])")

enter("matrix * vector", "V", ["M", "V"], "{0} * {1}", "{0} @ {1}")
enter("wide * vector", "V", ["N", "W"], "{0} * {1}", "{0} @ {1}")
enter("transposed * vector", "W", ["N", "V"], "{0}.transpose() * {1}", "{0}.T @ {1}")
enter("constant * vector", "V", ["V", "V"], "constants.data * {0} - {1}", "DATA @ {0} - {1}")
enter("row * matrix", "V", ["V", "M"], "({0}.transpose() * {1}).transpose()", "{0} @ {1}")
enter("matrix * matrix", "M", ["M", "M"], "{0} * {1}", "{0} @ {1}")
enter("matrix * wide", "N", ["M", "N"], "{0} * {1}", "{0} @ {1}")
enter("gram", "M", ["N"], "{0} * {0}.transpose()", "{0} @ {0}.T")

enter("solve", "V", ["M", "V"], "grove::solve({0} + constants.shift, {1})", "jnp.linalg.solve({0} + SHIFT, {1})")
enter("solve, raw", "V", ["M", "V"], "grove::solve({0}, {1})", "jnp.linalg.solve({0}, {1})", "jnp.linalg.det({0})")
enter("solve for matrix", "N", ["M", "N"], "grove::solve({0} + constants.shift, {1})", "jnp.linalg.solve({0} + SHIFT, {1})")
enter("inverse", "M", ["M"], "grove::inverse({0} + constants.shift)", "jnp.linalg.inv({0} + SHIFT)")
enter("solve_lower", "V", ["M", "V"], "grove::solve_lower({0} + constants.shift, {1})",
      "jsl.solve_triangular({0} + SHIFT, {1}, lower=True)", "jnp.diagonal({0} + SHIFT)")
enter("solve_upper", "V", ["M", "V"], "grove::solve_upper({0} + constants.shift, {1})",
      "jsl.solve_triangular({0} + SHIFT, {1})", "jnp.diagonal({0} + SHIFT)")
enter("cholesky", "M", ["M"], "grove::cholesky({0} * {0}.transpose() + constants.shift)", "jnp.linalg.cholesky({0} @ {0}.T + SHIFT)")
enter("llt_solve", "V", ["M", "V"], "grove::llt_solve({0} * {0}.transpose() + constants.shift, {1})", "jnp.linalg.solve({0} @ {0}.T + SHIFT, {1})")
enter("eigenvalues", "V", ["M"], "grove::eigh({0} + {0}.transpose() + constants.ladder).values", "jnp.linalg.eigh({0} + {0}.T + LADDER)[0]")
enter("eigenvectors", "M", ["M"], "grove::square(grove::eigh({0} + {0}.transpose() + constants.ladder).vectors)", "jnp.linalg.eigh({0} + {0}.T + LADDER)[1] ** 2")
enter("singular values", "V", ["M", "N"], "grove::svd(({0} + constants.ladder) * {1}).values",
      "jnp.linalg.svd(({0} + LADDER) @ {1}, full_matrices=False)[1]")
enter("qr, r", "M", ["M"], "grove::qr({0} + constants.shift).r", "positive_qr({0} + SHIFT)[1]")
enter("qr, q", "M", ["N"], "grove::qr({0}.transpose()).q.topRows(3)", "positive_qr({0}.T)[0][:3]")

DATA = np.array([[0.7, -1.1, 0.4], [1.3, 0.2, -0.6], [-0.5, 0.9, 1.6]])
SHIFT = 4 * np.eye(3)
LADDER = np.diag([0.0, 3.0, 7.0])


def spread(pair):
    return pair[1] - pair[0]


def gaps(matrix, axis):
    return jnp.diff(jnp.sort(matrix, axis), axis=axis)


def positive_qr(matrix):
    q, r = jnp.linalg.qr(matrix)
    signs = jnp.sign(jnp.diagonal(r))
    return q * signs, r * signs[:, None]


class Program:
    """Statements (expression in C++, in Python, kind, distance from a kink in Python), and the last one's result."""

    def __init__(self):
        self.statements = []
        self.names = [(name, kind) for name, kind in INPUTS.items()]

    def add(self, kind, cpp, python, kink):
        name = f"t{len(self.statements)}"
        self.statements.append((name, cpp, python, kink))
        self.names.append((name, kind))
        self.result = None

    def pop(self):
        self.statements.pop()
        self.names.pop()

    def python(self):
        lines = ["def f(p_x, p_y, p_a, p_b, p_s):"]
        lines += [f"  {name} = {local(python)}" for name, _, python, _ in self.statements]
        terms = [f"jnp.mean(jnp.sin({name})) * {0.5 + 0.25 * i}" for i, name in enumerate(self.unused())]
        lines.append(f"  return {' + '.join(terms)}, [" + ", ".join(n for n, *_ in self.statements) + "], [" +
                     ", ".join(local(k) for *_, k in self.statements if k) + "]")
        scope = dict(globals())
        exec("\n".join(lines), scope)
        return scope["f"]

    def unused(self):
        """The statements that no later one uses."""
        texts = [cpp for _, cpp, _, _ in self.statements]
        return [name for i, (name, *_) in enumerate(self.statements)
                if not any(name in words(text) for text in texts[i + 1:])]

    def cpp(self, name, twice):
        """Most statements name a type, which saves compiling their expressions anew in each that uses them."""
        kinds = dict(self.names)
        choose = random.Random(name)
        declare = lambda n: "auto" if choose.random() < AUTO else TYPES[kinds[n]]
        lines = [f"    const {declare(n)} {n} = {cpp};" for n, cpp, _, _ in self.statements]
        terms = [(f"grove::mean(grove::sin({n}))" if kinds[n] != "S" else f"grove::sin({n})") + f" * {0.5 + 0.25 * i}"
                 for i, n in enumerate(self.unused())]
        if any(type in line for line in lines for type in ("T ", "<T>")):
            lines.insert(0, "    using T = grove::scalar_t<decltype(p)>;")
        return f'  add.{"second" if twice else "first"}_order("{name}", [](const auto& p) {{\n' + "\n".join(lines) + f"\n    return {' + '.join(terms)};\n  }});\n"


def local(python):
    """The inputs as the arguments of a function."""
    return re.sub(r"\bp\.", "p_", python)


def words(text):
    return "".join(c if c.isalnum() or c in "_" else " " for c in text).split()


def structured(kind, rng):
    """Inputs with zeros, ties and other structure; kind 0 is generic."""
    x, y, a, b, s = (np.round(rng.uniform(-1.2, 1.2, SHAPES[k]), 3) for k in INPUTS.values())
    if kind == 1:
        a = np.eye(3)
    elif kind == 2:
        a, x = np.diag([0.5, -1.0, 2.0]), np.array([0.0, 0.7, 0.0])
    elif kind == 3:
        a, b = np.triu(a) + 0.1 * np.eye(3), np.zeros((3, 4))
    elif kind == 4:
        a, y = np.eye(3)[[2, 0, 1]], np.zeros(3)
    elif kind == 5:
        a, b = np.zeros((3, 3)), np.outer([1.0, -0.5, 0.25], [0.2, 1.0, 0.0, -1.0])
    elif kind == 6:
        a, b = np.full((3, 3), 0.4), np.full((3, 4), -0.3)
    elif kind == 7:
        x, y, s = np.zeros(3), np.full(3, 0.5), np.float64(0.0)
    elif kind == 8:
        a, b = np.tril(a) + np.eye(3), b * (np.arange(12).reshape(3, 4) % 3 == 0)
    return [x, y, a, b, s]


STRUCTURES = 9


def answers(program, inputs, tangents):
    """JAX's value, gradient and, if there are tangents, Hessian product; None if one of them is nothing to compare."""
    f = program.python()
    _, values, kinks = f(*inputs)
    if not all(np.all(np.isfinite(v)) and np.max(np.abs(v)) < 20 for v in values):
        return None
    if any(np.min(np.abs(k)) < 1e-3 for k in kinks):
        return None
    loss = lambda *p: f(*p)[0]
    gradient = jax.grad(loss, argnums=(0, 1, 2, 3, 4))
    if tangents is None:
        result = [np.asarray(loss(*inputs)), flat(gradient(*inputs))]
    else:
        grads, product = jax.jvp(gradient, tuple(inputs), tuple(tangents))
        result = [np.asarray(loss(*inputs)), flat(grads), flat(product)]
    if not all(np.all(np.isfinite(r)) and np.max(np.abs(r)) < 1e4 for r in result):
        return None
    return result


def is_tame(program, inputs):
    """True if the values are finite, moderate and away from kinks."""
    _, values, kinks = program.python()(*inputs)
    return all(np.all(np.isfinite(v)) and np.max(np.abs(v)) < 20 for v in values) and all(
        np.min(np.abs(k)) > 1e-3 for k in kinks)


def flat(tree):
    """In the order of tree::flatten: matrices column by column."""
    return np.concatenate([np.asarray(leaf).T.reshape(-1) for leaf in tree])


def draw(uses, choose, rng, twice):
    """A program of four statements of the operations used least so far, with one structured input and a generic one."""
    program = Program()
    structure = choose.randrange(1, STRUCTURES)
    generic, special = structured(0, rng), structured(structure, rng)
    while len(program.statements) < 4:
        order = sorted(range(len(CATALOGUE)), key=lambda k: (uses[k], choose.random()))
        for k in order[:40]:
            name, result, arguments, cpp, python, kink = CATALOGUE[k]
            kind = result or choose.choice("SVMN")
            chosen = []
            for argument in arguments:
                fitting = [n for n, t in program.names if t == (argument or kind)]
                if not fitting:
                    break
                # The newest value most often, so that statements build on one another.
                chosen.append(fitting[-1] if choose.random() < 0.6 and fitting[-1] not in chosen else choose.choice(fitting))
            if len(chosen) < len(arguments):
                continue
            program.add(kind, cpp.format(*chosen), python.format(*chosen), kink and kink.format(*chosen))
            if is_tame(program, generic):
                uses[k] += 1
                break
            program.pop()
    cases = []
    for inputs in (generic, special):
        tangents = [np.round(rng.uniform(-1, 1, np.shape(v)), 2) for v in inputs] if twice else None
        result = answers(program, inputs, tangents)
        if result is not None:
            cases.append((inputs, tangents, result))
    return program, cases


def write(programs, seed, files, into, cpp_into):
    rng, choose = np.random.default_rng(seed), random.Random(seed)
    uses = [0] * len(CATALOGUE)
    made = []
    while len(made) < programs:
        program, cases = draw(uses, choose, rng, twice=len(made) % 2 == 0)
        if cases:
            made.append((f"p{len(made)}", program, cases))
            if len(made) % 50 == 0:
                print(len(made), flush=True)
    with open(into / "jax_programs.txt", "w") as f:
        for name, _, cases in made:
            for inputs, tangents, (value, grads, *product) in cases:
                print("program", name, file=f)
                for row in (flat(inputs), value, grads, *([flat(tangents)] if tangents else [[]]), *(product or [[]])):
                    print(" ".join(f"{float(v):.17g}" for v in np.reshape(row, -1)), file=f)
    size = -(-len(made) // files)
    for k in range(files):
        part = made[k * size:(k + 1) * size]
        with open(cpp_into / f"jax_programs_{k + 1}_test.cpp", "w") as f:
            f.write("// Written by tests/golden/make_jax_programs.py.\n// clang-format off\n"
                    '#include "tests/autodiff/derivatives/jax_programs.hpp"\n\n'
                    "using namespace grove::test::jax_programs;\n\n"
                    f'TEST_CASE("programs {part[0][0]} to {part[-1][0]} have JAX\'s values, gradients and Hessian products") {{\n'
                    "  Programs add;\n")
            f.writelines(program.cpp(name, cases[0][1] is not None) for name, program, cases in part)
            f.write('  CHECK(add.wrong() == "");\n}\n')
    idle = [entry[0] for entry, n in zip(CATALOGUE, uses) if n == 0]
    print(f"{len(made)} programs, {sum(len(c) for *_, c in made)} cases, never used: {idle or 'none'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--into", type=pathlib.Path, help="a folder for everything, instead of the committed files")
    options = parser.parse_args()
    write(options.programs, options.seed, options.files, options.into or HERE,
          options.into or HERE.parent / "autodiff" / "derivatives")
