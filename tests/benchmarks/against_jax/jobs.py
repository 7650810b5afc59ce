"""The training jobs of the table in JAX: where each starts, its data, its loss, and the whole training under jit.

A job is (params, data, train(params, data), loss(params, data)). The names of params and data are those of the
members in the C++ header of the job.
"""
import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax
import scipy.optimize
from jax import lax
from sklearn import datasets

JOBS = {}


def job(make):
    JOBS[make.__name__] = make
    return make


def normal(rng, *shape, scale=1.0):
    return rng.normal(scale=scale, size=shape)


def digits(count=1797):
    pixels, labels = datasets.load_digits(return_X_y=True)
    return pixels[:count] / 16, labels[:count].astype(np.int32)


def cross_entropy(logits, labels):
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def adam_steps(loss, steps, rate, data_of=lambda data, i: data):
    optimizer = optax.adam(rate)

    @jax.jit
    def train(params, data):
        def step(i, carry):
            params, state = carry
            grads = jax.grad(loss)(params, data_of(data, i))
            updates, state = optimizer.update(grads, state)
            return optax.apply_updates(params, updates), state

        return lax.fori_loop(0, steps, step, (params, optimizer.init(params)))[0]

    return train


@job
def softmax_regression():
    x, labels = digits()
    params = {"weight": np.zeros((64, 10)), "bias": np.zeros(10)}

    def loss(p, data):
        return cross_entropy(data["x"] @ p["weight"] + p["bias"], data["labels"])

    return params, {"x": x, "labels": labels}, adam_steps(loss, 200, 0.02), loss


def perceptron():
    x, labels = digits()
    rng = np.random.default_rng(1)
    params = {
        "hidden.weight": normal(rng, 64, 64, scale=1 / 8),
        "hidden.bias": np.zeros(64),
        "output.weight": normal(rng, 64, 10, scale=1 / 8),
        "output.bias": np.zeros(10),
    }

    def loss(p, data):
        hidden = jnp.tanh(data["x"] @ p["hidden.weight"] + p["hidden.bias"])
        return cross_entropy(hidden @ p["output.weight"] + p["output.bias"], data["labels"])

    return params, {"x": x, "labels": labels}, loss


@job
def perceptron_full_batch():
    params, data, loss = perceptron()
    return params, data, adam_steps(loss, 50, 0.01), loss


@job
def perceptron_small_batches():
    params, data, loss = perceptron()
    size = 32

    def batch(data, i):
        first = i % (1797 // size) * size
        return {name: lax.dynamic_slice_in_dim(array, first, size) for name, array in data.items()}

    return params, data, adam_steps(loss, 1000, 0.002, batch), loss


@job
def gaussian_process():
    x, y = datasets.load_diabetes(return_X_y=True)
    x, y = x / x.std(0), (y - y.mean()) / y.std()
    params = {"first.log_variance": 0.0, "first.log_length": 1.0, "second.log_variance": -1.0}

    def loss(p, data):
        x, y = data["x"], data["y"]
        squares = ((x[:, None] - x[None]) ** 2).sum(-1)
        kernel = jnp.exp(p["first.log_variance"] - 0.5 * jnp.exp(-2 * p["first.log_length"]) * squares)
        factor = jnp.linalg.cholesky(kernel + jnp.exp(p["second.log_variance"]) * jnp.eye(len(y)))
        z = jax.scipy.linalg.solve_triangular(factor, y, lower=True)
        return 0.5 * z @ z + jnp.log(jnp.diag(factor)).sum() + 0.5 * len(y) * jnp.log(2 * jnp.pi)

    return params, {"x": x, "y": y}, adam_steps(loss, 20, 0.1), loss


HARES = [30, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22, 25.4, 27.1, 40.3, 57, 76.6, 52.3, 19.5, 11.2, 7.6, 14.6, 16.2, 24.7]
LYNX = [4, 6.1, 9.8, 35.2, 59.4, 41.7, 19, 13, 8.3, 9.1, 7.4, 8, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7, 10.1, 8.6]


@job
def differential_equation():
    start = {"birth": 0.8, "hunting": 0.05, "death": 0.6, "growth": 0.015, "hares": 30, "lynx": 4}
    params = {name: np.log(value) for name, value in start.items()}
    steps_a_year, h = 20, 1 / 20

    def loss(p, data):
        birth, hunting, death, growth, hares, lynx = (jnp.exp(p[name]) for name in start)

        def slope(z):
            return (birth - hunting * z[1]) * z[0], (growth * z[0] - death) * z[1]

        def moved(z, h, d):
            return z[0] + h * d[0], z[1] + h * d[1]

        def step(z, _):
            a = slope(z)
            b = slope(moved(z, h / 2, a))
            c = slope(moved(z, h / 2, b))
            d = slope(moved(z, h, c))
            return tuple(z[k] + h / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k]) for k in range(2)), z

        _, path = lax.scan(step, (hares, lynx), length=20 * steps_a_year + 1)
        return sum(((jnp.log(z[::steps_a_year] / data[name])) ** 2).sum() for z, name in zip(path, ("hares", "lynx")))

    return params, {"hares": np.array(HARES), "lynx": np.array(LYNX)}, adam_steps(loss, 200, 0.01), loss


