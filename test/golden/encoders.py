"""Makes encoders.json: a residual network and a ConvNeXt in PyTorch, in training and in use, in float64.

    python3 test/golden/encoders.py

The modules are written as torchvision and the authors of ConvNeXt write them, so a checkpoint of ours loads strictly into
them. State and pictures are made by a formula that the test repeats: entry i of the tensor whose name's bytes add up to s is
((7919 i + 31 s) mod 257 - 128) / 128, times a scale, plus an offset. Of gradients every 17th entry is kept where there
are more than 200.
"""

import json
import pathlib
import platform

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)


def formula(name, shape, scale=1.0, offset=0.0):
    count = int(np.prod(shape)) if len(shape) else 1
    i = np.arange(count, dtype=np.int64)
    values = (((7919 * i + 31 * sum(name.encode())) % 257) - 128) / 128
    return torch.tensor((values * scale + offset).reshape(shape))


class BasicBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(o)
        self.conv2 = nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(o)
        self.downsample = None
        if stride != 1 or i != o:
            self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, channels, size, dim, width, depth):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, 2 if size >= 64 else 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        last = width
        for stage in range(4):
            to = width * 2 ** stage
            blocks = [BasicBlock(last if i == 0 else to, to, 2 if i == 0 and stage > 0 else 1) for i in range(depth)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            last = to
        self.fc = nn.Linear(last, dim)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


class ChannelsFirstNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class NeXtBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gamma = nn.Parameter(0.1 * torch.ones(c))
        self.dwconv = nn.Conv2d(c, c, 7, padding=3, groups=c)
        self.norm = nn.LayerNorm(c, eps=1e-6)
        self.pwconv1 = nn.Linear(c, 4 * c)
        self.pwconv2 = nn.Linear(4 * c, c)

    def forward(self, x):
        y = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.gamma * self.pwconv2(F.gelu(self.pwconv1(y)))
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self, channels, size, dim, width, depth):
        super().__init__()
        patch = 4 if size >= 64 else 2
        norm = lambda c: ChannelsFirstNorm(c, eps=1e-6)
        widths = [width * 2 ** stage for stage in range(3)]
        down = [nn.Sequential(nn.Conv2d(channels, width, patch, patch), norm(width))]
        down += [nn.Sequential(norm(c), nn.Conv2d(c, 2 * c, 2, 2)) for c in widths[:-1]]
        self.downsample_layers = nn.ModuleList(down)
        self.stages = nn.ModuleList([nn.Sequential(*[NeXtBlock(c) for _ in range(depth)]) for c in widths])
        self.norm = nn.BatchNorm1d(widths[-1])
        self.head = nn.Linear(widths[-1], dim)

    def forward(self, x):
        for down, stage in zip(self.downsample_layers, self.stages):
            x = stage(down(x))
        return self.head(self.norm(x.mean((2, 3))))


def state_of(module):
    filled = {}
    for name, value in module.state_dict().items():
        if name.endswith("num_batches_tracked"):
            filled[name] = value
        elif name.endswith("running_var"):
            filled[name] = formula(name, value.shape, 0.25, 1)
        elif value.dim() == 1 and name.endswith("weight"):
            filled[name] = formula(name, value.shape, 0.5, 1)
        elif name.endswith("gamma"):
            filled[name] = formula(name, value.shape, 0.5, 0.5)
        else:
            fan_in = int(np.prod(value.shape[1:])) if value.dim() > 1 else 4
            filled[name] = formula(name, value.shape, float(2 ** -round(np.log2(fan_in) / 2)))
    return filled


def rounded(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def sampled(tensor):
    values = rounded(tensor)
    return values[::17] if len(values) > 200 else values


def case(name, module, channels, size, dim, width, depth, batch):
    module.load_state_dict(state_of(module), strict=True)
    x = formula("images", (batch, channels, size, size))
    cotangent = formula("cotangent", (batch, dim))
    module.eval()
    use = module(x)
    module.train()
    y = module(x)
    (y * cotangent).sum().backward()
    names = module.state_dict()
    return {
        "name": name,
        "options": {"channels": channels, "size": size, "dim": dim, "width": width, "depth": depth},
        "batch": batch,
        "state": [[key, list(value.shape)] for key, value in names.items()],
        "use": rounded(use),
        "training": rounded(y),
        "gradients": {key: sampled(p.grad) for key, p in module.named_parameters()},
        "running": {key: rounded(value) for key, value in names.items() if "running" in key},
    }


cases = []
for name, kind, options in (
    ("resnet", ResNet, dict(channels=3, size=17, dim=5, width=2, depth=2, batch=3)),
    ("resnet", ResNet, dict(channels=1, size=64, dim=3, width=2, depth=1, batch=2)),
    ("convnext", ConvNeXt, dict(channels=3, size=18, dim=5, width=4, depth=2, batch=3)),
    ("convnext", ConvNeXt, dict(channels=1, size=65, dim=3, width=4, depth=1, batch=4)),
):
    module = kind(**{key: value for key, value in options.items() if key != "batch"})
    cases.append(case(name, module, **options))

counts = {}
for name, kind, width, depth in (("resnet", ResNet, 16, 1), ("resnet18", ResNet, 64, 2), ("convnext", ConvNeXt, 32, 1)):
    module = kind(3, 32, 64, width, depth)
    counts[name] = sum(p.numel() for p in module.parameters())

golden = {
    "recipe": {"script": "test/golden/encoders.py", "torch": torch.__version__, "numpy": np.__version__,
               "python": platform.python_version()},
    "parameters": counts,
    "cases": cases,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden) + "\n")
print(path.stat().st_size, counts)
