"""Pictures embedded a second by the lesson's encoder in PyTorch on this CPU, at the best of several batch sizes.

usage: python3 embed.py PICTURES     prints one JSON line
"""
import json
import os
import sys
import time

import torch

from lessonModel import Encoder

pictures = int(sys.argv[1])
torch.set_num_threads(os.cpu_count())
torch.manual_seed(0)
net = Encoder().eval()
data = torch.randint(0, 256, (pictures, 1, 28, 28), dtype=torch.uint8)


def embed(batch, count):
    begin = time.perf_counter()
    with torch.inference_mode():
        torch.cat([net(data[i : i + batch].float() / 127.5 - 1) for i in range(0, count, batch)])
    return time.perf_counter() - begin


best = None
for batch in (32, 64, 128, 256):
    embed(batch, 1024)
    rate = 4096 / embed(batch, 4096)
    if best is None or rate > best[0]:
        best = (rate, batch)
seconds = embed(best[1], pictures)
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "batch": best[1], "picturesPerSecond": pictures / seconds}))
