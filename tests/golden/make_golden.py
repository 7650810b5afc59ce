"""Writes the reference trajectories that tests/optim compares with: the real optax, in float64.

    python3 -m venv golden-env && golden-env/bin/pip install jax optax numpy
    golden-env/bin/python tests/golden/make_golden.py            # writes next to this script

sequences.txt   params, gradients and values of every input sequence, 100 steps each
optimizers.txt  aliases: the emitted updates at some steps while the params follow them, and the last params
transforms.txt  single transformations, chains and wrappers: the same, params standing still
contrib.txt     aliases of optax.contrib
lbfgs.txt       lbfgs on losses of one number: the number after each step
schedules.txt   schedules at counts 0, 1, 2, ...
losses.txt      inputs, values and gradients of the losses
losses_over.txt the same along other axes, with masks, and for batches of images and of sequences
numerics.txt    norms with their gradients, non-negative least squares, eigenvalues and roots of matrices, and
                scale_by_factored_rms with a decay of one's own

One tree everywhere: {a: scalar, b: vector of 3, w: 2x3 matrix, row by row}, ten numbers a row.
Every number is written with 17 significant digits, so that it is read back exactly.
"""
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax
from optax import contrib

HERE = pathlib.Path(__file__).parent
STEPS = 100
RECORDED = (1, 2, 3, 4, 5, 6, 7, 10, 20, 50, 100)


def fmt(values):
    return " ".join(f"{float(v):.17g}" for v in np.asarray(values).reshape(-1))


def tree(row, rank_1=False):
    row = np.asarray(row, dtype=np.float64)
    a = row[0:1] if rank_1 else row[0]
    return {"a": jnp.asarray(a), "b": jnp.asarray(row[1:4]), "w": jnp.asarray(row[4:10].reshape(2, 3))}


def row(t):
    return np.concatenate([np.asarray(t[k], dtype=np.float64).reshape(-1) for k in ("a", "b", "w")])


def make_sequences():
    rng = np.random.default_rng(20240817)
    result = {}
    normal = rng.standard_normal((STEPS, 10))
    leaf_scale = np.array([1e8] + [1.0] * 3 + [1e-8] * 6)
    zeros = normal.copy()
    zeros[:, 1] = 0
    zeros[:, 5] = 0
    zeros[10:20] = 0
    zeros[0, 4:] = 0
    broken = normal.copy()
    broken[3, 2] = np.nan
    broken[4, 0] = np.inf
    broken[5, 7] = -np.inf
    broken[30, 9] = np.nan
    signs = np.sign(rng.standard_normal((STEPS, 10)) + 0.7) * (1 + rng.random((STEPS, 10)))
    for name, grads in {
        "plain": normal,
        "zeros": zeros,
        "huge": normal * 1e100,
        "tiny": normal * 1e-100,
        "mixed": normal * leaf_scale,
        "drift": signs,
        "broken": broken,
    }.items():
        params = rng.standard_normal(10)
        values = 2 + np.cos(np.arange(STEPS) * 0.3) + 5.0 / (1 + np.arange(STEPS))
        result[name] = (params, grads, values)
    return result


SEQUENCES = make_sequences()


def run(tx, sequence, move, rank_1=False, extra=(), float64_counts=False, steps=STEPS):
    """The recorded updates and the final params."""
    params, grads, values = SEQUENCES[sequence]
    params = tree(params, rank_1)
    state = tx.init(params)
    if float64_counts:  # what optax computes of an int32 count is in part float32, even with x64
        state = jax.tree.map(lambda x: x.astype(jnp.float64) if x.dtype == jnp.int32 else x, state)

    @jax.jit
    def step(g, state, params, value):
        kwargs = {"value": value} if "value" in extra else {}
        if "grad_fn" in extra:
            kwargs["grad_fn"] = lambda p, i: jax.tree.map(lambda p, g: 0.5 * p + g, p, g)
        return tx.update(g, state, params, **kwargs)

    out = {}
    for k in range(steps):
        g = tree(grads[k], rank_1)
        if "examples" in extra:  # the gradients of three examples: of this step and of the next two
            g = jax.tree.map(lambda *x: jnp.stack(x), g, *(tree(grads[(k + i) % STEPS], rank_1) for i in (1, 2)))
        updates, state = step(g, state, params, jnp.asarray(values[k]))
        if move:
            params = optax.apply_updates(params, updates)
        if k + 1 in RECORDED:
            out[k + 1] = row(updates)
    return out, row(params)


def write_runs(path, cases, move):
    with open(HERE / path, "w") as f:
        for name, (tx, sequences, options) in cases.items():
            for sequence in sequences.split():
                out, last = run(tx() if callable(tx) and not hasattr(tx, "update") else tx, sequence, move, **options)
                print("case", name, sequence, file=f)
                for k, u in out.items():
                    print(k, fmt(u), file=f)
                if move:
                    print("params", fmt(last), file=f)
            print(name, flush=True)


def case(tx, sequences="plain", **options):
    return tx, sequences, options


ALL = "plain zeros huge tiny mixed drift"
TAME = "plain zeros mixed drift"
# optax computes schedules of an int32 count partly in float32, even with x64: a count in float64 keeps them in float64.
in_float64 = lambda schedule: lambda count: schedule(jnp.asarray(count, dtype=jnp.float64))
half_decay = in_float64(optax.exponential_decay(0.1, 10, 0.5))
only_w = {"a": False, "b": False, "w": True}
not_a = {"a": False, "b": True, "w": True}
float64_rate = lambda i, rate: 1.0 - jnp.asarray(i + 1, dtype=jnp.float64) ** (-rate)

