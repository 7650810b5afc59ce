"""Writes what JAX says of losses that contain derivatives: value and gradient by the parameters.

    python3 -m venv golden-env && golden-env/bin/pip install jax numpy
    golden-env/bin/python tests/golden/make_nested.py

The losses are those of tests/autodiff/derivatives/nested_test.cpp, of the same names.
"""
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np

HERE = pathlib.Path(__file__).parent
lines = []


def enter(name, *arrays):
    numbers = np.concatenate([np.ravel(np.asarray(a)) for a in arrays])
    lines.append(f"case {name}\n" + " ".join(repr(float(x)) for x in numbers))


def with_gradient(name, loss, p):
    value, grads = jax.value_and_grad(loss)(p)
    enter(name, p, value, grads)


rng = np.random.default_rng(13)
H = 6


# A network of one hidden layer: p = (weight, bias, out) of six each; u'' + 4u = 0, u(0) = 1, u'(0) = 0.
def network(p, t):
    weight, bias, out = p[:H], p[H : 2 * H], p[2 * H :]
    return jnp.sum(out * jnp.tanh(weight * t + bias))


def physics(p):
    u = lambda t: network(p, t)
    residuals = [jax.grad(jax.grad(u))(t) + 4.0 * u(t) for t in (0.0, 0.3, 0.6, 0.9)]
    return sum(r**2 for r in residuals) + (u(0.0) - 1.0) ** 2 + jax.grad(u)(0.0) ** 2


with_gradient("physics", physics, jnp.asarray(rng.normal(size=3 * H)))

# Forces of five atoms in space by a pair energy with parameters (depth, radius, charge); columns are atoms.
ATOMS = jnp.asarray(
    [[0.0, 0.1, -0.1], [1.1, 0.0, 0.2], [0.2, 1.2, 0.0], [0.1, -0.2, 1.15], [1.2, 1.1, 0.9]]
)


def energy(p, x):
    total = 0.0
    for i in range(5):
        for j in range(i):
            d = x[i] - x[j]
            s = p[1] ** 2 / jnp.dot(d, d)
            total += 4.0 * p[0] * (s**6 - s**3) + p[2] * jnp.sqrt(s)
    return total


TRUE = jnp.asarray([0.8, 1.0, 0.3])
FORCES = -jax.grad(energy, argnums=1)(TRUE, ATOMS)
with_gradient(
    "forces", lambda p: jnp.mean((-jax.grad(energy, argnums=1)(p, ATOMS) - FORCES) ** 2), jnp.asarray([0.7, 1.05, 0.2])
)


# Two steps of gradient descent on a training loss; p = (start, log of the rate), judged on a validation loss.
def train(w):
    return jnp.sum(jnp.cos(w) * w**2) + w[0] * w[1] * w[2]


def meta(p):
    w = p[:3]
    for _ in range(2):
        w = w - jnp.exp(p[3]) * jax.grad(train)(w)
    return jnp.sum((w - jnp.asarray([0.1, -0.2, 0.3])) ** 2)


with_gradient("meta", meta, jnp.asarray([0.5, -0.4, 0.9, -1.5]))


# The Hessian of a loss that holds a product of a Hessian, its direction depending on the parameters too.
def curved(x):
    f = lambda y: jnp.sum(jnp.sin(y) * jnp.roll(y, 1) ** 2)
    return jnp.sum(jax.jvp(jax.grad(f), (x,), (jnp.exp(x),))[1] ** 2)


x = jnp.asarray([0.4, -0.7, 1.1])
enter("curved", x, curved(x), jax.grad(curved)(x), jax.hessian(curved)(x))

(HERE / "nested.txt").write_text("\n".join(lines) + "\n")
