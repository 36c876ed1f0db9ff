"""Makes textEncoders.json: the two text encoders in PyTorch, values and gradients, in float64.

    python3 test/golden/textEncoders.py

State is made by the formula of encoders.py. Of gradients every 17th entry is kept where there are more than 200.
"""

import json
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
# The fast path of nn.TransformerEncoder computes something else where all is padding.
torch.backends.mha.set_fastpath_enabled(False)


def formula(name, shape, scale=1.0, offset=0.0):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    values = (((7919 * i + 31 * sum(name.encode())) % 257) - 128) / 128
    return torch.tensor((values * scale + offset).reshape(shape))


class Transformer(nn.Module):
    def __init__(self, vocabulary, length, dim, width, depth, heads):
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.position = nn.Embedding(length, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, heads, 4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, dim)

    def forward(self, ids, mask):
        x = self.token(ids) + self.position.weight
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=mask == 0)
        pooled = (self.norm(x) * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return self.head(pooled)


class Bag(nn.Module):
    def __init__(self, buckets, dim, width):
        super().__init__()
        self.embedding = nn.Embedding(buckets, width)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, dim))

    def forward(self, ids, mask):
        bags = [F.embedding_bag(row[kept > 0][None], self.embedding.weight, mode="mean") for row, kept in zip(ids, mask)]
        return self.head(self.norm(torch.cat(bags)))


def state_of(module):
    filled = {}
    for name, value in module.state_dict().items():
        if value.dim() == 1 and name.endswith("weight"):
            filled[name] = formula(name, value.shape, 0.5, 1)
        else:
            filled[name] = formula(name, value.shape, 0.5)
    return filled


def sampled(tensor):
    values = [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]
    return values[::17] if len(values) > 200 else values


def case(name, options, module, ids, mask):
    module.load_state_dict(state_of(module), strict=True)
    y = module(ids, mask)
    (y * formula("cotangent", y.shape)).sum().backward()
    return {
        "name": name,
        "options": options,
        "ids": ids.tolist(),
        "mask": mask.tolist(),
        "state": [[key, list(value.shape)] for key, value in module.state_dict().items()],
        "embedding": sampled(y),
        "gradients": {key: sampled(value.grad) for key, value in module.named_parameters()},
    }


lengths = torch.tensor([6, 1, 4])
mask = (torch.arange(6)[None] < lengths[:, None]).double()
ids = torch.tensor([[3, 7, 3, 3, 1, 10], [5, 0, 0, 0, 0, 0], [2, 7, 9, 2, 0, 0]])
golden = {
    "made": {"by": "test/golden/textEncoders.py", "torch": torch.__version__, "python": platform.python_version()},
    "cases": [
        case("transformer", {"dim": 5, "width": 8, "depth": 2, "heads": 2}, Transformer(11, 6, 5, 8, 2, 2), ids, mask),
        case("bag", {"dim": 5, "width": 8, "depth": 1}, Bag(17, 5, 8), ids, mask),
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
