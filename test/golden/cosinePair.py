"""Makes cosinePair.json: PyTorch's mse_loss(cosine_similarity(anchor, contrastive), target) and its gradients.

    python3 test/golden/cosinePair.py
"""

import json
import pathlib
import platform

import numpy as np
import torch

SEED = 3
rng = np.random.default_rng(SEED)
cases = []
for batch, dim in ((1, 3), (6, 4), (5, 64)):
    draw = lambda: torch.tensor(np.round(rng.standard_normal((batch, dim)) * 64) / 64, requires_grad=True)
    anchor, contrastive = draw(), draw()
    target = torch.arange(batch).double() % 2
    loss = torch.nn.functional.mse_loss(torch.cosine_similarity(anchor, contrastive), target)
    loss.backward()
    cases.append({
        "batch": batch,
        "dim": dim,
        "anchor": anchor.flatten().tolist(),
        "contrastive": contrastive.flatten().tolist(),
        "target": target.tolist(),
        "loss": loss.item(),
        "anchorGradient": anchor.grad.flatten().tolist(),
        "contrastiveGradient": contrastive.grad.flatten().tolist(),
    })
recipe = {"script": "test/golden/cosinePair.py", "seed": SEED, "torch": torch.__version__,
          "numpy": np.__version__, "python": platform.python_version(), "dtype": "float64"}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"recipe": recipe, "cases": cases}) + "\n")
