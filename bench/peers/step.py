"""Training in PyTorch on this CPU: forward, backward and the optimizer of the same encoder and loss as Kindred's.

usage: python3 step.py MODEL BATCH SECONDS MODE     prints one JSON line
    MODEL   lesson: pairs, MSE of the cosine, Adam; resnet: pictures of ten classes, SupCon, AdamW
    MODE    eager: as one writes it; tuned: channels last and a fused optimizer
"""
import json
import os
import resource
import sys
import time

import torch
from torch import nn

model, batch, seconds, mode = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
torch.set_num_threads(os.cpu_count())
torch.manual_seed(0)
tuned = mode == "tuned"
layout = torch.channels_last if tuned else torch.contiguous_format


def pictures(*shape):
    return (torch.rand(*shape) * 2 - 1).contiguous(memory_format=layout)


if model == "lesson":
    from lessonModel import Encoder

    net = Encoder()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.005, fused=tuned)
    anchor, contrastive = pictures(batch, 1, 28, 28), pictures(batch, 1, 28, 28)
    target = (torch.arange(batch) % 2).float()

    def loss_of():
        return nn.functional.mse_loss(nn.functional.cosine_similarity(net(anchor), net(contrastive)), target)

else:
    from resnetModel import Encoder

    net = Encoder()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.001, fused=tuned)
    images, labels = pictures(batch, 3, 32, 32), torch.arange(batch) % 10
    others = ~torch.eye(batch, dtype=torch.bool)
    positives = (labels[:, None] == labels[None, :]) & others

    def loss_of(temperature=0.1):
        unit = nn.functional.normalize(net(images))
        logits = unit @ unit.T / temperature
        log_share = logits - torch.logsumexp(logits.masked_fill(~others, float("-inf")), 1, keepdim=True)
        return -(log_share.masked_fill(~positives, 0).sum(1) / positives.sum(1)).mean()


net = net.to(memory_format=layout)


def step():
    optimizer.zero_grad()
    loss = loss_of()
    loss.backward()
    optimizer.step()
    return loss.item()


for _ in range(3):
    step()
begin, steps = time.perf_counter(), 0
while time.perf_counter() - begin < seconds:
    step()
    steps += 1
elapsed = time.perf_counter() - begin


def peak_kib():
    """Of this process alone: Linux counts into ru_maxrss what the process that began it had at that moment."""
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM:")).split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


result = {"threads": torch.get_num_threads(), "perSecond": steps * batch / elapsed, "peakMB": peak_kib() * 1024 / 1e6}
print(json.dumps({"version": torch.__version__, **result}))