OPTIMIZERS = {
    "adabelief": case(optax.adabelief(0.1), ALL),
    "adabelief_options": case(optax.chain(optax.scale_by_belief(0.8, 0.95, 1e-10, 1e-12, nesterov=True), optax.add_decayed_weights(1e-2), optax.scale_by_learning_rate(half_decay)), TAME),
    "adadelta": case(optax.adadelta(0.5), ALL),
    "adadelta_options": case(optax.adadelta(half_decay, rho=0.8, eps=1e-4, weight_decay=0.05, weight_decay_mask=only_w), TAME),
    "adafactor": case(optax.adafactor(0.1), ALL),
    "adafactor_options": case(optax.adafactor(half_decay, min_dim_size_to_factor=2, decay_rate=0.7, multiply_by_parameter_scale=False, clipping_threshold=0.9, momentum=0.8, dtype_momentum=jnp.float64, weight_decay_rate=1e-3, weight_decay_mask=only_w), TAME),
    "adafactor_no_rate": case(optax.adafactor(min_dim_size_to_factor=2, clipping_threshold=None), "plain"),
    "adagrad": case(optax.adagrad(0.1), ALL),
    "adagrad_options": case(optax.adagrad(half_decay, initial_accumulator_value=0.0, eps=1e-5), TAME),
    "adam": case(optax.adam(0.1), ALL),
    "adam_options": case(optax.adam(half_decay, b1=0.8, b2=0.99, eps=1e-6, eps_root=1e-10), ALL),
    "adam_nesterov": case(optax.adam(1e-2, b1=0.5, nesterov=True), ALL),
    "adamax": case(optax.adamax(0.1), ALL),
    "adamax_options": case(optax.adamax(0.1, b1=0.7, b2=0.9, eps=1e-3), TAME),
    "adamaxw": case(optax.adamaxw(0.1), ALL),
    "adamaxw_options": case(optax.adamaxw(0.1, weight_decay=0.1, mask=not_a), TAME),
    "adamw": case(optax.adamw(0.1), ALL),
    "adamw_options": case(optax.adamw(half_decay, weight_decay=0.1, mask=only_w, nesterov=True), TAME),
    "adamw_scheduled_decay": case(optax.adamw(0.1, weight_decay=half_decay), TAME),
    "adan": case(optax.adan(0.1), ALL),
    "adan_options": case(optax.adan(0.1, b1=0.9, b2=0.8, b3=0.95, eps=1e-6, eps_root=1e-5, weight_decay=0.01), TAME),
    "amsgrad": case(optax.amsgrad(0.1), ALL),
    "amsgrad_options": case(optax.amsgrad(0.1, b1=0.8, b2=0.9, eps=1e-6, eps_root=1e-8, bias_correction_mu=False, bias_correction_nu=False), TAME),
    "fromage": case(optax.fromage(0.1), ALL),
    "fromage_schedule": case(optax.fromage(half_decay, min_norm=1e-3), TAME),
    "lamb": case(optax.lamb(0.1), ALL),
    "lamb_options": case(optax.lamb(half_decay, b1=0.8, b2=0.9, weight_decay=0.1, mask=only_w), TAME),
    "lars": case(optax.lars(0.1), ALL),
    "lars_options": case(optax.lars(half_decay, weight_decay=0.1, weight_decay_mask=only_w, trust_coefficient=0.1, eps=1e-3, trust_ratio_mask=not_a, momentum=0.5, nesterov=True), TAME),
    "lion": case(optax.lion(0.1), ALL),
    "lion_options": case(optax.lion(half_decay, b1=0.8, b2=0.9, weight_decay=0.1, mask=only_w), TAME),
    "nadam": case(optax.nadam(0.1), ALL),
    "nadamw": case(optax.nadamw(0.1, weight_decay=0.01), ALL),
    "novograd": case(optax.novograd(0.1), ALL),
    "novograd_options": case(optax.novograd(half_decay, b1=0.8, b2=0.5, eps=1e-3, eps_root=1e-4, weight_decay=0.01), TAME),
    "optimistic_gradient_descent": case(optax.optimistic_gradient_descent(0.1, alpha=0.7, beta=0.1), ALL),
    "optimistic_adam_v2": case(optax.optimistic_adam_v2(0.1, alpha=0.7, beta=0.3), ALL),
    "polyak_sgd": case(optax.polyak_sgd(), ALL, extra=("value",)),
    "polyak_sgd_options": case(optax.polyak_sgd(max_learning_rate=0.3, scaling=0.5, f_min=1.5, eps=0.1, variant="sps+"), TAME, extra=("value",)),
    "radam": case(optax.radam(0.1), ALL),
    "radam_options": case(optax.radam(half_decay, b1=0.8, b2=0.9, eps=1e-5, eps_root=1e-9, threshold=4.5, nesterov=True), TAME),
    "rmsprop": case(optax.rmsprop(0.1), ALL),
    "rmsprop_centered": case(optax.rmsprop(0.1, centered=True, initial_scale=1.0, decay=0.8, eps=1e-4), TAME),
    "rmsprop_centered_corrected": case(optax.rmsprop(0.1, centered=True, bias_correction=True, eps=1e-2), "plain drift"),
    "rmsprop_momentum": case(optax.rmsprop(half_decay, momentum=0.9, nesterov=True), ALL),
    "rmsprop_corrected": case(optax.rmsprop(0.1, eps_in_sqrt=False, bias_correction=True), ALL),
    "rprop": case(optax.rprop(0.1), ALL),
    "rprop_options": case(optax.rprop(0.1, eta_minus=0.3, eta_plus=1.5, min_step_size=1e-3, max_step_size=1.0), TAME),
    "sgd": case(optax.sgd(0.1), ALL),
    "sgd_momentum": case(optax.sgd(half_decay, momentum=0.9), ALL),
    "sgd_nesterov": case(optax.sgd(0.1, momentum=0.9, nesterov=True), ALL),
    "sign_sgd": case(optax.sign_sgd(0.1), ALL),
    "signum": case(optax.signum(0.1, beta=0.8), ALL),
    "sm3": case(optax.sm3(0.1), TAME, rank_1=True),
    "sm3_options": case(optax.sm3(0.1, momentum=0.5), TAME, rank_1=True),
    "yogi": case(optax.yogi(0.1), ALL),
    "yogi_options": case(optax.yogi(half_decay, b1=0.8, b2=0.9, eps=1e-2), TAME),
    # Gradients that are not of one function make L-BFGS amplify rounding, so these runs are short.
    "lbfgs_no_linesearch": case(optax.lbfgs(0.1, memory_size=4, linesearch=None), TAME, steps=7),
    "lbfgs_no_linesearch_unscaled": case(optax.lbfgs(half_decay, memory_size=1, scale_init_precond=False, linesearch=None), "plain drift", steps=7),
    "adam_mu_dtype": case(optax.adam(0.1, mu_dtype=jnp.float32), "plain mixed drift"),
    "adamw_mu_dtype": case(optax.adamw(0.1, weight_decay=0.01, mu_dtype=jnp.float32), "plain mixed drift"),
    "lion_mu_dtype": case(optax.lion(0.1, mu_dtype=jnp.float32), "plain"),
    "sgd_accumulator_dtype": case(optax.sgd(0.1, momentum=0.9, accumulator_dtype=jnp.float32), "plain mixed drift"),
}


