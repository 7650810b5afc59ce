"""Writes what scikit-learn, statsmodels and SciPy answer to the regressions of models/, on data that they ship.

    python3 -m venv golden-env && golden-env/bin/pip install numpy scipy scikit-learn statsmodels
    golden-env/bin/python tests/golden/make_models.py           # writes models.txt next to this script

Params are in the order of Grove's models: weights first, the constant last. Penalties, in Grove's terms (½ l2 |w|² beside the
negative log-likelihood, beside half the sum of squares for a linear regression): Ridge has alpha = l2, LogisticRegression
C = 1/l2, PoissonRegressor alpha = l2/n. Every number is written so that it is read back exactly.
"""
import pathlib
import warnings

import numpy as np
import scipy.optimize as so
import scipy.stats
import sklearn.datasets as skd
import sklearn.linear_model as lm
import sklearn.metrics as skm
import statsmodels.api as sm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.mixture import GaussianMixture
from sklearn.neural_network import MLPClassifier, MLPRegressor

HERE = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")


def text(values):
    return " ".join(f"{float(v):.17g}" if v != round(v, 6) else f"{float(v):.10g}" for v in np.asarray(values, float).ravel())


def last(values):
    """statsmodels' constant first becomes ours last."""
    values = np.asarray(values)
    return np.concatenate([values[1:], values[:1]])


def of(data, columns):
    return np.asarray(data[columns], float)


def metrics():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 40)
    scores = np.round(1 / (1 + np.exp(-(labels - 0.5 + rng.normal(size=40)))), 1)
    probability = 0.02 + 0.96 * scores
    yield "metric labels", labels
    yield "metric scores", scores
    yield "metric auc_logloss", [skm.roc_auc_score(labels, scores), skm.log_loss(labels, probability)]
    classes, guesses = rng.integers(0, 3, 30), rng.integers(0, 3, 30)
    yield "metric classes", classes
    yield "metric guesses", guesses
    yield "metric confusion", skm.confusion_matrix(classes, guesses)
    shares = rng.dirichlet(np.ones(3), 30)
    yield "metric shares", shares
    yield "metric accuracy_logloss", [skm.accuracy_score(classes, guesses), skm.log_loss(classes, shares)]
    y, p = rng.normal(size=20), rng.normal(size=20)
    yield "metric y", y
    yield "metric p", p
    yield "metric r2_mae_rmse", [skm.r2_score(y, p), skm.mean_absolute_error(y, p), skm.root_mean_squared_error(y, p)]


def linear():
    x, y = skd.load_diabetes(return_X_y=True, scaled=False)
    yield "diabetes x", x
    yield "diabetes y", y
    with_constant = sm.add_constant(x)
    for name, weights in (("ols", None), ("wls", x[:, 0] / 40)):
        fit = sm.OLS(y, with_constant).fit() if weights is None else sm.WLS(y, with_constant, weights).fit()
        yield f"{name} params", last(fit.params)
        yield f"{name} errors", last(fit.bse)
        yield f"{name} p", last(fit.pvalues)
        yield f"{name} intervals", last(fit.conf_int(0.1))
        yield f"{name} measures", [fit.rsquared, np.sqrt(fit.scale), fit.llf, fit.aic, fit.bic]
    ridge = lm.Ridge(alpha=50, solver="cholesky").fit(x, y, sample_weight=x[:, 0] / 40)
    yield "ridge params", [*ridge.coef_, ridge.intercept_]
    both = lm.LinearRegression().fit(x[:, :5], np.stack([y, x[:, 9]], 1))
    yield "two_outputs params", [*both.coef_.ravel(), *both.intercept_]
    data = sm.datasets.longley.load_pandas().data
    yield "longley", of(data, ["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR", "TOTEMP"])
    fit = sm.OLS(data.TOTEMP, sm.add_constant(data[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]])).fit()
    yield "longley params", last(fit.params)
    yield "longley errors", last(fit.bse)
    t = of(data, "YEAR") - 1954
    fit = sm.OLS(data.TOTEMP, np.stack([t**0, t, t**2, t**3], 1)).fit()
    yield "cubic params", fit.params
    yield "cubic errors", fit.bse


