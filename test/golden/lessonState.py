"""Makes lessonState.json: names and shapes of the lesson's encoder in PyTorch, and how its batch norm follows.

    python3 test/golden/lessonState.py
"""

import json
import pathlib
import platform

import numpy as np
import torch
from torch import nn

SEED = 5
rng = np.random.default_rng(SEED)
draw = lambda *shape: torch.tensor(np.round(rng.standard_normal(shape) * 64) / 64)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda i, o: nn.Sequential(
            nn.Conv2d(i, o, 5, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3))
        self.conv1, self.conv2 = block(1, 32), block(32, 64)
        self.linear1 = nn.Sequential(nn.Linear(64 * 5 * 5, 512), nn.ReLU(), nn.Linear(512, 64))


encoder = Encoder()
norm = nn.BatchNorm2d(3).double()
norm.weight.data, norm.bias.data = draw(3), draw(3)
passes = []
for shape in ((4, 3, 2, 5), (2, 3, 1, 1), (3, 3, 4, 4)):
    x = draw(*shape) * 3 + 1
    y = norm(x)
    passes.append({
        "shape": list(shape),
        "x": x.flatten().tolist(),
        "y": y.flatten().tolist(),
        "runningMean": norm.running_mean.tolist(),
        "runningVar": norm.running_var.tolist(),
        "batches": norm.num_batches_tracked.item(),
    })
x = draw(2, 3, 2, 2)
norm.eval()
golden = {
    "recipe": {"script": "test/golden/lessonState.py", "seed": SEED, "torch": torch.__version__,
               "numpy": np.__version__, "python": platform.python_version()},
    "state": [[name, list(value.shape), str(value.dtype).replace("torch.", "")]
              for name, value in encoder.state_dict().items()],
    "parameters": sum(p.numel() for p in encoder.parameters()),
    "batchNorm": {
        "weight": norm.weight.tolist(),
        "bias": norm.bias.tolist(),
        "passes": passes,
        "eval": {"shape": list(x.shape), "x": x.flatten().tolist(), "y": norm(x).flatten().tolist()},
    },
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
print(golden["parameters"], golden["state"])
