"""Makes lessonSteps.json and lessonStepsOf4.json: 20 Adam steps of the lesson's encoder in PyTorch, with 64 pairs each
and with 4, from weights and batches of a formula.

    python3 test/golden/lessonSteps.py

Weights and pictures come from an integer hash and float64 arithmetic of + - * / sqrt only, which test/parity/
lessonInputs.ts repeats to the last bit, so that they need not be stored. A picture is five soft blobs,
bright and dark, whose places belong to its class, moved a little, on a grainy ground, in 256 grey levels scaled to
[-1, 1].

"drift" is what rounding alone does: the same steps in PyTorch with float64 throughout, less those in float32. Where two
values of a pooling window or a ReLU's input are nearly alike, rounding decides where a gradient goes, and at this
learning rate training amplifies such differences: with dark smooth pictures, or once the loss falls quickly, the losses
of PyTorch's own float32 are off by 1e-5 to 5e-3 after 20 steps, for most weight streams more than the 1e-4 that another
float32 engine is to be held to. These pictures (grainy, mean 0, so that convolutions cancel less) and these streams were
chosen for the least drift in PyTorch itself, 1.6e-7 with 64 pairs and 4.7e-6 with 4.

The small batches are for a graphics processor that software stands in for, where 64 pairs take minutes a step.

The convolutions' biases are a case of their own: batch norm takes the mean off again, so their gradient is zero but for
rounding, and Adam divides that rounding error by its own size. They therefore wander, in PyTorch too, without any
effect on the embeddings; only the running means follow them, which is why those are stored less the running mean of
the bias.
"""

import json
import math
import pathlib
import platform

import numpy as np
import torch
from torch import nn

STEPS, RATE = 20, 0.005
# Pairs of a batch, the stream of the weights, and the file.
GOLDENS = [(64, 3000, "lessonSteps.json"), (4, 3700, "lessonStepsOf4.json")]
torch.set_num_threads(1)


def hash32(stream, index):
    """The finaliser of MurmurHash3 over a mix of two integers, as uint32."""
    with np.errstate(over="ignore"):
        h = np.uint32(stream) * np.uint32(0x9E3779B1) ^ np.asarray(index, np.uint32) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return h ^ (h >> np.uint32(16))


def unit(stream, index):
    """In [0, 1), float64."""
    return hash32(stream, index) / 2.0**32


def picture(number, label):
    """[28, 28] of `number`, unique for each picture, and `label`, 0 to 9."""
    rows, columns = np.mgrid[0:28, 0:28].astype(np.float64)
    light = np.zeros((28, 28))
    down, right = (unit(100, 2 * number + side) * 4 - 2 for side in (0, 1))
    for blob in range(5):
        place = label * 5 + blob
        y = 7 + unit(101, 2 * place) * 14 + down + unit(102, 10 * number + 2 * blob) * 2 - 1
        x = 7 + unit(101, 2 * place + 1) * 14 + right + unit(102, 10 * number + 2 * blob + 1) * 2 - 1
        width = 4 + unit(103, place) * 4
        ratio = 1 + ((rows - y) * (rows - y) + (columns - x) * (columns - x)) / width
        light = light + (1.4 if blob % 2 == 0 else -1.4) / (ratio * ratio)
    grain = unit(106, number * 784 + np.arange(784)).reshape(28, 28)
    value = np.minimum(np.maximum(light, -1), 1) * 0.35 + (grain * 2 - 1) * 0.65
    return np.floor((value + 1) * 127.5) / 127.5 - 1


def batch(step, pairs):
    anchor, contrastive, target = [], [], []
    for row in range(pairs):
        pair = step * pairs + row
        label = int(hash32(104, pair) % 10)
        alike = row % 2
        other = label if alike else (label + 1 + int(hash32(105, pair) % 9)) % 10
        anchor.append(picture(2 * pair, label))
        contrastive.append(picture(2 * pair + 1, other))
        target.append(float(alike))
    return [torch.tensor(np.array(values)) for values in (np.array(anchor)[:, None], np.array(contrastive)[:, None], target)]


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        block = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 5, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))
        self.conv1, self.conv2 = block(1, 32), block(32, 64)
        self.linear1 = nn.Sequential(nn.Linear(64 * 5 * 5, 512), nn.ReLU(), nn.Linear(512, 64))

    def forward(self, x):
        return self.linear1(self.conv2(self.conv1(x)).flatten(1))


def initialize(net, weight_stream):
    """Uniform within 1/sqrt(fan in), streams by the order of the names; batch norm as it is."""
    parameters = dict(net.named_parameters())
    for stream, (name, parameter) in enumerate(parameters.items()):
        if ".1." in name and name.startswith("conv"):
            continue
        weight = parameters[name.replace("bias", "weight")]
        bound = 1 / math.sqrt(weight[0].numel())
        values = (unit(weight_stream + stream, np.arange(parameter.numel())) * 2 - 1) * bound
        # float32 on purpose, also for the float64 run: both begin at the same point.
        parameter.data = torch.tensor(values.astype(np.float32)).reshape(parameter.shape)


def train(dtype, pairs, weight_stream):
    net = Encoder()
    initialize(net, weight_stream)
    net = net.to(dtype)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    losses = []
    # What the biases alone leave in the running means: each pass adds the momentum's share of the present bias.
    followed = {name: torch.zeros(size, dtype=torch.float64) for name, size in (("conv1", 32), ("conv2", 64))}
    for step in range(STEPS):
        anchor, contrastive, target = (values.to(dtype) for values in batch(step, pairs))
        for name in followed:
            bias = getattr(net, name)[0].bias.detach().double()
            for _ in range(2):
                followed[name] = 0.9 * followed[name] + 0.1 * bias
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(nn.functional.cosine_similarity(net(anchor), net(contrastive)), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    state = {name: value.detach().double() for name, value in net.state_dict().items()}
    for name, bias in followed.items():
        state[f"{name}.1.running_mean"] -= bias
    return losses, state


def positions(size):
    """All of a small tensor, else 200 places spread by a prime."""
    return np.arange(size) if size <= 200 else np.arange(200) * 7919 % size


for pairs, weight_stream, file in GOLDENS:
    losses, state = train(torch.float32, pairs, weight_stream)
    exact_losses, exact_state = train(torch.float64, pairs, weight_stream)
    golden = {
        "recipe": {
            "script": "test/golden/lessonSteps.py",
            "torch": torch.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "steps": STEPS,
        "batch": pairs,
        "weightStream": weight_stream,
        "learningRate": RATE,
        "losses": losses,
        "drift": {
            "loss": max(abs(a - b) / b for a, b in zip(losses, exact_losses)),
            "samples": {
                name: (state[name] - exact_state[name]).flatten()[positions(state[name].numel())].abs().max().item()
                for name in state
            },
        },
        "pixelSums": [float(batch(step, pairs)[0].sum()) for step in (0, 19)],
        "state": {
            name: {
                "shape": list(value.shape),
                "sum": value.sum().item(),
                "norm": value.norm().item(),
                "samples": [float(f"{v:.9g}") for v in value.flatten()[positions(value.numel())].tolist()],
            }
            for name, value in state.items()
        },
    }
    path = pathlib.Path(__file__).with_name(file)
    path.write_text(json.dumps(golden) + "\n")
    print(json.dumps(golden["drift"], indent=1), losses, path.stat().st_size)
