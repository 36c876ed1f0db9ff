"""Writes test/golden/checkpoint: small checkpoints by PyTorch, and what they hold as JSON.

Run from the repository root: python3 test/golden/checkpoint.py
The values do not depend on a seed: they are written out here or made by torch.arange.
"""

import collections
import io
import json
import os
import struct
import sys
import zipfile

import numpy
import torch

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checkpoint")
os.makedirs(folder, exist_ok=True)
expected = {}


def describe(tensor):
    tensor = tensor.detach()
    if tensor.dtype in (torch.float64, torch.float16, torch.bfloat16):
        tensor = tensor.to(torch.float32)
    if tensor.dtype in (torch.int8, torch.int16):
        tensor = tensor.to(torch.int32)
    values = [
        # JSON has no NaN and no infinities.
        v if isinstance(v, (int, bool)) or numpy.isfinite(v) else str(v)
        for v in tensor.contiguous().flatten().tolist()
    ]
    return {
        "dtype": str(tensor.dtype).replace("torch.", ""),
        "shape": list(tensor.shape),
        "values": values,
    }


def save(name, value, state_dict, **options):
    torch.save(value, os.path.join(folder, name), **options)
    expected[name] = {key: describe(tensor) for key, tensor in state_dict.items()}


class Encoder(torch.nn.Module):
    """Every kind of layer of the lesson's encoder, small."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv1 = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3)
        )
        self.linear1 = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 3))


torch.manual_seed(1)
model = Encoder()
state = model.state_dict()
save("state_dict.pt", state, state)
save("protocol_4.pt", state, state, pickle_protocol=4)
save("protocol_5.pt", state, state, pickle_protocol=5)
save(
    "nested.pt",
    {"epoch": 3, "loss": 0.25, "name": "lesson", "best": None, "done": False, "size": torch.Size([2, 3]),
     "dtype": torch.float32, "device": torch.device("cpu"), "history": [1.0, 0.5], "big": 2**80,
     "model_state_dict": state,
     "optimizer_state_dict": torch.optim.Adam(model.parameters(), lr=0.005).state_dict()},
    state,
)
save("parameters.pt", dict(model.named_parameters()), dict(model.named_parameters()))

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
views = collections.OrderedDict(
    whole=base,
    transposed=base.t(),
    sliced=base[1:3, 1:6:2],
    row=base[2],
    expanded=base[0].expand(3, 6),
    permuted=torch.arange(24, dtype=torch.int64).reshape(2, 3, 4).permute(2, 0, 1),
    scalar=base[3, 5],
    empty=torch.zeros(0, 3),
)
save("views.pt", views, views)

numbers = [0.0, -0.0, 1.0, -2.5, 1 / 3, 65504.0, 6e-8, 1e-5, float("inf"), float("-inf"), float("nan")]
types = collections.OrderedDict(
    float32=torch.tensor(numbers),
    float64=torch.tensor(numbers, dtype=torch.float64),
    float16=torch.tensor(numbers).to(torch.float16),
    bfloat16=torch.tensor(numbers).to(torch.bfloat16),
    int64=torch.tensor([0, -1, 2**53 - 1, -(2**53) + 1]),
    int32=torch.tensor([0, -1, 2**31 - 1, -(2**31)], dtype=torch.int32),
    int16=torch.tensor([0, -1, 2**15 - 1, -(2**15)], dtype=torch.int16),
    int8=torch.tensor([0, -1, 127, -128], dtype=torch.int8),
    uint8=torch.tensor([0, 1, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False, True]),
)
save("types.pt", types, types)
# Every binary16 and bfloat16, as the float32 bytes that PyTorch makes of them, is too long for JSON: a sum of words.
halves = torch.arange(65536, dtype=torch.int32).to(torch.int16)
for name in ("half", "bfloat16"):
    sixteen = halves.view(torch.float16 if name == "half" else torch.bfloat16)
    finite = torch.where(torch.isfinite(sixteen.float()), sixteen.float(), torch.zeros(()))
    expected[f"all {name}"] = {
        "sumOfAbsolutes": float(finite.double().abs().sum()),
        "weighted": float((finite.double() * torch.arange(65536, dtype=torch.float64)).sum()),
    }

torch.save(state, os.path.join(folder, "before_1.6.pt"), _use_new_zipfile_serialization=False)


class Shell:
    def __reduce__(self):
        return os.system, ("true",)


torch.save({"state_dict": state, "extra": Shell()}, os.path.join(folder, "os_system.pt"))
torch.jit.script(torch.nn.Linear(2, 1)).save(os.path.join(folder, "script.pt"))


def layout_of_2_x(source, target):
    """The archive as PyTorch 2.x lays it out: further entries, and storages aligned to 64 bytes."""
    with zipfile.ZipFile(os.path.join(folder, source)) as archive:
        contents = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    data = {name: contents[name] for name in contents if name.startswith("data/")}
    ordered = {
        "data.pkl": contents["data.pkl"],
        ".format_version": b"1",
        ".storage_alignment": b"64",
        "byteorder": b"little",
        **data,
        "version": b"3\n",
        ".data/serialization_id": b"0" * 40,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in ordered.items():
            info = zipfile.ZipInfo(f"archive/{name}", (1980, 1, 1, 0, 0, 0))
            start = buffer.tell() + 30 + len(info.filename) + 4
            padding = -start % 64
            info.extra = struct.pack("<HH", 0x4246, padding) + b"Z" * padding
            archive.writestr(info, content)
    with open(os.path.join(folder, target), "wb") as file:
        file.write(buffer.getvalue())


layout_of_2_x("state_dict.pt", "layout_2.x.pt")
expected["layout_2.x.pt"] = expected["state_dict.pt"]

with open(os.path.join(folder, "expected.json"), "w") as file:
    recipe = {
        "script": "test/golden/checkpoint.py",
        "torch": torch.__version__,
        "python": sys.version.split()[0],
        "seed": 1,
    }
    json.dump({"recipe": recipe, "files": expected}, file)
    file.write("\n")
