"""Makes alignment.json: the losses that align two modalities, and autograd's gradients, in float64.

    python3 test/golden/alignment.py

The cases `one` have a positive for each row, and are open_clip's ClipLoss and SigLipLoss themselves (see
bench/peers/requirements.txt). The others (several positives, rows that lack a modality, a modality with itself) are
plain loops over rows.
"""

import json
import pathlib
import platform

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from open_clip.loss import ClipLoss, SigLipLoss

SEED = 23
rng = np.random.default_rng(SEED)


def draw(batch, dim):
    return torch.tensor(np.round(rng.standard_normal((batch, dim)) * 64) / 64, requires_grad=True)


def clip_loops(a, b, scale, bias, groups, present, within):
    """Each anchor among all that are there, the mean over its positives; the mean over anchors; both directions."""

    def direction(x, y, has_x, has_y):
        losses = []
        for i in range(len(x)):
            if not has_x[i]:
                continue
            others = [j for j in range(len(y)) if has_y[j] and not (within and i == j)]
            positives = [j for j in others if groups[i] == groups[j]]
            if not positives:
                continue
            log_p = torch.log_softmax(torch.stack([scale * (x[i] @ y[j]) for j in others]), 0)
            losses.append(-torch.stack([log_p[others.index(j)] for j in positives]).mean())
        return torch.stack(losses).mean() if losses else (x.sum() * 0)

    return (direction(a, b, *present) + direction(b, a, *present[::-1])) / 2


def siglip_loops(a, b, scale, bias, groups, present, within):
    total = a.sum() * 0
    for i in range(len(a)):
        for j in range(len(b)):
            if present[0][i] and present[1][j] and not (within and i == j):
                sign = 1 if groups[i] == groups[j] else -1
                total = total - F.logsigmoid(sign * (scale * (a[i] @ b[j]) + bias))
    return total / ((sum(present[0]) + sum(present[1])) / 2)


def case(kind, loss, batch, dim, groups=None, present=None, within=False):
    inputs = [draw(batch, dim)] if within else [draw(batch, dim), draw(batch, dim)]
    a, b = F.normalize(inputs[0]), F.normalize(inputs[-1])
    log_scale = torch.tensor(float(np.float32(np.log(1 / 0.07 if loss == "clip" else 10))), dtype=torch.float64, requires_grad=True)
    bias = torch.tensor(-10.0 if loss == "siglip" else 0.0, dtype=torch.float64, requires_grad=True)
    scale = log_scale.exp()
    if kind == "one":
        groups = list(range(batch))
        value = ClipLoss()(a, b, scale) if loss == "clip" else SigLipLoss()(a, b, scale, bias)
    else:
        loops = clip_loops if loss == "clip" else siglip_loops
        value = loops(a, b, scale, bias, groups, present or [[1] * batch] * 2, within)
    value.backward()
    return {
        "kind": kind, "loss": loss, "batch": batch, "dim": dim, "groups": groups, "present": present,
        "inputs": [x.detach().flatten().tolist() for x in inputs],
        "logScale": log_scale.item(), "bias": bias.item(), "value": value.item(),
        "gradients": [x.grad.flatten().tolist() for x in inputs],
        "byLogScale": log_scale.grad.item(), "byBias": 0.0 if bias.grad is None else bias.grad.item(),
    }


GROUPS = [4, 1, 4, 0, 1, 4, 7]
LACKING = [[1, 0, 1, 1, 1, 0, 1], [1, 1, 0, 1, 0, 0, 0]]
cases = []
for loss in ("clip", "siglip"):
    cases += [case("one", loss, batch, dim) for batch, dim in ((1, 3), (4, 3), (9, 16))]
    cases += [
        case("several", loss, 7, 5, GROUPS),
        case("several", loss, 7, 5, [2] * 7),
        case("lacking", loss, 7, 5, GROUPS, LACKING),
        case("lacking", loss, 7, 5, list(range(7)), LACKING),
        case("within", loss, 7, 5, GROUPS, within=True),
        case("within", loss, 7, 5, GROUPS, [LACKING[0]] * 2, within=True),
    ]
golden = {
    "recipe": {"script": "test/golden/alignment.py", "seed": SEED, "torch": torch.__version__,
               "open_clip": open_clip.__version__, "numpy": np.__version__, "python": platform.python_version(),
               "dtype": "float64"},
    "cases": cases,
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
print([(c["loss"], c["kind"], round(c["value"], 4)) for c in cases])
