"""Writes torch.txt: trajectories of torch.optim, in float64, where it has the rule of one of our optimizers.

    python3 -m venv golden-env && golden-env/bin/pip install torch
    golden-env/bin/python tests/golden/make_torch.py             # reads sequences.txt and writes next to this script

A case is `case torch_<name> <sequence>` and then, for some steps, the number of the step and the params after it. What torch
does differently by design (amsgrad, NAdam, Rprop, LBFGS, Adafactor, Muon) is in optim/DIFFERENCES.md.
"""
import pathlib

import torch

HERE = pathlib.Path(__file__).parent
RECORDED = (1, 2, 3, 4, 5, 6, 7, 10, 20, 50, 100)
ALL = "plain zeros huge tiny mixed drift"
TAME = "plain zeros mixed drift"


def read_sequences():
    sequences, rows = {}, []
    for line in (HERE / "sequences.txt").read_text().splitlines():
        if line.startswith("sequence "):
            rows = sequences.setdefault(line.split()[1], [])
        else:
            rows.append([float(x) for x in line.split()])
    return sequences


CASES = {
    "sgd": (ALL, lambda p: torch.optim.SGD(p, lr=0.1)),
    "sgd_momentum": (ALL, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    "sgd_nesterov": (ALL, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    "sgd_weight_decay": (TAME, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)),
    "adam": (ALL, lambda p: torch.optim.Adam(p, lr=0.1)),
    "adam_options": (ALL, lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6)),
    "adam_weight_decay": (TAME, lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.05)),
    "adamw": (ALL, lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.01)),
    "adamax": (ALL, lambda p: torch.optim.Adamax(p, lr=0.1)),
    "adamax_options": (TAME, lambda p: torch.optim.Adamax(p, lr=0.1, betas=(0.7, 0.9), eps=1e-3)),
    "radam_no_eps": (TAME.replace("zeros ", ""), lambda p: torch.optim.RAdam(p, lr=0.1, betas=(0.9, 0.99), eps=0.0)),
    "adagrad_no_eps": (TAME, lambda p: torch.optim.Adagrad(p, lr=0.1, initial_accumulator_value=0.1, eps=0.0)),
    "adagrad_lr_decay": (TAME, lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.2, initial_accumulator_value=0.1, eps=0.0)),
    "adadelta": (ALL, lambda p: torch.optim.Adadelta(p, lr=0.5)),
    "adadelta_options": (TAME, lambda p: torch.optim.Adadelta(p, lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.05)),
    "rmsprop": (ALL, lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9)),
    "rmsprop_momentum": (TAME, lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.99, eps=1e-4, momentum=0.9)),
    "rmsprop_centered": (TAME, lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-2, centered=True)),
}


def write(path):
    sequences = read_sequences()
    with open(path, "w") as f:
        for name, (over, make) in CASES.items():
            for sequence in over.split():
                start, *grads = sequences[sequence]
                p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
                optimizer = make([p])
                print(f"case torch_{name}", sequence, file=f)
                for k, grad in enumerate(grads, 1):
                    p.grad = torch.tensor(grad[: len(start)], dtype=torch.float64)
                    optimizer.step()
                    if k in RECORDED:
                        print(k, " ".join(f"{x:.17g}" for x in p.tolist()), file=f)


if __name__ == "__main__":
    print("torch", torch.__version__)
    write(HERE / "torch.txt")
