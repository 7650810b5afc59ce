"""Eight Gaussian wells, starts among them, and how seven methods of NumPy end there. Writes into examples/data:

    wells.csv         centres, widths and depths, from numpy.random.seed(0)
    starts_100.csv    where the methods start
    starts_500.csv    where the bake-off starts
    bake_off.csv      the mean loss at the end of each method, its steps and its seconds of a processor

    python3 -m venv golden-env && golden-env/bin/pip install numpy
    golden-env/bin/python tests/golden/make_wells.py             # or --time: only prints the bake-off

All starts take their steps together, until the norm of all gradients is below 1e-6. The Hessian is the right one:
the derivative of the gradient, with the factors 2 and 4.
"""
import argparse
import csv
import pathlib
import time

import numpy as np

DATA = pathlib.Path(__file__).parents[2] / "examples" / "data"
RATE, STEPS, TOLERANCE, NOISE = 0.1, 5000, 1e-6, 0.2


class Wells:
    """-sum_p depth_p exp(-|x - centre_p|^2 / width_p^2), at many points at once."""

    def __init__(self, count=8):
        np.random.seed(0)
        self.centres = 3 * (2 * np.random.uniform(size=(count, 2)) - 1)
        self.widths = np.random.rand(count)
        self.depths = np.random.random(count)
        self.depths /= self.depths.sum()

    def parts(self, points):
        offsets = points[:, None, :] - self.centres  # (points, wells, 2)
        heights = self.depths * np.exp(-np.sum(offsets**2, axis=2) / self.widths**2)
        return offsets, heights

    def loss(self, points):
        return -self.parts(points)[1].sum(axis=1)

    def gradient(self, points):
        offsets, heights = self.parts(points)
        return np.einsum("np,npi->ni", 2 * heights / self.widths**2, offsets)

    def hessian(self, points):
        offsets, heights = self.parts(points)
        round_part = np.einsum("np,ij->nij", 2 * heights / self.widths**2, np.eye(2))
        return round_part - np.einsum("np,npi,npj->nij", 4 * heights / self.widths**4, offsets, offsets)


def gradient_descent(wells):
    return lambda x, g: -RATE * g


def adam(wells, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, t = 0, 0, 0

    def step(x, g):
        nonlocal m, v, t
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        return -RATE * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)

    return step


def momentum(wells, beta=0.9):
    velocity = 0

    def step(x, g):
        nonlocal velocity
        velocity = beta * velocity - RATE * g
        return velocity

    return step


def noise(wells):
    return lambda x, g: -RATE * (g + NOISE * np.random.randn(*g.shape))


def newton(wells):
    return lambda x, g: -RATE * np.linalg.solve(wells.hessian(x) + 1e-12 * np.eye(2), g[:, :, None])[:, :, 0]


def condition_number_rate(wells):
    return lambda x, g: -RATE * g / (np.linalg.cond(wells.hessian(x))[:, None] + 1e-12)


def bfgs(wells):
    before, inverse = None, None

    def step(x, g):
        nonlocal before, inverse
        if before is None:
            inverse = np.tile(np.eye(2), (len(x), 1, 1))
        else:
            s, y = x - before[0], g - before[1]
            rho = 1 / (np.sum(s * y, axis=1) + 1e-12)
            left = np.eye(2) - np.einsum("n,ni,nj->nij", rho, s, y)
            inverse = left @ inverse @ left.transpose(0, 2, 1) + np.einsum("n,ni,nj->nij", rho, s, s)
        before = (x, g)
        return -RATE * np.einsum("nij,nj->ni", inverse, g)

    return step


def run(method, wells, starts):
    np.random.seed(0)
    began, x, step = time.process_time(), starts.copy(), method(wells)
    losses = [wells.loss(x)]
    for steps in range(1, STEPS + 1):
        x = x + step(x, wells.gradient(x))
        losses.append(wells.loss(x))
        if np.linalg.norm(wells.gradient(x)) < TOLERANCE:
            break
    return losses[-1].mean(), steps, time.process_time() - began


def write(name, header, rows):
    with (DATA / name).open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([entry if isinstance(entry, str) else repr(entry) for entry in row] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", action="store_true", help="write nothing")
    only_time = parser.parse_args().time
    wells = Wells()
    starts = 6 * np.random.random(size=(500, 2)) - 3
    rows = []
    for method in (gradient_descent, adam, momentum, noise, newton, condition_number_rate, bfgs):
        loss, steps, seconds = run(method, wells, starts)
        rows.append((method.__name__, float(loss), steps, round(seconds, 3)))
        print("{:<24}{:12.8f}{:6d} steps{:9.3f} s".format(*rows[-1]), flush=True)
    print("{:<24}{:33.3f} s".format("all", sum(row[3] for row in rows)))
    if only_time:
        return
    write("bake_off.csv", ("method", "loss", "steps", "seconds"), rows)
    write("wells.csv", ("x", "y", "width", "depth"),
          [(*map(float, c), float(w), float(d)) for c, w, d in zip(wells.centres, wells.widths, wells.depths)])
    write("starts_500.csv", ("x", "y"), starts.tolist())
    np.random.seed(0)
    write("starts_100.csv", ("x", "y"), (6 * np.random.random(size=(100, 2)) - 3).tolist())


if __name__ == "__main__":
    main()