@job
def gaussian_mixture():
    pixels, _ = digits()
    centred = pixels - pixels.mean(0)
    x = centred @ np.linalg.svd(centred, full_matrices=False)[2][:8].T
    k, d = 10, 8
    rng = np.random.default_rng(2)
    params = {
        "logits": np.zeros(k),
        "means": x[rng.choice(len(x), k, replace=False)],
        "log_diagonals": np.zeros((k, d)),
        "factors": normal(rng, k * d, d, scale=0.1),
    }

    def loss(p, data):
        factors = jnp.tril(p["factors"].reshape(k, d, d), -1) + jax.vmap(jnp.diag)(jnp.exp(p["log_diagonals"]))
        z = jnp.einsum("nd,kde->nke", data["x"], factors) - jnp.einsum("kd,kde->ke", p["means"], factors)
        weights = jax.nn.log_softmax(p["logits"]) + p["log_diagonals"].sum(1)
        return -jax.nn.logsumexp(weights - 0.5 * (z**2).sum(-1), axis=1).mean()

    return params, {"x": x}, adam_steps(loss, 50, 0.02), loss


@job
def gru():
    pixels, labels = digits(128)
    rng = np.random.default_rng(3)
    width = 32
    params = {
        "input": normal(rng, 8, 3 * width, scale=0.3),
        "state": normal(rng, width, 3 * width, scale=0.15),
        "bias": np.zeros(3 * width),
        "output": normal(rng, width, 10, scale=0.15),
    }
    x = pixels.reshape(128, 8, 8).transpose(1, 0, 2).reshape(-1, 8)

    def loss(p, data):
        batch = len(data["labels"])
        inputs = (data["x"] @ p["input"] + p["bias"]).reshape(-1, batch, 3 * width)
        h = jnp.zeros((batch, width))
        for from_input in inputs:
            from_state = h @ p["state"]
            reset = jax.nn.sigmoid(from_input[:, :width] + from_state[:, :width])
            keep = jax.nn.sigmoid(from_input[:, width : 2 * width] + from_state[:, width : 2 * width])
            fresh = jnp.tanh(from_input[:, 2 * width :] + reset * from_state[:, 2 * width :])
            h = fresh + keep * (h - fresh)
        return cross_entropy(h @ p["output"], data["labels"])

    return params, {"x": x, "labels": labels}, adam_steps(loss, 50, 0.01), loss


@job
def recommender():
    rng = np.random.default_rng(4)
    customers, articles, steps, batch, rate = 100_000, 4_000, 2_000, 64, 0.5
    data = {
        "customers": rng.integers(customers, size=(steps, batch), dtype=np.int32),
        "articles": rng.integers(articles, size=(steps, batch), dtype=np.int32),
        "ratings": normal(rng, steps, batch),
    }
    params = {"customers": normal(rng, customers, 16, scale=0.3), "articles": normal(rng, articles, 16, scale=0.3)}

    def of_rows(u, v, ratings):
        return (((u * v).sum(1) - ratings) ** 2).mean()

    @jax.jit
    def train(params, data):
        def step(i, p):
            c, a = data["customers"][i], data["articles"][i]
            du, dv = jax.grad(of_rows, (0, 1))(p["customers"][c], p["articles"][a], data["ratings"][i])
            return {"customers": p["customers"].at[c].add(-rate * du), "articles": p["articles"].at[a].add(-rate * dv)}

        return lax.fori_loop(0, steps, step, params)

    def loss(p, data):
        return of_rows(*(p[k][data[k]].reshape(-1, 16) for k in ("customers", "articles")), data["ratings"].ravel())

    return params, data, train, loss


