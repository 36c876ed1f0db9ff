"""1-NN accuracy over seconds of training: the lesson (pairs, MSE of the cosine, Adam) in PyTorch on this CPU.

usage: python3 accuracy.py PIXELS LABELS TRAINING AT ENOUGH
    PIXELS   uint8 [count, 784], LABELS int32 [count]: TRAINING training pictures, then the test pictures
    AT       seconds of training to evaluate at, as 15,30,60; the clock stands still meanwhile
    ENOUGH   the accuracy to stop at; prints one JSON line
"""
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn

from lessonModel import Encoder

training, enough = int(sys.argv[3]), float(sys.argv[5])
points = [float(seconds) for seconds in sys.argv[4].split(",")]
pixels = torch.from_numpy(np.fromfile(sys.argv[1], np.uint8).reshape(-1, 1, 28, 28))
labels = torch.from_numpy(np.fromfile(sys.argv[2], np.int32).astype(np.int64))
torch.set_num_threads(os.cpu_count())
torch.manual_seed(1)
rng = np.random.default_rng(1)
net = Encoder()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
own = labels[:training].numpy()
of_class = [np.flatnonzero(own == c) for c in range(10)]
not_of_class = [np.flatnonzero(own != c) for c in range(10)]


def images(rows):
    return pixels[torch.from_numpy(rows)].float() / 127.5 - 1


def embed(start, end):
    net.eval()
    with torch.inference_mode():
        parts = [net(pixels[i : min(i + 256, end)].float() / 127.5 - 1) for i in range(start, end, 256)]
    net.train()
    return nn.functional.normalize(torch.cat(parts))


def knn1():
    references, queries = embed(0, training), embed(training, len(labels))
    found = torch.cat([(queries[i : i + 500] @ references.T).argmax(1) for i in range(0, len(queries), 500)])
    return (labels[found] == labels[training:]).float().mean().item()


curve, pairs, spent, batch = [], 0, 0.0, 64
begin = time.perf_counter()
while points:
    order = rng.permutation(training)
    for start in range(0, training, batch):
        anchor = order[start : start + batch]
        alike = rng.integers(0, 2, len(anchor))
        among = [(of_class if a else not_of_class)[own[row]] for row, a in zip(anchor, alike)]
        other = np.array([rows[rng.integers(len(rows))] for rows in among])
        optimizer.zero_grad()
        similarity = nn.functional.cosine_similarity(net(images(anchor)), net(images(other)))
        nn.functional.mse_loss(similarity, torch.from_numpy(alike).float()).backward()
        optimizer.step()
        pairs += len(anchor)
        now = spent + time.perf_counter() - begin
        if points and now >= points[0]:
            spent = now
            while points and spent >= points[0]:
                points.pop(0)
            curve.append({"seconds": spent, "pairs": pairs, "knn1": knn1()})
            if curve[-1]["knn1"] >= enough:
                points = []
            begin = time.perf_counter()
        if not points:
            break
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "curve": curve}))