multi_steps = lambda opt, k, **kw: optax.MultiSteps(opt, k, accumulator_dtype=jnp.float64, **kw).gradient_transformation()
labels = {"a": "fast", "b": "slow", "w": "frozen"}

TRANSFORMS = {
    "identity": case(optax.identity()),
    "set_to_zero": case(optax.set_to_zero(), "plain broken"),
    "scale": case(optax.scale(-0.3), ALL),
    "scale_by_schedule": case(optax.scale_by_schedule(half_decay), ALL),
    "scale_by_learning_rate": case(optax.scale_by_learning_rate(half_decay), "plain"),
    "trace": case(optax.trace(0.9), ALL),
    "trace_nesterov": case(optax.trace(0.7, nesterov=True), ALL),
    "ema": case(optax.ema(0.9), ALL),
    "ema_raw": case(optax.ema(0.7, debias=False), ALL),
    "scale_by_rss": case(optax.scale_by_rss(), ALL),
    "scale_by_rss_zero": case(optax.scale_by_rss(initial_accumulator_value=0.0), ALL),
    "scale_by_rms": case(optax.scale_by_rms(), ALL),
    "scale_by_rms_corrected": case(optax.scale_by_rms(decay=0.99, eps_in_sqrt=False, bias_correction=True), ALL),
    "scale_by_rms_corrected_in_sqrt": case(optax.scale_by_rms(decay=0.99, eps=1e-4, bias_correction=True), ALL),
    "scale_by_stddev": case(optax.scale_by_stddev(eps=1e-3), TAME),
    "scale_by_adam": case(optax.scale_by_adam(), ALL),
    "scale_by_amsgrad": case(optax.scale_by_amsgrad(b2=0.9), ALL),
    "scale_by_adamax": case(optax.scale_by_adamax(), ALL),
    "scale_by_belief": case(optax.scale_by_belief(), ALL),
    "scale_by_yogi": case(optax.scale_by_yogi(initial_accumulator_value=1e-2, eps_root=1e-3), ALL),
    "scale_by_radam": case(optax.scale_by_radam(b2=0.95), ALL),
    "scale_by_adadelta": case(optax.scale_by_adadelta(), ALL),
    "scale_by_adan": case(optax.scale_by_adan(), ALL),
    "scale_by_lion": case(optax.scale_by_lion(), ALL),
    "scale_by_lion_smooth": case(optax.scale_by_lion(mode="smooth", smooth_beta=2.0), ALL),
    "scale_by_lion_refined": case(optax.scale_by_lion(mode="refined"), ALL),
    "scale_by_novograd": case(optax.scale_by_novograd(weight_decay=0.01), ALL),
    "scale_by_optimistic_gradient": case(optax.scale_by_optimistic_gradient(0.7, 0.4), ALL),
    "scale_by_polyak": case(optax.scale_by_polyak(f_min=0.5), TAME, extra=("value",)),
    "scale_by_rprop": case(optax.scale_by_rprop(0.1), ALL),
    "scale_by_sign": case(optax.scale_by_sign(), ALL),
    "scale_by_sm3": case(optax.scale_by_sm3(), TAME, rank_1=True),
    "scale_by_sm3_b2": case(optax.scale_by_sm3(b1=0.5, b2=0.9, eps=1e-4), TAME, rank_1=True),
    "scale_by_trust_ratio": case(optax.scale_by_trust_ratio(), ALL),
    "scale_by_trust_ratio_options": case(optax.scale_by_trust_ratio(min_norm=0.5, trust_coefficient=0.01, eps=0.1), ALL),
    "scale_by_param_block_norm": case(optax.scale_by_param_block_norm(), ALL),
    "scale_by_param_block_rms": case(optax.scale_by_param_block_rms(0.7), ALL),
    "scale_by_factored_rms": case(optax.scale_by_factored_rms(decay_rate_fn=float64_rate), ALL),
    "scale_by_factored_rms_factored": case(optax.scale_by_factored_rms(min_dim_size_to_factor=2, decay_rate_fn=float64_rate), TAME),
    "apply_every": case(optax.apply_every(3), ALL),
    "centralize": case(optax.centralize(), ALL),
    "normalize_by_update_norm": case(optax.normalize_by_update_norm(scale_factor=-0.5), ALL),
    "clip": case(optax.clip(0.3), ALL),
    "clip_by_block_rms": case(optax.clip_by_block_rms(0.5), ALL),
    "clip_by_global_norm": case(optax.clip_by_global_norm(1.0), ALL + " broken"),
    "clip_by_global_norm_loose": case(optax.clip_by_global_norm(1e3), ALL),
    "adaptive_grad_clip": case(optax.adaptive_grad_clip(0.1), ALL),
    "add_decayed_weights": case(optax.add_decayed_weights(0.1), ALL),
    "add_decayed_weights_mask": case(optax.add_decayed_weights(half_decay, mask=not_a), ALL),
    "keep_params_nonnegative": case(optax.keep_params_nonnegative(), ALL),
    "zero_nans": case(optax.zero_nans(), "plain broken"),
    "flatten_trust_ratio": case(optax.flatten(optax.scale_by_trust_ratio()), ALL),
    "chain": case(optax.chain(optax.clip_by_global_norm(1.0), optax.scale_by_adam(), optax.add_decayed_weights(0.01), optax.scale(-0.1)), ALL),
    "chain_nested": case(optax.chain(optax.chain(optax.zero_nans(), optax.clip(0.5)), optax.chain(optax.trace(0.9), optax.chain(optax.scale(0.5)))), "plain broken"),
    "named_chain": case(optax.named_chain(("clip", optax.clip(0.5)), ("adam", optax.adam(0.1))), "plain"),
    "masked_adam": case(optax.masked(optax.adam(0.1), not_a), ALL + " broken"),
    "masked_clip": case(optax.masked(optax.clip_by_global_norm(0.5), not_a), ALL),
    "masked_nested": case(optax.masked(optax.chain(optax.masked(optax.trace(0.9), only_w), optax.scale(2.0)), not_a), "plain"),
    "freeze": case(optax.freeze(only_w), "plain broken"),
    "selective_transform": case(optax.selective_transform(optax.adam(0.1), freeze_mask=only_w), "plain broken"),
    "partition": case(optax.partition({"fast": optax.sgd(1.0, momentum=0.5), "slow": optax.chain(optax.clip_by_global_norm(0.1), optax.adam(0.1)), "frozen": optax.set_to_zero()}, labels), ALL),
    "apply_if_finite": case(optax.apply_if_finite(optax.trace(0.5), 1), "plain broken"),
    "apply_if_finite_patient": case(optax.apply_if_finite(optax.adam(0.1), 5), "plain broken"),
    "conditionally_transform": case(optax.conditionally_transform(optax.trace(0.9), lambda step: step % 3 != 1), "plain"),
    "conditionally_mask": case(optax.conditionally_mask(optax.trace(0.9), lambda step: step % 3 != 1), "plain"),
    "multi_steps": case(multi_steps(optax.adam(0.1), 3), "plain zeros huge tiny"),
    "multi_steps_sum": case(multi_steps(optax.chain(optax.clip(2.0), optax.trace(0.9)), 4, use_grad_mean=False), "plain"),
    "multi_steps_schedule": case(multi_steps(optax.sgd(0.1), lambda k: jnp.where(k < 2, 1, 3)), "plain"),
    "multi_steps_skip": case(multi_steps(optax.sgd(half_decay), 2, should_skip_update_fn=optax.skip_not_finite), "plain broken"),
    "inject_hyperparams": case(optax.inject_hyperparams(optax.adam)(learning_rate=half_decay, b1=0.8), "plain"),
    "scale_by_lbfgs": case(optax.scale_by_lbfgs(), "plain"),
    "scale_by_distance_over_gradients": case(optax.scale_by_distance_over_gradients(param_dtype=jnp.float64), ALL, rank_1=True),
}

