"""Writes examples/data/saddle_race.csv: how SGD, Adam and RMSprop go down the saddle z = x^2 - y^2.

    python3 -m venv golden-env && golden-env/bin/pip install numpy torch
    golden-env/bin/python tests/golden/make_saddle_race.py

Two programs run from (20.75, 0.5) with a learning rate of 0.005 for 4000 epochs: the update rules written out with NumPy, and
torch.optim with its defaults, on float64. A row is the position before an epoch: often at first, later seldom.
"""
import csv
import pathlib

import numpy as np
import torch

OUTPUT = pathlib.Path(__file__).parents[2] / "examples" / "data" / "saddle_race.csv"
START, RATE, EPOCHS = (20.75, 0.5), 0.005, 4000


def recorded(epoch):
    """Whether a frame is drawn of this epoch: the gaps grow from 2 to 250."""
    for until, gap in ((25, 2), (50, 5), (101, 15), (501, 45), (1001, 50)):
        if epoch < until and epoch % gap == 0:
            return True
    return epoch % 250 == 0


def by_hand(rule):
    """The path of an update rule `rule(epoch from 1, gradient) -> step`."""
    point, path = np.array(START), []
    for epoch in range(EPOCHS + 1):
        path.append(tuple(point))
        point = point - RATE * rule(epoch + 1, np.array([2 * point[0], -2 * point[1]]))
    return path


def sgd():
    return lambda t, g: g


def rmsprop(beta=0.99, eps=1e-8):
    mean = np.zeros(2)

    def rule(t, g):
        mean[:] = beta * mean + (1 - beta) * g**2
        return g / (np.sqrt(mean) + eps)

    return rule


def adam(beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.zeros(2), np.zeros(2)

    def rule(t, g):
        m[:] = beta1 * m + (1 - beta1) * g
        v[:] = beta2 * v + (1 - beta2) * g**2
        return (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)

    return rule


def by_torch(optimizer):
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    steps, path = optimizer([point], lr=RATE), []
    for _ in range(EPOCHS + 1):
        path.append(tuple(point.detach().numpy()))
        steps.zero_grad()
        (point[0] ** 2 - point[1] ** 2).backward()
        steps.step()
    return path


def main():
    paths = {
        "numpy_sgd": by_hand(sgd()),
        "numpy_adam": by_hand(adam()),
        "numpy_rmsprop": by_hand(rmsprop()),
        "torch_sgd": by_torch(torch.optim.SGD),
        "torch_adam": by_torch(torch.optim.Adam),
        "torch_rmsprop": by_torch(torch.optim.RMSprop),
    }
    with OUTPUT.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["epoch"] + [f"{name}_{axis}" for name in paths for axis in "xy"])
        for epoch in filter(recorded, range(EPOCHS + 1)):
            out.writerow([epoch] + [repr(float(number)) for path in paths.values() for number in path[epoch]])


if __name__ == "__main__":
    main()
