"""Makes losses.json: the losses over a batch in PyTorch, and autograd's gradients, in float64.

    python3 test/golden/losses.py

Each loss is put together as its paper's public implementations do it (masks, cross_entropy, cdist, relu), not as the
graphs are. The semi-hard negative is TensorFlow Addons' choice. Temperatures and margins are numbers that float32 holds
exactly, or whose inverse it does.
"""

import json
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F

SEED = 17
rng = np.random.default_rng(SEED)


def draw(batch, dim):
    return torch.tensor(np.round(rng.standard_normal((batch, dim)) * 64) / 64, requires_grad=True)


def masks(labels):
    same = labels[:, None] == labels[None, :]
    return same & ~torch.eye(len(labels), dtype=torch.bool), ~same


def all_pairs_cosine(x, labels):
    cosines = torch.cosine_similarity(x[:, None], x[None, :], dim=2)
    alike, unalike = masks(labels)
    kinds = [((cosines - target)[mask] ** 2).mean() for mask, target in ((alike, 1), (unalike, 0)) if mask.any()]
    return sum(kinds) / 2


def sup_con(x, labels, temperature):
    """The authors' SupConLoss (github.com/HobbitLong/SupContrast) without its factor temperature/base_temperature."""
    z = F.normalize(x)
    logits = z @ z.T / temperature
    logits = logits - logits.max(dim=1, keepdim=True).values.detach()
    others = ~torch.eye(len(z), dtype=torch.bool)
    log_prob = logits - torch.log((torch.exp(logits) * others).sum(1, keepdim=True))
    alike, _ = masks(labels)
    anchors = alike.any(1)
    return -((log_prob * alike).sum(1)[anchors] / alike.sum(1)[anchors]).mean()


def nt_xent(a, b, temperature):
    z = F.normalize(torch.cat([a, b]))
    n = len(a)
    logits = (z @ z.T / temperature).masked_fill(torch.eye(2 * n, dtype=torch.bool), -float("inf"))
    return F.cross_entropy(logits, (torch.arange(2 * n) + n) % (2 * n))


def info_nce(a, b, temperature):
    logits = F.normalize(a) @ F.normalize(b).T / temperature
    own = torch.arange(len(a))
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def distances(x):
    z = F.normalize(x)
    squares = ((z[:, None] - z[None, :]) ** 2).sum(2)
    # The root of 0 on the diagonal has no gradient; the diagonal takes no part.
    return torch.sqrt(squares + torch.eye(len(z))), squares


def batch_hard(x, labels, margin, squared):
    d = distances(x)[1 if squared else 0]
    alike, unalike = masks(labels)
    anchors = alike.any(1) & unalike.any(1)
    far = d.masked_fill(~alike, -float("inf")).amax(1)[anchors]
    near = d.masked_fill(~unalike, float("inf")).amin(1)[anchors]
    return (F.softplus(far - near) if margin == "soft" else F.relu(far - near + margin)).mean()


def semi_hard(x, labels, margin, squared):
    d = distances(x)[1 if squared else 0]
    alike, unalike = masks(labels)
    terms = []
    for i in range(len(x)):
        if not unalike[i].any():
            continue
        for p in torch.nonzero(alike[i]).flatten():
            farther = unalike[i] & (d[i] > d[i, p])
            negative = d[i][farther].min() if farther.any() else d[i][unalike[i]].max()
            terms.append(F.relu(d[i, p] - negative + margin))
    return torch.stack(terms).mean()


def margin_contrastive(x, labels, margin):
    d, squares = distances(x)
    alike, unalike = masks(labels)
    terms = torch.cat([squares[alike] / 2, F.relu(margin - d[unalike]) ** 2 / 2])
    return terms.mean()


def vic_reg(a, b, invariance, variance, covariance):
    """The authors' loss (github.com/facebookresearch/vicreg, main_vicreg.py)."""
    apart = F.mse_loss(a, b)
    a, b = a - a.mean(0), b - b.mean(0)
    deviations = [torch.sqrt(z.var(0) + float(np.float32(0.0001))) for z in (a, b)]
    flat = sum(torch.mean(F.relu(1 - s)) / 2 for s in deviations)
    covariances = [z.T @ z / (len(z) - 1) for z in (a, b)]
    tied = sum((c - torch.diag(torch.diagonal(c))).pow(2).sum() / c.shape[1] for c in covariances)
    return invariance * apart + variance * flat + covariance * tied


def case(loss, options, inputs, labels=None):
    value = loss(*inputs, *([] if labels is None else [labels]), **options)
    value.backward()
    return {
        "options": options,
        "batch": inputs[0].shape[0],
        "dim": inputs[0].shape[1],
        "inputs": [x.flatten().tolist() for x in inputs],
        "labels": None if labels is None else labels.tolist(),
        "loss": value.item(),
        "gradients": [x.grad.flatten().tolist() for x in inputs],
    }


LABELS = [
    [3, 1, 3, 1, 3, 1],
    [0, 1, 2, 2, 1, 0, 7, 2],  # 7 has no positive
    [4, 4, 4, 5, 5, 9, 9, 9, 9, 9],
]


def labelled(loss, *choices):
    return [
        case(loss, options, [draw(len(labels), dim)], torch.tensor(labels))
        for labels, dim in zip(LABELS, (3, 5, 16))
        for options in choices
    ]


def viewed(loss, *choices):
    return [
        case(loss, options, [draw(batch, dim), draw(batch, dim)])
        for batch, dim in ((2, 3), (6, 16))
        for options in choices
    ]


triplets = [{"margin": 0.25, "squared": False}, {"margin": 1.0, "squared": True}]
golden = {
    "recipe": {"script": "test/golden/losses.py", "seed": SEED, "torch": torch.__version__,
               "numpy": np.__version__, "python": platform.python_version(), "dtype": "float64"},
    "allPairsCosine": labelled(all_pairs_cosine, {}),
    "supCon": labelled(sup_con, {"temperature": 0.1}, {"temperature": 0.5}),
    "ntXent": viewed(nt_xent, {"temperature": 0.5}, {"temperature": 0.1}),
    "infoNce": viewed(info_nce, {"temperature": 0.0625}, {"temperature": 1.0}),
    "batchHard": labelled(batch_hard, *triplets, {"margin": "soft", "squared": False}),
    "semiHard": labelled(semi_hard, *triplets),
    "marginContrastive": labelled(margin_contrastive, {"margin": 1.0}, {"margin": 1.5}),
    "vicReg": viewed(vic_reg, {"invariance": 25.0, "variance": 25.0, "covariance": 1.0},
                     {"invariance": 0.5, "variance": 2.0, "covariance": 3.0}),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
print({name: [round(c["loss"], 4) for c in cases] for name, cases in golden.items() if name != "recipe"})
