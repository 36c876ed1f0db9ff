"""Makes optimizers.json: ten steps of PyTorch's optimizers, and its learning-rate schedules.

    python3 test/golden/optimizers.py

Each optimizer starts from one parameter of five values and is given ten gradients of its own making, of sizes from
1e-4 to 10, in float32. The schedules are the rates that the scheduler sets, in float64.
"""

import json
import math
import pathlib
import platform

import numpy as np
import torch

SEED = 11
rng = np.random.default_rng(SEED)


def on_grid(values):
    """float32 values that a short decimal names exactly."""
    return np.round(np.asarray(values) * 2**16) / 2**16


START = on_grid(rng.standard_normal(5))
SIZES = np.array([10, 1, 0.1, 0.01, 0.0005])
GRADIENTS = on_grid(rng.standard_normal((10, 5)) * SIZES)


def trajectory(make, rates):
    parameter = torch.nn.Parameter(torch.tensor(START, dtype=torch.float32))
    optimizer = make([parameter], rates[0])
    values = []
    for rate, gradient in zip(rates, GRADIENTS):
        for group in optimizer.param_groups:
            group["lr"] = rate
        parameter.grad = torch.tensor(gradient, dtype=torch.float32)
        optimizer.step()
        values.append(parameter.detach().double().tolist())
    return values


CONSTANT = [0.005] * 10
FALLING = [0.1 * 0.7**step for step in range(10)]
CASES = [
    ("sgd", {}, FALLING, lambda p, lr: torch.optim.SGD(p, lr)),
    ("sgd", {"momentum": 0.9}, CONSTANT, lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)),
    ("sgd", {"weightDecay": 0.1}, CONSTANT, lambda p, lr: torch.optim.SGD(p, lr, weight_decay=0.1)),
    ("sgd", {"momentum": 0.8, "weightDecay": 0.1}, FALLING,
     lambda p, lr: torch.optim.SGD(p, lr, momentum=0.8, weight_decay=0.1)),
    ("adam", {}, CONSTANT, lambda p, lr: torch.optim.Adam(p, lr)),
    ("adam", {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, FALLING,
     lambda p, lr: torch.optim.Adam(p, lr, betas=(0.8, 0.95), eps=1e-3)),
    ("adam", {"weightDecay": 0.1}, CONSTANT, lambda p, lr: torch.optim.Adam(p, lr, weight_decay=0.1)),
    ("adamw", {}, CONSTANT, lambda p, lr: torch.optim.AdamW(p, lr)),
    ("adamw", {"weightDecay": 0.3}, FALLING, lambda p, lr: torch.optim.AdamW(p, lr, weight_decay=0.3)),
]


def rates_of(make, learning_rate, count):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], learning_rate)
    scheduler = make(optimizer)
    rates = []
    for _ in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def warmup_cosine(optimizer, warmup, total, final):
    """LinearLR from lr/warmup to lr over warmup - 1 steps, then CosineAnnealingLR: the step after the last of the
    warm-up is the cosine's first, at the full rate."""
    schedulers = torch.optim.lr_scheduler
    linear = schedulers.LinearLR(optimizer, start_factor=1 / warmup, end_factor=1, total_iters=warmup - 1)
    cosine = schedulers.CosineAnnealingLR(optimizer, T_max=total - warmup, eta_min=final)
    return schedulers.SequentialLR(optimizer, [linear, cosine], milestones=[warmup])


def lambda_cosine(optimizer, warmup, total, final):
    """The documented formula as a LambdaLR."""
    base = optimizer.param_groups[0]["lr"]

    def factor(t):
        if t < warmup:
            return (t + 1) / warmup
        return (final + (base - final) * (1 + math.cos(math.pi * (t - warmup) / (total - warmup))) / 2) / base

    return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


S = torch.optim.lr_scheduler
golden = {
    "recipe": {
        "script": "test/golden/optimizers.py",
        "seed": SEED,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    },
    "start": START.tolist(),
    "gradients": GRADIENTS.tolist(),
    "optimizers": [
        {"name": name, "options": options, "rates": rates, "parameters": trajectory(make, rates)}
        for name, options, rates, make in CASES
    ],
    "constant": rates_of(lambda o: S.ConstantLR(o, factor=1), 0.005, 20),
    "stepLR": [
        {"learningRate": 0.005, "stepSize": 7, "gamma": 0.3,
         "rates": rates_of(lambda o: S.StepLR(o, 7, 0.3), 0.005, 22)},
        {"learningRate": 0.1, "stepSize": 3, "gamma": 0.1,
         "rates": rates_of(lambda o: S.StepLR(o, 3), 0.1, 12)},
    ],
    "warmupCosine": [
        {"learningRate": 0.01, "warmupSteps": 5, "totalSteps": 25, "finalRate": 1e-4,
         "sequential": rates_of(lambda o: warmup_cosine(o, 5, 25, 1e-4), 0.01, 26),
         "lambda": rates_of(lambda o: lambda_cosine(o, 5, 25, 1e-4), 0.01, 26)},
        {"learningRate": 0.3, "warmupSteps": 2, "totalSteps": 40, "finalRate": 0,
         "sequential": rates_of(lambda o: warmup_cosine(o, 2, 40, 0), 0.3, 41),
         "lambda": rates_of(lambda o: lambda_cosine(o, 2, 40, 0), 0.3, 41)},
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, indent=1) + "\n")
for case in golden["warmupCosine"]:
    print(max(abs(a - b) for a, b in zip(case["sequential"], case["lambda"])))
