"""Writes what SciPy and scikit-learn answer to problems that tests/optim solves too, in float64.

    python3 -m venv golden-env && golden-env/bin/pip install numpy scipy scikit-learn
    golden-env/bin/python tests/golden/make_scipy.py            # writes next to this script

constraints.txt   lasso, elastic net and nonnegative least squares: data, targets, coefficients
second_order.txt  scipy.optimize.minimize and least_squares on small problems: final value, gradients (residuals) evaluated, final point
sparse_fit.txt    scipy.optimize.least_squares on the problem of sparse_test.cpp: cost, params

Every number is written with 17 significant digits, so that it is read back exactly.
"""
import pathlib

import numpy as np
import scipy.optimize as so
from sklearn.linear_model import ElasticNet, Lasso

HERE = pathlib.Path(__file__).parent


def fmt(values):
    return " ".join(f"{float(v):.17g}" for v in np.asarray(values).reshape(-1))


def write(name, cases):
    text = "".join(f"case {case}\n{fmt(values)}\n" for case, values in cases)
    (HERE / name).write_text(text)


def constraints():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 6))
    y = x @ np.array([1.5, 0.0, -2.0, 0.0, 0.0, 0.3]) + 0.1 * rng.normal(size=20)
    yield "constrained_x", x
    yield "constrained_y", y
    exact = {"fit_intercept": False, "tol": 1e-15, "max_iter": 10**6}
    yield "lasso", Lasso(alpha=0.4, **exact).fit(x, y).coef_
    yield "elastic_net", ElasticNet(alpha=0.5, l1_ratio=0.6, **exact).fit(x, y).coef_
    yield "nonnegative_least_squares", so.nnls(x, y)[0]


def beale(x):
    return np.sum(beale_residuals(x) ** 2)


def beale_residuals(x):
    a, b = x
    return np.array([1.5 - a + a * b, 2.25 - a + a * b**2, 2.625 - a + a * b**3])


def beale_jacobian(x):
    a, b = x
    return np.array([[b - 1, a], [b**2 - 1, 2 * a * b], [b**3 - 1, 3 * a * b**2]])


def beale_grad(x):
    return 2 * beale_jacobian(x).T @ beale_residuals(x)


def beale_hess(x):
    a, b = x
    r, j = beale_residuals(x), beale_jacobian(x)
    h = 2 * j.T @ j
    h[0, 1] += 2 * (r @ [1, 2 * b, 3 * b**2])
    h[1, 0] = h[0, 1]
    h[1, 1] += 2 * (r @ [0, 2 * a, 6 * a * b])
    return h


CURVATURES = np.logspace(0, 3, 10)
PROBLEMS = {
    "rosenbrock": (so.rosen, so.rosen_der, so.rosen_hess, [-1.2, 1.0]),
    "beale": (beale, beale_grad, beale_hess, [1.0, 1.0]),
    # ½ Σ cᵢ (xᵢ - 1)², curvatures from 1 to 1000
    "quadratic": (
        lambda x: 0.5 * CURVATURES @ (x - 1) ** 2,
        lambda x: CURVATURES * (x - 1),
        lambda x: np.diag(CURVATURES),
        np.zeros(10),
    ),
    # x⁴/4 - x²/2 + y²/2 near its saddle at 0; the minima are at x = ±1
    "saddle": (
        lambda x: x[0] ** 4 / 4 - x[0] ** 2 / 2 + x[1] ** 2 / 2,
        lambda x: np.array([x[0] ** 3 - x[0], x[1]]),
        lambda x: np.diag([3 * x[0] ** 2 - 1, 1.0]),
        [1e-3, 1.0],
    ),
}
METHODS = {
    "newton": ("Newton-CG", {"xtol": 1e-12}),
    "trust_region_newton": ("trust-ncg", {"gtol": 1e-8}),
    "bfgs": ("BFGS", {"gtol": 1e-8}),
    "lbfgsb": ("L-BFGS-B", {"gtol": 1e-8, "ftol": 1e-15}),
}
BOXES = {"rosenbrock": [(-2, 0.5), (-2, 2)], "beale": [(-4, 2.5), (0.6, 4)], "quadratic": [(-1, 0.5)] * 10, "saddle": [(-0.7, 3), (0.2, 2)]}


def second_order():
    for method, (name, options) in METHODS.items():
        for problem, (f, g, h, start) in PROBLEMS.items():
            hess = {"hess": h} if name in ("Newton-CG", "trust-ncg") else {}
            found = so.minimize(f, np.array(start), jac=g, method=name, options=options, **hess)
            yield f"{method}_{problem}", [found.fun, found.njev, *found.x]
    for problem, (f, g, _, start) in PROBLEMS.items():
        box = BOXES[problem]
        options = {"gtol": 1e-10, "ftol": 1e-16}
        found = so.minimize(f, np.array(start), jac=g, bounds=box, method="L-BFGS-B", options=options)
        yield f"lbfgsb_box_{problem}", [found.fun, found.njev, *found.x]
    squares = {
        "rosenbrock": (lambda x: np.array([1 - x[0], 10 * (x[1] - x[0] ** 2)]), lambda x: np.array([[-1, 0], [-20 * x[0], 10]])),
        "beale": (beale_residuals, beale_jacobian),
    }
    for problem, (residuals, jacobian) in squares.items():
        tight = {"xtol": 1e-12, "ftol": 1e-12, "gtol": 1e-12}
        found = so.least_squares(residuals, np.array(PROBLEMS[problem][3]), jac=jacobian, method="lm", **tight)
        yield f"gauss_newton_{problem}", [2 * found.cost, found.nfev, *found.x]


READINGS = [(i, j) for j in range(8) for i in range(4) if (i + j) % 4 != 3]
VALUES = np.array([(1 + 0.3 * i) * np.exp(0.25 * j - 0.9) + 0.2 * i + 0.1 * np.sin(17 * (i + 1) * (j + 1)) for i, j in READINGS])


def misfit(x):
    gain, offset, points = np.r_[1, x[0:6:2]], np.r_[0, x[1:6:2]], x[6:]
    return np.array([gain[i] * np.exp(points[j]) + offset[i] - y for (i, j), y in zip(READINGS, VALUES)])


def sparse_fit():
    exact = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "jac": "3-point", "max_nfev": 10000}
    for loss in ("linear", "soft_l1"):
        found = so.least_squares(misfit, np.r_[[1, 0] * 3, 0.25 * np.arange(8) - 0.9], loss=loss, f_scale=0.05, **exact)
        yield f"sparse_fit_{loss}", [found.cost, *found.x]


write("constraints.txt", constraints())
write("second_order.txt", second_order())
write("sparse_fit.txt", sparse_fit())