CONTRIB = {
    "acprop": case(contrib.acprop(0.1, weight_decay=0.01), TAME),
    "ademamix": case(contrib.ademamix(0.1, b3=0.99, weight_decay=0.01), TAME),
    "simplified_ademamix": case(contrib.simplified_ademamix(0.1, alpha=0.5, weight_decay=0.01), TAME),
    "adopt": case(contrib.adopt(0.1), TAME),
    "adopt_options": case(contrib.adopt(0.1, b1=0.8, b2=0.9, nesterov=True, use_clipping=False), "plain drift"),
    "cocob": case(contrib.cocob(weight_decay=0.01), "plain drift"),
    "dadapt_adamw": case(contrib.dadapt_adamw(0.1, weight_decay=0.01), "plain drift"),
    "dog": case(contrib.dog(1.0, weight_decay=0.01), "plain drift mixed"),
    "dog_distance": case(contrib.dog(0.5, init_step=("distance", 1e-3)), "plain drift"),
    "dowg": case(contrib.dowg(1.0), "plain drift mixed"),
    "madgrad": case(contrib.madgrad(0.1, weight_decay=0.01), "plain drift"),
    "momo": case(contrib.momo(0.1, weight_decay=0.01), "plain drift", extra=("value",)),
    "momo_adapt": case(contrib.momo(0.5, lower_bound=1.0, adapt_lower_bound=True), "plain drift", extra=("value",)),
    "momo_adam": case(contrib.momo_adam(0.1, weight_decay=0.01), "plain drift", extra=("value",)),
    "momo_adam_adapt": case(contrib.momo_adam(0.5, lower_bound=1.0, adapt_lower_bound=True), "plain drift", extra=("value",)),
    "muon": case(contrib.muon(0.1), "plain drift zeros"),
    "muon_options": case(contrib.muon(0.1, ns_steps=3, beta=0.8, weight_decay=0.01, nesterov=False, adaptive=True, adam_weight_decay=0.1, consistent_rms=0.2), "plain drift"),
    "prodigy": case(contrib.prodigy(0.5, weight_decay=0.01), "plain drift"),
    "prodigy_safeguard": case(contrib.prodigy(half_decay, beta3=0.9, safeguard_warmup=True, estim_lr0=1e-3), "plain drift"),
    "reduce_on_plateau": case(optax.chain(optax.sgd(0.1), contrib.reduce_on_plateau(factor=0.5, patience=3, cooldown=2, accumulation_size=2, min_scale=0.01)), "plain", extra=("value",)),
    "schedule_free_sgd": case(contrib.schedule_free_sgd(0.1, warmup_steps=10, weight_decay=0.01), "plain drift"),
    "schedule_free_adamw": case(contrib.schedule_free_adamw(0.1, warmup_steps=10, weight_decay=0.01), "plain drift"),
    "sam": case(contrib.sam(optax.sgd(0.1, momentum=0.9), optax.chain(contrib.normalize(), optax.sgd(0.05)), sync_period=3), "plain drift"),
    "sam_keep": case(contrib.sam(optax.adam(0.1), optax.sgd(0.05, momentum=0.9), sync_period=2, reset_state=False), "plain"),
    "mechanize": case(contrib.mechanize(optax.adam(1.0), weight_decay=0.01), "plain drift"),
    "madgrad_float64": case(contrib.madgrad(0.1, weight_decay=0.01), TAME, float64_counts=True),
    "schedule_free_sgd_float64": case(contrib.schedule_free_sgd(0.1, warmup_steps=10, weight_decay=0.01), "plain drift", float64_counts=True),
    "schedule_free_adamw_float64": case(contrib.schedule_free_adamw(0.1, warmup_steps=10, weight_decay=0.01), "plain drift", float64_counts=True),
    "galore": case(contrib.galore(0.1, rank=1, weight_decay=0.01), "plain drift"),
    "galore_full": case(contrib.galore(0.1, rank=8, scale=0.5), "plain drift"),
    "galore_gap": case(contrib.galore(0.1, rank=1, update_proj_gap=7, base_optimizer=optax.scale_by_rms()), "plain drift"),
    "sam_opaque": case(contrib.sam(optax.sgd(0.1, momentum=0.9), optax.chain(contrib.normalize(), optax.sgd(0.05, momentum=0.5)), sync_period=3, opaque_mode=True), "plain drift", extra=("grad_fn",)),
    "dpsgd": case(contrib.dpsgd(0.1, l2_norm_clip=2.0, noise_multiplier=0.0, seed=0, momentum=0.9, nesterov=True), TAME, extra=("examples",)),
    "dog_learning_rate": case(contrib.dog(0.5, init_step=("learning_rate", 1e-2)), "plain drift"),
    "muon_dion": case(contrib.muon(0.1, ns_coeffs="dion", preconditioning="spectral"), "plain drift"),
    "muon_aol": case(contrib.muon(0.1, preconditioning="aol", adaptive=True), "plain drift"),
    "muon_schatten": case(contrib.muon(0.1, preconditioning="schatten", ns_steps=7), "plain drift"),
}


