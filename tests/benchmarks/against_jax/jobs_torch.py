"""The same jobs in PyTorch, as its users write them: eager, torch.optim, float64. `compile` is not used: it takes minutes."""
import time

import numpy as np
import torch
from torch.nn.functional import cross_entropy

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

LOSSES = {}


def loss_of(steps, rate, batches=lambda data, i: data):
    def enter(loss):
        LOSSES[loss.__name__] = loss, steps, rate, batches
        return loss

    return enter


class Torch:
    """Trains by adam."""

    def __init__(self, name, params, data):
        self.params = {k: torch.tensor(v, dtype=torch.float64) for k, v in params.items()}
        self.data = {k: torch.tensor(v).long() if v.dtype == np.int32 else torch.tensor(v) for k, v in data.items()}
        self.loss, self.steps, self.rate, self.batches = LOSSES[name]

    def __call__(self):
        params = {k: v.clone().requires_grad_() for k, v in self.params.items()}
        begin = time.process_time()
        optimizer = torch.optim.Adam(params.values(), lr=self.rate)
        for i in range(self.steps):
            optimizer.zero_grad()
            self.loss(params, self.batches(self.data, i)).backward()
            optimizer.step()
        seconds = time.process_time() - begin
        with torch.no_grad():
            return seconds, float(self.loss(params, self.data))


@loss_of(200, 0.02)
def softmax_regression(p, data):
    return cross_entropy(data["x"] @ p["weight"] + p["bias"], data["labels"])


@loss_of(50, 0.01)
def perceptron_full_batch(p, data):
    hidden = torch.tanh(data["x"] @ p["hidden.weight"] + p["hidden.bias"])
    return cross_entropy(hidden @ p["output.weight"] + p["output.bias"], data["labels"])


def small_batch(data, i, size=32):
    first = i % (1797 // size) * size
    return {name: array[first : first + size] for name, array in data.items()}


@loss_of(1000, 0.002, small_batch)
def perceptron_small_batches(p, data):
    return perceptron_full_batch(p, data)


@loss_of(20, 0.1)
def gaussian_process(p, data):
    x, y = data["x"], data["y"]
    squares = ((x[:, None] - x[None]) ** 2).sum(-1)
    kernel = torch.exp(p["first.log_variance"] - 0.5 * torch.exp(-2 * p["first.log_length"]) * squares)
    factor = torch.linalg.cholesky(kernel + torch.exp(p["second.log_variance"]) * torch.eye(len(y)))
    z = torch.linalg.solve_triangular(factor, y[:, None], upper=False)[:, 0]
    return 0.5 * z @ z + torch.log(torch.diag(factor)).sum() + 0.5 * len(y) * np.log(2 * np.pi)


@loss_of(50, 0.02)
def gaussian_mixture(p, data):
    k, d = p["means"].shape
    factors = torch.tril(p["factors"].reshape(k, d, d), -1) + torch.diag_embed(torch.exp(p["log_diagonals"]))
    z = torch.einsum("nd,kde->nke", data["x"], factors) - torch.einsum("kd,kde->ke", p["means"], factors)
    weights = torch.log_softmax(p["logits"], 0) + p["log_diagonals"].sum(1)
    return -torch.logsumexp(weights - 0.5 * (z**2).sum(-1), 1).mean()


@loss_of(50, 0.01)
def gru(p, data):
    batch, width = len(data["labels"]), len(p["state"])
    h = torch.zeros(batch, width)
    for from_input in (data["x"] @ p["input"] + p["bias"]).reshape(-1, batch, 3 * width):
        from_state = h @ p["state"]
        reset = torch.sigmoid(from_input[:, :width] + from_state[:, :width])
        keep = torch.sigmoid(from_input[:, width : 2 * width] + from_state[:, width : 2 * width])
        fresh = torch.tanh(from_input[:, 2 * width :] + reset * from_state[:, 2 * width :])
        h = fresh + keep * (h - fresh)
    return cross_entropy(h @ p["output"], data["labels"])


@loss_of(20, 0.01)
def lstm(p, data):
    h = cell = torch.zeros(len(data["labels"]), len(p["state"]))
    for column in data["x"].T:
        gates = h @ p["state"] + torch.outer(column, p["input"]) + p["bias"]
        ingate, forget, change, outgate = torch.chunk(gates, 4, dim=1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(ingate) * torch.tanh(change)
        h = torch.sigmoid(outgate) * torch.tanh(cell)
    return cross_entropy(h @ p["output"], data["labels"])


@loss_of(500, 0.02)
def many_starts(p, data):
    """All starts by broadcasting."""
    predicted = p["height"][:, None] * torch.exp(-p["rate"][:, None] * data["t"]) + p["ground"][:, None]
    return ((predicted - data["y"]) ** 2).mean(1).sum()


@loss_of(50, 0.005)
def attention(p, data):
    width = p["embed"].shape[1]
    h = (data["x"] @ p["embed"]).reshape(len(data["labels"]), -1, width)
    scores = (h @ p["query"]) @ (h @ p["key"]).transpose(1, 2) / np.sqrt(width)
    mixed = h + (torch.softmax(scores, -1) @ (h @ p["value"])) @ p["mix"]
    return cross_entropy(torch.tanh(mixed).mean(1) @ p["output"], data["labels"])
