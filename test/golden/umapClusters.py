"""Makes umapClusters.json: how good umap-learn's map of generated clusters is, by scikit-learn.

    node test/golden/umapClusters.ts | /usr/bin/python3 test/golden/umapClusters.py

The points come from Kindred's own generator, so that a test can make them again without their rows in a file.
"""

import json
import pathlib
import platform
import sys

# Python would look for umap-learn's package beside this script first, where umap.py is another.
sys.path.pop(0)

import numpy as np
import sklearn
import umap
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

K = 15
made = json.load(sys.stdin)
clusters, labels = made["clusters"], np.array(made["labels"])
points = np.array(made["points"], np.float32).reshape(-1, clusters["dim"])
COUNT = clusters["count"]


def nearest_labels(positions, queries=None):
    index = NearestNeighbors(n_neighbors=1).fit(positions)
    return labels[index.kneighbors(queries, return_distance=False)[:, 0]]


def quality(space, metric):
    """The mean over three seeds: of the map of the first COUNT, and of where the others are put in it."""
    found = []
    for seed in range(3):
        model = umap.UMAP(random_state=seed, metric=metric).fit(space[:COUNT])
        placed = model.transform(space[COUNT:])
        found.append(
            (
                trustworthiness(points[:COUNT], model.embedding_, n_neighbors=K),
                np.mean(nearest_labels(model.embedding_) == labels[:COUNT]),
                np.mean(nearest_labels(model.embedding_, placed) == labels[COUNT:]),
            )
        )
    names = ("trustworthiness", "accuracy", "placedAccuracy")
    print(metric, found, file=sys.stderr)
    return dict(zip(names, np.mean(found, 0).round(5).tolist()))


golden = {
    "recipe": {
        "script": "test/golden/umapClusters.py",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "umap-learn": umap.__version__,
        "seeds": [0, 1, 2],
    },
    "clusters": clusters,
    "k": K,
    "euclidean": quality(points, "euclidean"),
    "cosine": quality(points, "cosine"),
    "components": quality(PCA(8).fit(points[:COUNT]).transform(points), "euclidean"),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, indent=2) + "\n")
print(path.read_text())
