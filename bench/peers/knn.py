"""Seconds of the 16 most similar of all vectors to each, in PyTorch on this CPU: blocks of a matrix product, and topk.

usage: python3 knn.py VECTORS DIM THREADS     a raw float32 file; prints one JSON line
"""
import json
import sys
import time

import numpy as np
import torch

vectors = torch.from_numpy(np.fromfile(sys.argv[1], np.float32).reshape(-1, int(sys.argv[2])))
torch.set_num_threads(int(sys.argv[3]))


def search(block=1024, k=16):
    unit = torch.nn.functional.normalize(vectors)
    found = [torch.topk(unit[start : start + block] @ unit.T, k) for start in range(0, len(unit), block)]
    return torch.cat([indices for _, indices in found])


search()
begin = time.perf_counter()
indices = search()
elapsed = time.perf_counter() - begin
indices.numpy().astype(np.uint32).tofile(sys.argv[1] + ".peer")
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "seconds": elapsed}))
