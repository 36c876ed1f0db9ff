"""Opens what Kindred wrote in PyTorch and prints the greatest difference from the original weights.

Not part of the tests, which need no Python. From the repository root:
  node test/golden/writeForPython.ts /tmp/kindred && python3 test/golden/readBack.py /tmp/kindred
"""

import os
import sys

import torch

folder = sys.argv[1]
golden = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checkpoint")


class Encoder(torch.nn.Module):
    """As in checkpoint.py."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv1 = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3)
        )
        self.linear1 = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 3))


print("torch", torch.__version__)
failed = False


def check(what, fine):
    global failed
    failed |= not fine
    print(f"{what}: {'ok' if fine else 'FAILED'}")


for name in ("state_dict.pt", "views.pt", "types.pt"):
    original = torch.load(os.path.join(golden, name), weights_only=True)
    written = torch.load(os.path.join(folder, name), weights_only=True)
    check(f"{name} has the same {len(original)} names in the same order", list(original) == list(written))
    greatest = 0.0
    for key, tensor in original.items():
        other = written[key]
        check(f"{name} {key}: shape {tuple(other.shape)} {other.dtype}, contiguous",
              other.shape == tensor.shape and other.is_contiguous())
        if tensor.numel() == 0:
            continue
        # Not a number equals itself here, and an infinity minus itself is no difference.
        a, b = tensor.to(torch.float32).double(), other.double()
        if not tensor.dtype.is_floating_point:
            a, b = tensor.double(), other.double()
        difference = torch.where((a == b) | (a.isnan() & b.isnan()), torch.zeros(()).double(), (a - b).abs())
        greatest = max(greatest, float(difference.max()))
    check(f"{name}: greatest difference {greatest}", greatest == 0)

model = Encoder().eval()
result = model.load_state_dict(torch.load(os.path.join(folder, "state_dict.pt"), weights_only=True), strict=True)
check(f"load_state_dict(strict=True): {result}", not result.missing_keys and not result.unexpected_keys)
reference = Encoder().eval()
reference.load_state_dict(torch.load(os.path.join(golden, "state_dict.pt"), weights_only=True), strict=True)
pictures = torch.arange(2 * 6 * 6, dtype=torch.float32).reshape(2, 1, 6, 6) / 72


def embed(module):
    return module.linear1(module.conv1(pictures).flatten(1))


with torch.no_grad():
    difference = float((embed(model) - embed(reference)).abs().max())
check(f"embeddings: greatest difference {difference}", difference == 0)

# Storages are aligned as PyTorch's own are, for memory-mapping.
data = open(os.path.join(folder, "state_dict.pt"), "rb").read()
for i, tensor in enumerate(model.state_dict().values()):
    start = data.find(tensor.numpy().tobytes(), data.find(f"archive/data/{i}".encode()))
    check(f"storage {i} begins at byte {start}, a multiple of 64", start % 64 == 0)

many = torch.load(os.path.join(folder, "many.pt"), weights_only=True)
check(
    f"many.pt: {len(many)} tensors, names of every kind",
    list(many) == [f"层{i}" for i in range(300)] + ["", "a.b/c"]
    and all(float(many[f"层{i}"]) == i for i in range(300)),
)
check("an empty state dict", len(torch.load(os.path.join(folder, "empty.pt"), weights_only=True)) == 0)
sys.exit(failed)
