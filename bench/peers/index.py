"""Milliseconds of the 10 most similar of all vectors to one, in PyTorch on this CPU: a product with all of them, and topk.

usage: python3 index.py VECTORS QUERIES DIM THREADS     raw float32 files; prints one JSON line
"""
import json
import sys
import time

import numpy as np
import torch

dim = int(sys.argv[3])
torch.set_num_threads(int(sys.argv[4]))
unit, queries = (
    torch.nn.functional.normalize(torch.from_numpy(np.fromfile(path, np.float32).reshape(-1, dim)))
    for path in sys.argv[1:3]
)

found, times = [], []
for warm in (True, False):
    for query in queries:
        begin = time.perf_counter()
        indices = torch.topk(unit @ query, 10).indices
        elapsed = time.perf_counter() - begin
        if not warm:
            times.append(1000 * elapsed)
            found.append(indices)
torch.stack(found).numpy().astype(np.uint32).tofile(sys.argv[2] + ".peer")
print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads(), "milliseconds": times}))
