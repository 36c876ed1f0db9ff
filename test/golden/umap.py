"""Makes umap.json: umap-learn's graph, curve and map of a small set of points, and scikit-learn's trustworthiness.

    python3 test/golden/umap.py

The neighbours are exact (scikit-learn, brute force), each point its own first, and umap-learn gets the same ones.
"""

import json
import pathlib
import platform
import sys

# This script has the name of umap-learn's package, which Python would look for beside it first.
sys.path.pop(0)

import numpy as np
import sklearn
import umap
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from umap.umap_ import find_ab_params, fuzzy_simplicial_set, smooth_knn_dist

SEED, ROWS, DIM, CLASSES, K = 7, 180, 6, 4, 10


def significant(values, digits):
    return [float(f"{value:.{digits}g}") for value in np.asarray(values).ravel()]


rng = np.random.default_rng(SEED)
labels = rng.integers(0, CLASSES, ROWS)
centres = 3 * rng.standard_normal((CLASSES, DIM))
points = np.round(centres[labels] + rng.standard_normal((ROWS, DIM)), 3).astype(np.float32)
# Points at the same place: a distance of 0 that is not a point's own.
points[[20, 21]] = points[19]
wide = points.astype(np.float64)


def neighbours(metric):
    distances = sklearn.metrics.pairwise_distances(wide, metric=metric)
    np.fill_diagonal(distances, -1)
    order = np.argsort(distances, axis=1, kind="stable")[:, :K]
    nearest = np.take_along_axis(distances, order, 1)
    nearest[:, 0] = 0
    return order, np.maximum(nearest, 0).astype(np.float32)


def graph(metric):
    indices, distances = neighbours(metric)
    sigmas, rhos = smooth_knn_dist(distances, float(K))
    weights = fuzzy_simplicial_set(
        wide, K, np.random.RandomState(0), metric, knn_indices=indices, knn_dists=distances
    )[0].tocoo()
    return {
        "indices": indices.ravel().tolist(),
        "distances": significant(distances, 9),
        "sigmas": significant(sigmas, 7),
        "rhos": significant(rhos, 7),
        "rows": weights.row.tolist(),
        "columns": weights.col.tolist(),
        "weights": significant(weights.data, 6),
    }


# scikit-learn ranks points at the same place in no defined order, so its measure is taken without them.
distinct = np.delete(np.arange(ROWS), [20, 21])
pca = PCA(2).fit_transform(wide).astype(np.float32)
maps = [
    umap.UMAP(n_neighbors=K, init=pca, random_state=seed, metric="euclidean").fit_transform(points)
    for seed in range(3)
]


def knn_accuracy(embedding):
    return KNeighborsClassifier(10).fit(embedding, labels).score(embedding, labels)


golden = {
    "recipe": {
        "script": "test/golden/umap.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "umap-learn": umap.__version__,
    },
    "dim": DIM,
    "k": K,
    "points": significant(points, 7),
    "labels": labels.tolist(),
    "pca": significant(pca, 7),
    "euclidean": graph("euclidean"),
    "cosine": graph("cosine"),
    "curves": [
        {"minDist": m, "spread": s, **dict(zip("ab", map(float, find_ab_params(s, m))))}
        for m, s in [(0.1, 1), (0, 1), (0.5, 1), (0.01, 1), (0.99, 1), (0.1, 2)]
    ],
    "map": {
        "positions": significant(maps[0], 7),
        "trustworthiness": [float(trustworthiness(wide, m.astype(np.float64), n_neighbors=10)) for m in maps],
        "knnAccuracy": [knn_accuracy(m) for m in maps],
    },
    "distinct": distinct.tolist(),
    "trustworthiness": [
        {
            "metric": metric,
            "k": k,
            "value": float(
                trustworthiness(wide[distinct], np.array(significant(pca, 7)).reshape(-1, 2)[distinct], n_neighbors=k, metric=metric)
            ),
        }
        for metric in ("euclidean", "cosine")
        for k in (5, 15)
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print({k: golden[k] for k in ("recipe", "curves", "trustworthiness")}, path.stat().st_size)
print({k: golden["map"][k] for k in ("trustworthiness", "knnAccuracy")})