def write_lbfgs():
    """lbfgs() with its linesearch on losses of one number."""
    objectives = {
        "polynomial": lambda x: -x - x**3 + x**4,
        "exponential": lambda x: jnp.exp(-4 * x) + x**2,
        "sinusoidal": lambda x: -jnp.sin(10 * x),
    }
    with open(HERE / "lbfgs.txt", "w") as f:
        for name, objective in objectives.items():
            for start in (0.0, 0.5, -1.0):
                tx = optax.lbfgs()
                x = jnp.asarray(start)
                state = tx.init(x)
                found = []
                for _ in range(8):
                    value, grad = jax.value_and_grad(objective)(x)
                    updates, state = tx.update(grad, state, x, value=value, grad=grad, value_fn=objective)
                    x = optax.apply_updates(x, updates)
                    found.append(x)
                print("case", name, fmt(start), file=f)
                print(fmt(found), file=f)


def write_lookahead():
    """Lookahead has params of its own kind, so it gets a file of its own: fast and slow after each step."""
    with open(HERE / "lookahead.txt", "w") as f:
        for name, reset in (("lookahead", False), ("lookahead_reset", True)):
            tx = optax.lookahead(optax.sgd(0.1, momentum=0.9), sync_period=4, slow_step_size=0.3, reset_state=reset)
            start, grads, _ = SEQUENCES["plain"]
            params = optax.LookaheadParams.init_synced(tree(start))
            state = tx.init(params)
            print("case", name, "plain", file=f)
            for k in range(STEPS):
                updates, state = tx.update(tree(grads[k]), state, params)
                params = optax.apply_updates(params, updates)
                if k + 1 in RECORDED:
                    print(k + 1, fmt(row(params.fast)), file=f)
            print("params", fmt(row(params.slow)), file=f)


