"""Prints what SciPy fits to the pelts of hares and lynx in examples/12_predators.cpp, which has these numbers.

    python3 -m venv golden-env && golden-env/bin/pip install numpy scipy
    golden-env/bin/python tests/golden/make_predators.py
"""
import pathlib
import re

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "12_predators.cpp"


def read(name):
    numbers = re.search(name + r" << ([^;]+);", EXAMPLE.read_text()).group(1)
    return np.array([float(x) for x in numbers.split(",")])


def main():
    hares, lynx = read("hares"), read("lynx")

    def residuals(p):
        birth, hunting, death, growth = p[:4]
        run = solve_ivp(
            lambda t, z: [(birth - hunting * z[1]) * z[0], (growth * z[0] - death) * z[1]],
            (0, len(hares) - 1), p[4:], t_eval=np.arange(len(hares)), method="DOP853", rtol=1e-11, atol=1e-11)
        return np.concatenate([np.log(run.y[0] / hares), np.log(run.y[1] / lynx)])

    fit = least_squares(residuals, [0.5, 0.02, 0.8, 0.02, 30, 4], x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14,
                        jac="3-point")
    variance = 2 * fit.cost / (2 * len(hares) - 6)
    errors = np.sqrt(np.diag(variance * np.linalg.inv(fit.jac.T @ fit.jac)))
    print("estimates ", ", ".join(f"{x:.8g}" for x in fit.x))
    print("std errors", ", ".join(f"{x:.5g}" for x in errors))
    print("cost      ", f"{fit.cost:.10g}")


if __name__ == "__main__":
    main()
