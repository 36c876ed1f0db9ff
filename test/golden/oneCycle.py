"""Makes oneCycle.json: the rates that PyTorch's OneCycleLR with cosine annealing sets, in float64.

    python3 test/golden/oneCycle.py
"""

import json
import pathlib
import platform

import torch

CASES = [
    {"learningRate": 0.01, "totalSteps": 40},
    {"learningRate": 0.3, "totalSteps": 25, "warmup": 0.1},
    {"learningRate": 1.0, "totalSteps": 31, "warmup": 0.5, "startDivisor": 10.0, "endDivisor": 100.0},
    # The peak lies before the first step.
    {"learningRate": 0.1, "totalSteps": 12, "warmup": 0.05},
]


def rates(learningRate, totalSteps, warmup=0.3, startDivisor=25.0, endDivisor=1e4):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, learningRate, total_steps=totalSteps, pct_start=warmup, div_factor=startDivisor,
        final_div_factor=endDivisor, anneal_strategy="cos", cycle_momentum=False)
    values = []
    for step in range(totalSteps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < totalSteps - 1:
            scheduler.step()
    return values


golden = {
    "recipe": {"script": "test/golden/oneCycle.py", "torch": torch.__version__, "python": platform.python_version()},
    "cases": [{"options": case, "rates": rates(**case)} for case in CASES],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
for case in golden["cases"]:
    print(case["options"], case["rates"][:3], case["rates"][-2:])