SCHEDULES = {
    "constant": optax.constant_schedule(0.3),
    "linear": optax.linear_schedule(0.1, 0.9, 20, 5),
    "linear_no_steps": optax.linear_schedule(0.1, 0.9, 0),
    "polynomial": optax.polynomial_schedule(30, 10, 2, 10, 4),
    "polynomial_negative_begin": optax.polynomial_schedule(1, 0, 2, 4, -2),
    "polynomial_power": optax.polynomial_schedule(2.0, 0.5, 0.7, 33, 3),
    "exponential": optax.exponential_decay(32, 7, 0.5),
    "exponential_staircase": optax.exponential_decay(32, 7, 0.5, 3, True),
    "exponential_end": optax.exponential_decay(32, 7, 0.5, 0, False, 2.0),
    "exponential_growth": optax.exponential_decay(1, 7, 1.5, 2, False, 4.0),
    "exponential_rate_zero": optax.exponential_decay(3, 7, 0.0),
    "cosine": optax.cosine_decay_schedule(0.1, 30, 0.2, 1.5),
    "piecewise_constant": optax.piecewise_constant_schedule(0.1, {3: 2, 6: 0.5}),
    "piecewise_linear": optax.piecewise_interpolate_schedule("linear", 200, {5: 1.5, 10: 0.25}),
    "piecewise_cosine": optax.piecewise_interpolate_schedule("cosine", 400, {3: 0.6, 5: 1.2, 7: 1.0}),
    "piecewise_zero": optax.piecewise_interpolate_schedule("linear", 13, {0: 2, 5: 3}),
    "linear_onecycle": optax.linear_onecycle_schedule(10, 1000, 0.3, 0.7, 10, 100),
    "linear_onecycle_1": optax.linear_onecycle_schedule(1, 1.0),
    "linear_onecycle_2": optax.linear_onecycle_schedule(2, 1.0),
    "cosine_onecycle": optax.cosine_onecycle_schedule(37, 1000, 0.4, 10, 100),
    "warmup_constant": optax.warmup_constant_schedule(0.1, 0.5, 10),
    "warmup_constant_0": optax.warmup_constant_schedule(0.1, 0.5, 0),
    "warmup_cosine": optax.warmup_cosine_decay_schedule(0.2, 1.21, 10, 45, -3.0, 2.0),
    "warmup_cosine_no_peak": optax.warmup_cosine_decay_schedule(0.2, 0.0, 10, 45, -3.0),
    "warmup_exponential": optax.warmup_exponential_decay_schedule(0.1, 1.0, 8, 5, 0.7, 3, True, 0.2),
    "join": optax.join_schedules([optax.linear_schedule(0, 1, 10), optax.constant_schedule(0.7), optax.exponential_decay(1.0, 4, 0.6)], [8, 20]),
    "sgdr": optax.sgdr_schedule([
        dict(init_value=0.0, peak_value=1.0, warmup_steps=2, decay_steps=6),
        dict(init_value=0.0, peak_value=0.5, warmup_steps=2, decay_steps=6),
        dict(init_value=0.1, peak_value=0.3, warmup_steps=5, decay_steps=20, end_value=0.05)]),
}


def write_schedules():
    with open(HERE / "schedules.txt", "w") as f:
        for name, schedule in SCHEDULES.items():
            print("schedule", name, file=f)
            print(fmt([in_float64(schedule)(c) for c in range(60)]), file=f)


def write_losses():
    rng = np.random.default_rng(5)
    x = 2 * rng.standard_normal((4, 5))
    y = rng.standard_normal((4, 5))
    prob = rng.random((4, 5))
    prob[1, 2] = 0
    prob /= prob.sum(axis=1, keepdims=True)
    log_x = np.asarray(jax.nn.log_softmax(x, axis=-1))
    binary = (rng.random((4, 5)) < 0.5).astype(float)
    pm = 2 * binary - 1
    onehot = np.eye(5)[[0, 3, 3, 1]]
    integers = np.array([0, 3, 3, 1])
    ids = np.array([0, 1, 0, 1])
    big = x.copy()
    big[0] *= 400
    margins_n = rng.standard_normal((4, 5))
    losses = {
        "squared_error": (optax.losses.squared_error, x, y),
        "l2_loss": (optax.losses.l2_loss, x, y),
        "huber_loss": (lambda p, t: optax.losses.huber_loss(p, t, delta=0.8), x, y),
        "log_cosh": (optax.losses.log_cosh, x, y),
        "log_cosh_big": (optax.losses.log_cosh, big, y),
        "cosine_similarity": (lambda p, t: optax.losses.cosine_similarity(p, t, epsilon=1e-3), x, y),
        "cosine_distance": (optax.losses.cosine_distance, x, y),
        "sigmoid_binary_cross_entropy": (optax.losses.sigmoid_binary_cross_entropy, x, prob),
        "sigmoid_binary_cross_entropy_big": (optax.losses.sigmoid_binary_cross_entropy, big, binary),
        "hinge_loss": (optax.losses.hinge_loss, x, pm),
        "perceptron_loss": (optax.losses.perceptron_loss, x, pm),
        "sparsemax_loss": (optax.losses.sparsemax_loss, x, binary),
        "softmax_cross_entropy": (optax.losses.softmax_cross_entropy, x, prob),
        "softmax_cross_entropy_big": (optax.losses.softmax_cross_entropy, big, prob),
        "safe_softmax_cross_entropy": (optax.losses.safe_softmax_cross_entropy, x, prob),
        "softmax_cross_entropy_with_integer_labels": (lambda p, t: optax.losses.softmax_cross_entropy_with_integer_labels(p, integers), x, onehot),
        "multiclass_hinge_loss": (lambda p, t: jax.vmap(optax.losses.multiclass_hinge_loss)(p, integers), x, onehot),
        "multiclass_perceptron_loss": (lambda p, t: jax.vmap(optax.losses.multiclass_perceptron_loss)(p, integers), x, onehot),
        "multiclass_sparsemax_loss": (lambda p, t: optax.losses.multiclass_sparsemax_loss(p, integers), x, onehot),
        "poly_loss_cross_entropy": (lambda p, t: optax.losses.poly_loss_cross_entropy(p, t, epsilon=1.5), x, prob),
        "kl_divergence": (optax.losses.kl_divergence, log_x, prob),
        "kl_divergence_with_log_targets": (optax.losses.kl_divergence_with_log_targets, log_x, np.log(prob + 0.1)),
        "generalized_kl_divergence": (optax.losses.generalized_kl_divergence, log_x, prob),
        "sigmoid_focal_loss": (optax.losses.sigmoid_focal_loss, x, prob),
        "sigmoid_focal_loss_alpha": (lambda p, t: optax.losses.sigmoid_focal_loss(p, t, alpha=0.3, gamma=1.5), x, binary),
        "fenchel_young_loss": (optax.losses.make_fenchel_young_loss(lambda s: jax.scipy.special.logsumexp(s)), x, prob),
        "ranking_softmax_loss": (optax.losses.ranking_softmax_loss, x, prob),
        "dice_loss": (lambda p, t: optax.losses.dice_loss(p[:, :, None, None] * jnp.ones((1, 1, 1, 2)) * jnp.array([1.0, -1.0]), jnp.stack([t, 1 - t], -1)[:, :, None, :]), x, binary),
        "binary_dice_loss": (optax.losses.binary_dice_loss, x, binary),
        "multiclass_generalized_dice_loss": (optax.losses.multiclass_generalized_dice_loss, x, onehot),
        "dice_loss_options": (lambda p, t: optax.losses.dice_loss(p, t, smooth=0.5, alpha=0.3, beta=0.7, ignore_background=True, reduction="none"), x, onehot),
        "ntxent": (lambda p, t: optax.losses.ntxent(p, ids), x, y),
        "triplet_margin_loss": (lambda p, t: optax.losses.triplet_margin_loss(p, t, margins_n), x, y),
        "smooth_labels": (lambda p, t: optax.losses.smooth_labels(p, 0.1), prob, y),
    }
    with open(HERE / "losses.txt", "w") as f:
        for name, (loss, p, t) in losses.items():
            try:
                value = loss(jnp.asarray(p), jnp.asarray(t))
                grad = jax.grad(lambda p: jnp.sum(jnp.sin(jnp.arange(1, 1 + np.size(value))) * loss(p, jnp.asarray(t)).reshape(-1)))(jnp.asarray(p))
            except Exception as error:  # a loss that this optax does not have
                print("skipped", name, repr(error)[:100])
                continue
            print("loss", name, file=f)
            print("predictions", fmt(p), file=f)
            print("targets", fmt(t), file=f)
            print("value", fmt(value), file=f)
            print("grad", fmt(grad), file=f)
        print("loss negatives", file=f)
        print("predictions", fmt(margins_n), file=f)
        logits = rng.standard_normal((2, 7, 4))
        logit_paddings = np.zeros((2, 7))
        logit_paddings[1, 5:] = 1
        labels_ = np.array([[1, 2, 2], [3, 1, 0]])
        label_paddings = np.array([[0, 0, 0], [0, 0, 1.0]])
        ctc = lambda l: optax.losses.ctc_loss(l, logit_paddings, labels_, label_paddings)
        print("loss ctc_loss", file=f)
        print("predictions", fmt(logits), file=f)
        print("value", fmt(ctc(jnp.asarray(logits))), file=f)
        print("grad", fmt(jax.grad(lambda l: ctc(l)[0] + 2 * ctc(l)[1])(jnp.asarray(logits))), file=f)