@job
def lstm():
    pixels, labels = digits(64)
    rng = np.random.default_rng(5)
    width = 32
    params = {
        "input": normal(rng, 4 * width, scale=0.5),
        "state": normal(rng, width, 4 * width, scale=0.15),
        "bias": np.zeros(4 * width),
        "output": normal(rng, width, 10, scale=0.15),
    }

    def loss(p, data):
        def step(carry, column):
            h, cell = carry
            gates = h @ p["state"] + jnp.outer(column, p["input"]) + p["bias"]
            ingate, forget, change, outgate = jnp.split(gates, 4, axis=1)
            cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(ingate) * jnp.tanh(change)
            return (jax.nn.sigmoid(outgate) * jnp.tanh(cell), cell), None

        zeros = jnp.zeros((len(data["labels"]), width))
        (h, _), _ = lax.scan(step, (zeros, zeros), data["x"].T)
        return cross_entropy(h @ p["output"], data["labels"])

    return params, {"x": pixels, "labels": labels}, adam_steps(loss, 20, 0.01), loss


@job
def many_starts():
    rng = np.random.default_rng(6)
    t = np.linspace(0, 4, 40)
    data = {"t": t, "y": 2 * np.exp(-1.3 * t) + 0.5 + normal(rng, 40, scale=0.05)}
    params = {"height": rng.uniform(0, 4, 64), "rate": rng.uniform(0, 3, 64), "ground": rng.uniform(-1, 1, 64)}

    def of_one(p, data):
        return ((p["height"] * jnp.exp(-p["rate"] * data["t"]) + p["ground"] - data["y"]) ** 2).mean()

    def loss(p, data):
        return jax.vmap(of_one, (0, None))(p, data).sum()

    return params, data, adam_steps(loss, 500, 0.02), loss


@job
def least_squares():
    """The trust region is SciPy's, the Jacobian JAX's."""
    rng = np.random.default_rng(7)
    x = np.linspace(0, 10, 1000)
    heights, places, widths = np.array([2, 3, 1.5]), np.array([2, 5, 7.5]), np.array([0.6, 0.9, 0.5])
    data = {
        "x": x,
        "y": 0.5 + (heights * np.exp(-0.5 * ((x[:, None] - places) / widths) ** 2)).sum(1) + normal(rng, 1000, scale=0.1),
    }
    params = {"heights": np.ones(3), "places": np.array([1.7, 4.6, 8]), "widths": np.ones(3), "ground": 0.0}

    def residuals(p, data):
        heights, places, widths, ground = p[:3], p[3:6], p[6:9], p[9]
        return ground - data["y"] + (heights * jnp.exp(-0.5 * ((data["x"][:, None] - places) / widths) ** 2)).sum(1)

    value, jacobian = jax.jit(residuals), jax.jit(jax.jacfwd(residuals))

    def flat(p):
        return jnp.concatenate([p["heights"], p["places"], p["widths"], jnp.atleast_1d(p["ground"])])

    def train(params, data):
        def to_numpy(f):
            return lambda p: np.asarray(f(p, data))

        p = scipy.optimize.least_squares(to_numpy(value), np.asarray(flat(params)), jac=to_numpy(jacobian), method="lm").x
        return {"heights": p[:3], "places": p[3:6], "widths": p[6:9], "ground": p[9]}

    return params, data, train, lambda p, data: (value(flat(p), data) ** 2).sum()


@job
def attention():
    pixels, labels = digits(128)
    rng = np.random.default_rng(8)
    width = 32
    params = {"embed": normal(rng, 8, width, scale=0.3), "output": normal(rng, width, 10, scale=0.15)}
    params |= {name: normal(rng, width, width, scale=0.15) for name in ("query", "key", "value", "mix")}

    def loss(p, data):
        batch = len(data["labels"])
        h = (data["x"] @ p["embed"]).reshape(batch, -1, width)
        scores = jnp.einsum("bik,bjk->bij", h @ p["query"], h @ p["key"]) / np.sqrt(width)
        mixed = h + jnp.einsum("bij,bjk->bik", jax.nn.softmax(scores, -1), h @ p["value"]) @ p["mix"]
        return cross_entropy(jnp.tanh(mixed).mean(1) @ p["output"], data["labels"])

    return params, {"x": pixels.reshape(-1, 8), "labels": labels}, adam_steps(loss, 50, 0.005), loss
