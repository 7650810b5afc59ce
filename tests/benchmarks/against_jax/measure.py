"""Measures training jobs in Grove, JAX and, where it is installed, PyTorch, and prints the table; see ../against_jax.sh.

    python measure.py <folder of the programs> [--rounds 9] [--jobs softmax_regression,gru] [--no-torch]

In each round every library trains once, one after the other on the same core. The table has medians of the times, in
seconds of a processor, and of the ratios within a round. The final losses have to agree. What JAX needs to compile comes
before the first round.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import numpy as np

import jobs


class Grove:
    """A program that trains for every line that it is sent."""

    def __init__(self, program, params, data):
        with tempfile.NamedTemporaryFile(suffix=".npz") as file:
            np.savez(file, **{f"params.{k}": v for k, v in params.items()}, **{f"data.{k}": v for k, v in data.items()})
            file.flush()
            self.process = subprocess.Popen([program, file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self()

    def __call__(self):
        self.process.stdin.write("train\n")
        self.process.stdin.flush()
        seconds, loss = self.process.stdout.readline().split()
        return float(seconds), float(loss)


class Jax:
    def __init__(self, params, data, train, loss):
        self.train, self.loss = train, jax.jit(loss)
        self.params, self.data = jax.device_put((params, data))
        self.compile_seconds = self()[0]

    def __call__(self):
        begin = time.process_time()
        params = jax.block_until_ready(self.train(self.params, self.data))
        seconds = time.process_time() - begin
        return seconds, float(self.loss(params, self.data))


def measure(name, options):
    params, data, train, loss = jobs.JOBS[name]()
    sides = {"Grove": Grove(options.programs / name, params, data), "JAX": Jax(params, data, train, loss)}
    if options.torch:
        import jobs_torch

        if name in jobs_torch.LOSSES:
            sides["PyTorch"] = jobs_torch.Torch(name, params, data)
    rounds = [{side: train() for side, train in sides.items()} for _ in range(options.rounds)]
    losses = {side: rounds[-1][side][1] for side in sides}
    for side, value in losses.items():
        if not abs(value - losses["JAX"]) <= 1e-6 * abs(losses["JAX"]):
            sys.exit(f"{name}: the final losses differ: {losses}")
    times = {side: statistics.median(r[side][0] for r in rounds) for side in sides}
    ratios = {side: statistics.median(r["Grove"][0] / r[side][0] for r in rounds) for side in sides}
    return times, ratios, sides["JAX"].compile_seconds, losses["Grove"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--jobs", default=",".join(jobs.JOBS))
    parser.add_argument("--no-torch", dest="torch", action="store_false")
    options = parser.parse_args()
    print("| job | Grove, ms | JAX, ms | PyTorch, ms | Grove ÷ JAX | Grove ÷ PyTorch | JAX compiles, s | final loss |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.jobs.split(","):
        times, ratios, compiling, loss = measure(name, options)
        ms = [f"{1e3 * times[side]:.3g}" if side in times else "" for side in ("Grove", "JAX", "PyTorch")]
        parts = [f"{ratios[side]:.2f}" if side in ratios else "" for side in ("JAX", "PyTorch")]
        print("|", " | ".join([name.replace("_", " "), *ms, *parts, f"{compiling:.1f}", f"{loss:.6g}"]), "|", flush=True)


if __name__ == "__main__":
    main()