def write_losses_over():
    rng = np.random.default_rng(11)
    L = optax.losses
    x = 2 * rng.standard_normal((4, 5))
    y = rng.standard_normal((4, 5))
    n = rng.standard_normal((4, 5))
    prob = rng.random((4, 5))
    prob[1, 2] = 0
    prob /= prob.sum(axis=1, keepdims=True)
    log_x = np.asarray(jax.nn.log_softmax(x, axis=-1))
    mask = rng.random((4, 5)) < 0.6
    mask[:, 0] = True
    mask[3, :] = True
    rows, columns = np.array([0, 3, 3, 1]), np.array([2, 0, 1, 3, 3])
    weights = rng.random((4, 5))
    images = 2 * rng.standard_normal((2, 6, 3))
    classes = np.eye(3)[rng.integers(0, 3, (2, 6))]
    class_weights = np.array([0.5, 2.0, 1.0])
    cases = {"axis": (x, prob, None)}
    for name, kwargs in {
        "columns": {"axis": 0},
        "all": {"axis": None},
        "masked_rows": {"where": mask},
        "masked_columns": {"where": mask, "axis": 0},
        "masked_all": {"where": mask, "axis": None},
    }.items():
        k = kwargs
        cases |= {
            f"softmax_cross_entropy {name}": (x, prob, lambda p, t, k=k: L.softmax_cross_entropy(p, t, **k)),
            f"poly_loss_cross_entropy {name}": (x, prob, lambda p, t, k=k: L.poly_loss_cross_entropy(p, t, epsilon=1.5, **k)),
            f"kl_divergence {name}": (log_x, prob, lambda p, t, k=k: L.kl_divergence(p, t, **k)),
            f"kl_divergence_with_log_targets {name}": (log_x, np.log(prob + 0.1), lambda p, t, k=k: L.kl_divergence_with_log_targets(p, t, **k)),
            f"generalized_kl_divergence {name}": (log_x, prob, lambda p, t, k=k: L.generalized_kl_divergence(p, t, **k)),
            f"cosine_similarity {name}": (x, y, lambda p, t, k=k: L.cosine_similarity(p, t, epsilon=1e-3, **k)),
            f"cosine_distance {name}": (x, y, lambda p, t, k=k: L.cosine_distance(p, t, **k)),
            f"smooth_labels {name}": (prob, y, lambda p, t, k=k: L.smooth_labels(p, 0.1, **k)),
        }
        if name != "all" and name != "masked_all":
            labels = columns if k.get("axis") == 0 else rows
            cases[f"softmax_cross_entropy_with_integer_labels {name}"] = (
                x, y, lambda p, t, k=k, labels=labels: L.softmax_cross_entropy_with_integer_labels(p, labels, **k))
    del cases["axis"]
    cases |= {
        "triplet_margin_loss columns": (x, y, lambda p, t: L.triplet_margin_loss(p, t, n, axis=0, norm_degree=4)),
        "ranking_softmax_loss": (x, prob, lambda p, t: L.ranking_softmax_loss(p, t, where=mask, weights=weights)),
        "ranking_softmax_loss_by_list": (x, prob, lambda p, t: L.ranking_softmax_loss(p, t, where=mask, reduce_fn=None)),
        "huber_loss": (x, y, lambda p, t: L.huber_loss(p, delta=0.7)),
        "log_cosh": (x, y, lambda p, t: L.log_cosh(p)),
        "dice_loss weighted": (images, classes, lambda p, t: L.dice_loss(p, t, class_weights=class_weights, reduction="none", ignore_background=True)),
        "dice_loss one class": (images[..., :1], classes[..., :1], L.dice_loss),
        "dice_loss probabilities": (np.asarray(jax.nn.softmax(images)), classes, lambda p, t: L.dice_loss(p, t, apply_softmax=False)),
        "multiclass_generalized_dice_loss": (images, classes, L.multiclass_generalized_dice_loss),
        "multiclass_generalized_dice_loss options": (images, classes, lambda p, t: L.multiclass_generalized_dice_loss(p, t, smooth=0.3, ignore_background=True)),
    }
    with open(HERE / "losses_over.txt", "w") as f:
        for key, m in {"mask": mask, "negatives": n, "weights": weights}.items():
            print("loss", key, file=f)
            print("predictions", fmt(m), file=f)
        for name, (p, t, loss) in cases.items():
            value = loss(jnp.asarray(p), jnp.asarray(t))
            grad = jax.grad(lambda p: jnp.sum(jnp.sin(jnp.arange(1, 1 + np.size(value))) * loss(p, jnp.asarray(t)).reshape(-1)))(jnp.asarray(p))
            assert np.all(np.isfinite(value)) and (np.all(np.isfinite(grad))), name
            print("loss", name, file=f)
            print("predictions", fmt(p), file=f)
            print("targets", fmt(t), file=f)
            print("value", fmt(value), file=f)
            print("grad", fmt(grad), file=f)
        logits = rng.standard_normal((3, 7, 4))
        logit_paddings = np.zeros((3, 7))
        logit_paddings[1, 5:] = 1
        logit_paddings[2, 2] = 1  # also inside a sequence
        labels = np.array([[1, 2, 2], [3, 1, 0], [2, 0, 0]])
        label_paddings = np.array([[0, 0, 0], [0, 0, 1.0], [0, 1, 1]])
        ctc = lambda l: L.ctc_loss_with_forward_probs(l, logit_paddings, labels, label_paddings, blank_id=0)
        value, blank, emit = ctc(jnp.asarray(logits))
        print("loss ctc_loss", file=f)
        print("predictions", fmt(logits), file=f)
        print("value", fmt(value), file=f)
        print("grad", fmt(jax.grad(lambda l: jnp.sum(jnp.sin(jnp.arange(1, 4)) * ctc(l)[0]))(jnp.asarray(logits))), file=f)
        print("blank", fmt(jnp.transpose(blank, (1, 0, 2))), file=f)
        print("emit", fmt(jnp.transpose(emit, (1, 0, 2))), file=f)