def generalized():
    data = sm.datasets.spector.load_pandas().data
    x, y = of(data, ["GPA", "TUCE", "PSI"]), of(data, "GRADE")
    yield "spector", np.column_stack([x, y])
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, tol=1e-14, method="newton")
    yield "logit params", last(fit.params)
    yield "logit errors", last(fit.bse)
    yield "logit measures", [fit.llf, fit.llnull, fit.prsquared, fit.aic, fit.bic]
    weights = 1.0 + np.arange(32) % 3
    fit = sm.GLM(y, sm.add_constant(x), sm.families.Binomial(), freq_weights=weights).fit(tol=1e-14)
    yield "logit_weighted params", last(fit.params)
    yield "logit_weighted errors", last(fit.bse)
    ridge = lm.LogisticRegression(C=0.5, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(x, y)
    yield "logit_l2 params", [*ridge.coef_[0], ridge.intercept_[0]]

    data = sm.datasets.randhie.load_pandas().data[:500]
    x, y = of(data, ["lncoins", "idp", "physlm", "disea", "hlthg"]).round(3), of(data, "mdvis")
    yield "randhie", np.column_stack([x, y])
    fit = sm.Poisson(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-14)
    glm = sm.GLM(y, sm.add_constant(x), sm.families.Poisson()).fit(tol=1e-14)
    yield "poisson params", last(fit.params)
    yield "poisson errors", last(fit.bse)
    yield "poisson measures", [fit.llf, fit.aic, glm.deviance, glm.null_deviance]
    exposure = 1 + x[:, 1]
    fit = sm.Poisson(y, sm.add_constant(x), exposure=exposure).fit(disp=0, method="newton", tol=1e-14)
    yield "poisson_exposure params", last(fit.params)
    ridge = lm.PoissonRegressor(alpha=0.1, tol=1e-14, max_iter=10000, solver="newton-cholesky").fit(x, y)
    yield "poisson_l2 params", [*ridge.coef_, ridge.intercept_]
    fit = sm.NegativeBinomial(y, sm.add_constant(x)).fit(disp=0, method="newton", maxiter=200, tol=1e-14)
    yield "negative_binomial params", [*last(fit.params[:-1]), fit.params[-1]]
    yield "negative_binomial errors", [*last(fit.bse[:-1]), fit.bse[-1]]
    yield "negative_binomial measures", [fit.llf, fit.aic]


def multinomial():
    data = sm.datasets.anes96.load_pandas().data[:300]
    x, y = of(data, ["selfLR", "age", "educ"]), np.minimum(of(data, "PID") // 3, 2)
    yield "anes96", np.column_stack([x, y])
    fit = sm.MNLogit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-14)
    yield "mnlogit params", np.apply_along_axis(last, 0, fit.params)  # a row for each weight, then the constants
    yield "mnlogit errors", np.apply_along_axis(last, 0, fit.bse)
    yield "mnlogit measures", [fit.llf, fit.llnull, fit.aic]
    x, y = skd.load_iris(return_X_y=True)
    yield "iris", np.column_stack([x, y])
    ridge = lm.LogisticRegression(C=1, solver="newton-cg", tol=1e-14, max_iter=100000).fit(x, y)
    yield "softmax_l2 params", np.vstack([ridge.coef_.T, ridge.intercept_])


def robust():
    data = sm.datasets.stackloss.load_pandas().data
    x, y = of(data, ["AIRFLOW", "WATERTEMP", "ACIDCONC"]), of(data, "STACKLOSS")
    yield "stackloss", np.column_stack([x, y])
    fit = sm.RLM(y, sm.add_constant(x), sm.robust.norms.HuberT()).fit(tol=1e-14, maxiter=2000)
    yield "huber params", last(fit.params)
    yield "huber errors", last(fit.bse)
    yield "huber scale", [fit.scale]
    data = sm.datasets.engel.load_pandas().data
    x, y = of(data, ["income"]), of(data, "foodexp")
    yield "engel", np.column_stack([x, y])
    n = len(y)
    for q in (0.5, 0.9):
        ones = np.ones((n, 1))
        design = np.hstack([x, -x, ones, -ones, np.eye(n), -np.eye(n)])
        cost = np.concatenate([np.zeros(4), np.full(n, q), np.full(n, 1 - q)])
        w = so.linprog(cost, A_eq=design, b_eq=y, method="highs-ds").x
        name = {0.5: "median", 0.9: "ninth_decile"}[q]
        yield f"{name} params", [w[0] - w[1], w[2] - w[3]]
        yield f"{name} errors", quantile_errors(np.hstack([x, ones]), y, q, np.array([w[0] - w[1], w[2] - w[3]]))
    fit = sm.QuantReg(y, sm.add_constant(x)).fit(q=0.5, p_tol=1e-11, max_iter=100000)
    yield "statsmodels_median errors", last(fit.bse)


def quantile_errors(x, y, q, params):
    """QuantReg's robust errors, at the exact solution, where residuals are zero that IRLS leaves above or below it."""
    e = y - x @ params
    e[np.abs(e) < 1e-7] = 0
    n, normal = len(y), scipy.stats.norm
    z = normal.ppf(q)
    h = n ** (-1 / 3) * normal.ppf(0.975) ** (2 / 3) * (1.5 * normal.pdf(z) ** 2 / (2 * z**2 + 1)) ** (1 / 3)
    h = min(np.std(y), scipy.stats.iqr(e) / 1.34) * (normal.ppf(q + h) - normal.ppf(q - h))
    density = np.mean(0.75 * np.maximum(0, 1 - (e / h) ** 2)) / h
    d = np.where(e > 0, q / density, (1 - q) / density) ** 2
    inverse = np.linalg.inv(x.T @ x)
    return np.sqrt(np.diag(inverse @ (x.T * d) @ x @ inverse))


def curves():
    rng = np.random.default_rng(5)
    s = np.array([0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.1, 1.1])
    families = {
        "michaelis_menten": (lambda s, a, b: a * s / (b + s), s, [200.0, 0.06], 5.0, [100.0, 0.1]),
        "growth": (lambda t, k, r, m: k / (1 + np.exp(-r * (t - m))), np.arange(15.0), [9.0, 0.7, 6.0], 0.1, [5.0, 1.0, 5.0]),
        "decay": (lambda t, a, r, c: a * np.exp(-r * t) + c, np.linspace(0, 4, 20), [3.0, 1.3, 0.5], 0.05, [1.0, 1.0, 0.0]),
        "peaks": (
            lambda x, a, b, m, n, u, v, c: a * np.exp(-0.5 * ((x - m) / u) ** 2) + b * np.exp(-0.5 * ((x - n) / v) ** 2) + c,
            np.linspace(0, 10, 60), [3.0, 2.0, 3.0, 6.0, 0.7, 1.2, 0.4], 0.05, [2.0, 2.0, 2.5, 6.5, 1.0, 1.0, 0.0]),
    }
    for name, (f, x, truth, noise, start) in families.items():
        y = np.round(f(x, *truth) + noise * rng.normal(size=len(x)), 3)
        found, covariance = so.curve_fit(f, x, y, start, ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=10000, method="lm")
        yield f"{name} data", np.column_stack([x, y])
        yield f"{name} params", found
        yield f"{name} errors", np.sqrt(np.diag(covariance))


def survival():
    data = sm.datasets.heart.load_pandas().data
    time, event = np.ceil(of(data, "survival") / 20), of(data, "censors")  # coarse, so that there are ties
    x = np.column_stack([of(data, "age"), np.arange(69) % 3 == 0])
    yield "heart", np.column_stack([x, time, event])
    for ties in ("breslow", "efron"):
        fit = sm.PHReg(time, x, status=event, ties=ties).fit(disp=0, tol=1e-14)
        yield f"cox_{ties} params", fit.params
        yield f"cox_{ties} errors", fit.bse
        yield f"cox_{ties} likelihood", [fit.llf]


def processes():
    data = sm.datasets.longley.load_pandas().data
    x, y = of(data, ["YEAR"]) - 1954, (of(data, "UNEMP") - 3000) / 1000
    yield "process data", np.column_stack([x[:, 0], y])
    at = np.array([[-10.0], [0.5], [3.3], [12.0]])
    kernel = ConstantKernel(0.5) * RBF(2.0) + WhiteKernel(0.1)
    fixed = GaussianProcessRegressor(kernel, optimizer=None, alpha=0).fit(x, y)
    value, slope = fixed.log_marginal_likelihood(kernel.theta, eval_gradient=True)
    mean, deviation = fixed.predict(at, return_std=True)
    yield "process likelihood", [value, *slope]
    yield "process mean", mean
    yield "process deviation", deviation  # of a new observation: the noise is part of it
    best = so.minimize(lambda t: tuple(-v for v in fixed.log_marginal_likelihood(t, eval_gradient=True)),
                       kernel.theta, jac=True, method="BFGS", options={"gtol": 1e-10})
    yield "process best", [-best.fun, *best.x]


def mixtures():
    x = skd.load_iris().data
    start = x[[0, 60, 120]]
    fit = GaussianMixture(3, means_init=start, weights_init=np.ones(3) / 3, precisions_init=np.stack([np.eye(4)] * 3),
                          tol=1e-14, max_iter=100000, reg_covar=1e-6).fit(x)
    yield "mixture weights", fit.weights_
    yield "mixture means", fit.means_
    yield "mixture covariances", fit.covariances_
    yield "mixture measures", [fit.score(x) * len(x), fit.aic(x), fit.bic(x)]


def digits():
    """Every seventh of the 1797 digits, each 8×8 pixels of 0 to 16, as letters in digits.txt."""
    x, y = skd.load_digits(return_X_y=True)
    x, y = x[::7].astype(int), y[::7]
    rows = [f"{label} {''.join(chr(ord('a') + v) for v in pixels)}\n" for label, pixels in zip(y, x)]
    (HERE / "digits.txt").write_text("".join(rows))
    return x / 16, y


def deterministic_network(widths):
    """Weights that both sides compute, layer by layer, and no biases."""
    weights = []
    for k, (a, b) in enumerate(zip(widths, widths[1:])):
        i, j = np.meshgrid(np.arange(a), np.arange(b), indexing="ij")
        weights.append(np.sin(1 + 7 * k + i * 3 + j * 5.0) / np.sqrt(a))
    return weights, [np.zeros(b) for b in widths[1:]]


def trained(network, x, y, steps, **kwargs):
    """From those weights, with all rows in each step."""
    outputs = len(kwargs["classes"]) if kwargs else y.shape[1]
    network.partial_fit(x, y, **kwargs)  # makes the arrays
    network.coefs_, network.intercepts_ = deterministic_network([x.shape[1], *network.hidden_layer_sizes, outputs])
    network._optimizer = type(network._optimizer)(network.coefs_ + network.intercepts_, network.learning_rate_init,
                                                  network.learning_rate, network.momentum, network.nesterovs_momentum)
    network.loss_curve_ = []
    for _ in range(steps):
        network.partial_fit(x, y)
    return network


def networks():
    x, y = digits()
    options = dict(solver="sgd", learning_rate_init=0.1, momentum=0.9, nesterovs_momentum=False, batch_size=len(y), alpha=0.5)
    classifier = trained(MLPClassifier(hidden_layer_sizes=(12,), activation="relu", **options), x, y, 20, classes=np.arange(10))
    yield "digits classifier losses", classifier.loss_curve_
    yield "digits classifier probabilities", classifier.predict_proba(x[:3])
    yield "digits classifier score", [classifier.score(x, y)]
    two = np.stack([x[:, 20:30].mean(1), np.sin(x.sum(1))], 1)
    regressor = trained(MLPRegressor(hidden_layer_sizes=(6, 5), activation="tanh", **options), x, two, 20)
    yield "digits regressor predictions", regressor.predict(x[:5])
    yield "digits regressor score", [regressor.score(x, two)]
    blocks, y = x[:128].reshape(-1, 4, 2, 4, 2).mean((2, 4)).reshape(-1, 16), y[:128]
    ridge = lm.LogisticRegression(C=2, solver="newton-cholesky", tol=1e-14, max_iter=1000).fit(blocks, y)
    yield "digits multinomial intercepts", ridge.intercept_
    yield "digits multinomial probabilities", ridge.predict_proba(blocks[:5])
    yield "digits multinomial score", [ridge.score(blocks, y), np.square(ridge.coef_).sum()]


groups = (metrics, linear, generalized, multinomial, robust, curves, survival, processes, mixtures, networks)
lines = [f"case {name}\n{text(values)}\n" for group in groups for name, values in group()]
(HERE / "models.txt").write_text("".join(lines))
