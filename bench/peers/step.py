"""Training pairs/s of the lesson in PyTorch on this CPU: forward, backward and Adam of the same encoder and loss.

usage: python3 step.py BATCH SECONDS     prints one JSON line
"""
import json
import os
import resource
import sys
import time

import torch
from torch import nn

from lessonModel import Encoder

batch, seconds = int(sys.argv[1]), float(sys.argv[2])
torch.set_num_threads(os.cpu_count())
torch.manual_seed(0)
net = Encoder()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
anchor, contrastive = torch.rand(batch, 1, 28, 28) * 2 - 1, torch.rand(batch, 1, 28, 28) * 2 - 1
target = (torch.arange(batch) % 2).float()


def step():
    optimizer.zero_grad()
    similarity = nn.functional.cosine_similarity(net(anchor), net(contrastive))
    loss = nn.functional.mse_loss(similarity, target)
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


peak = peak_kib() * 1024 / 1e6
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "pairsPerSecond": steps * batch / elapsed, "peakMB": peak}))