def write_sequences():
    with open(HERE / "sequences.txt", "w") as f:
        for name, (params, grads, values) in SEQUENCES.items():
            print("sequence", name, file=f)
            print(fmt(params), file=f)
            for g, v in zip(grads, values):
                print(fmt(g), fmt(v), file=f)


NUMERIC_MATRIX = np.array([[1.5, -2.0, 0.25], [0.5, 3.0, -1.0], [-0.75, 0.1, 2.0], [1.0, 1.0, 0.3]])


def write_numerics():
    a = NUMERIC_MATRIX
    gram = jnp.asarray(a.T @ a)
    spectra = np.array([[1.0, 0.9, 0.1], [0.2, 0.3, 1.0], [0.5, 0.6, 0.2], [0.1, 0.0, 0.7]])
    mixture = np.array([[1.0, -0.5], [0.3, 1.0], [0.8, 0.2], [-0.2, 0.9]])
    with open(HERE / "numerics.txt", "w") as f:

        def write(name, *values):
            print("case", name, file=f)
            print(" ".join(fmt(v) for v in values), file=f)

        orders = [1, 2, 3, 0.5, np.inf, -np.inf]
        for name, x, ords in (("vector", a[:, 0], orders), ("matrix", a, [1, -1, 2, -2, np.inf, -np.inf, "nuc"])):
            for ord in ords:
                norm = lambda x: optax.safe_norm(x, 1e-3, ord=ord)
                write(f"safe_norm_{name}_{ord}", norm(jnp.asarray(x)), jax.grad(norm)(jnp.asarray(x)))
        write("nnls", optax.nnls(jnp.asarray(spectra), jnp.asarray(mixture), 20000))
        value, vector = optax.power_iteration(gram, num_iters=2000, error_tolerance=1e-13)
        write("power_iteration", value, np.asarray(vector) * np.sign(vector[0]))
        for p in (1, 2, 4):
            write(f"matrix_inverse_pth_root_{p}", optax.matrix_inverse_pth_root(gram, p, ridge_epsilon=1e-2, error_tolerance=1e-7)[0])
        tx = optax.scale_by_factored_rms(min_dim_size_to_factor=2, step_offset=1, decay_rate=0.7,
                                         decay_rate_fn=lambda i, rate: jnp.minimum(rate, 0.5 + 0.1 * i))
        state, out = tx.init(jnp.asarray(a)), []
        for t in range(5):
            updates, state = tx.update(jnp.asarray(a * (1 + t) - t), state, jnp.asarray(a))
            out.append(updates)
        write("scale_by_factored_rms_decay_rate_fn", *out)


if __name__ == "__main__":
    print("optax", optax.__version__, "jax", jax.__version__)
    write_sequences()
    write_schedules()
    write_losses()
    write_losses_over()
    write_numerics()
    write_lookahead()
    write_lbfgs()
    write_runs("optimizers.txt", OPTIMIZERS, move=True)
    write_runs("transforms.txt", TRANSFORMS, move=False)
    write_runs("contrib.txt", CONTRIB, move=True)
