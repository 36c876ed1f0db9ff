"""Makes pca.json: what scikit-learn's PCA says of a small matrix, its signs turned by Kindred's rule.

    python3 test/golden/pca.py

The rule (src/projection/pca/pca.ts): the loading of largest magnitude of every component is positive, the first one
where several tie. scikit-learn's own svd_flip decides by the projected data instead, hence the turn.
"""

import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn.decomposition import PCA

SEED = 30
ROWS, DIM = 600, 12


def case(matrix, components):
    model = PCA(n_components=components, svd_solver="full").fit(matrix.astype(np.float64))
    projected = model.transform(matrix.astype(np.float64))
    loadings = model.components_
    signs = np.sign(loadings[np.arange(components), np.abs(loadings).argmax(axis=1)])
    return {
        "components": (loadings * signs[:, None]).tolist(),
        "explainedVariance": model.explained_variance_.tolist(),
        "explainedVarianceRatio": model.explained_variance_ratio_.tolist(),
        "mean": model.mean_.tolist(),
        "projected": (projected[:40] * signs).tolist(),
    }


rng = np.random.default_rng(SEED)
scales = 2.0 ** -np.arange(DIM)
turn = np.linalg.qr(rng.standard_normal((DIM, DIM)))[0]
matrix = rng.standard_normal((ROWS, DIM)) * scales @ turn + 5 * rng.standard_normal(DIM)
matrix = np.round(matrix, 4).astype(np.float32)



def drawn(rows, columns):
    """A matrix that a formula gives, so that both sides can make it: six falling waves and what looks like noise."""
    i, j = np.arange(rows)[:, None], np.arange(columns)[None, :]
    waves = sum(2.0**-r * np.cos((r + 1) * 0.37 * i + r) * np.cos((r + 1) * 0.23 * j - r) for r in range(6))
    return np.round(waves + 0.2 * np.sin((i * 7919 + j * 104729 + i * j) % 10007), 4).astype(np.float32)


def wide(rows, columns, components):
    """Without what can be had from the matrix, and components as float32, to keep the file small."""
    full = case(drawn(rows, columns), components)
    return {
        "rows": rows,
        "dim": columns,
        "components": [[round(value, 9) for value in row] for row in full["components"]],
        "explainedVariance": full["explainedVariance"],
        "explainedVarianceRatio": full["explainedVarianceRatio"],
    }


golden = {
    "recipe": {
        "script": "test/golden/pca.py",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sklearn": sklearn.__version__,
        "seed": SEED,
    },
    "rows": ROWS,
    "dim": DIM,
    "matrix": [round(float(value), 4) for value in matrix.ravel()],
    "three": case(matrix, 3),
    "all": case(matrix, DIM),
    # Fewer rows than columns: by way of the rows' products, and, with many of both, by a Krylov space.
    "wide": [wide(20, 300, 4), wide(300, 400, 3), wide(400, 280, 6)],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden) + "\n")
print(path.name, path.stat().st_size, "bytes")
