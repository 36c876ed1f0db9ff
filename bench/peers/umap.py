"""Seconds of umap-learn's fit on this CPU, and the quality of its map and of another map of the same vectors.

usage: python3 umap.py VECTORS DIM SEED [LABELS MAP]     raw float32, float32 and int32 files; prints one JSON line

The fit is timed after one of a few vectors, which compiles. With SEED "none" umap-learn lays out on all threads, another
map each time; with a number it gives the same map each time, on one thread.
"""
import json
import sys
import time
import warnings

# This script has the name of umap-learn's package, which Python would look for beside it first.
sys.path.pop(0)
warnings.filterwarnings("ignore")

import numpy as np
import umap

vectors = np.fromfile(sys.argv[1], np.float32).reshape(-1, int(sys.argv[2]))
# From 4,096 points umap-learn searches by nearest neighbour descent, which is to be compiled too.
seed = None if sys.argv[3] == "none" else int(sys.argv[3])
umap.UMAP(n_epochs=5, random_state=seed).fit_transform(vectors[:4200])
begin = time.perf_counter()
theirs = umap.UMAP(random_state=seed).fit_transform(vectors)
result = {"version": umap.__version__, "seconds": time.perf_counter() - begin}

if len(sys.argv) > 4:
    from sklearn.manifold import trustworthiness
    from sklearn.neighbors import NearestNeighbors

    labels = np.fromfile(sys.argv[4], np.int32)
    ours = np.fromfile(sys.argv[5], np.float32).reshape(-1, 2)

    def accuracy(positions, k=5):
        """Leave-one-out, by the most frequent label among the k nearest in the map."""
        nearest = NearestNeighbors(n_neighbors=k).fit(positions).kneighbors(return_distance=False)
        votes = [np.bincount(row).argmax() for row in labels[nearest]]
        return float(np.mean(votes == labels))

    for name, positions in (("ours", ours), ("theirs", theirs)):
        result[name] = {
            "trustworthiness": float(trustworthiness(vectors, positions, n_neighbors=15)),
            "accuracy": accuracy(positions),
        }
print(json.dumps(result))
