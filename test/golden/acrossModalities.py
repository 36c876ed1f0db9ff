"""Makes acrossModalities.json: what scikit-learn, scipy and numpy say of two modalities' embeddings.

    python3 test/golden/acrossModalities.py

scikit-learn gives nDCG@10, the ridge regression and the
logistic regression; scipy the skewness. Recall@k, ranks and MAP@R are counted here by loops over a sorted ranking.
"""

import json
import pathlib
import platform

import numpy as np
import scipy
import scipy.stats
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import ndcg_score
from sklearn.model_selection import StratifiedKFold, cross_val_score

SEED = 14
rng = np.random.default_rng(SEED)
dim, groups = 6, 12
centres = rng.standard_normal((groups, dim))


def modality(rows, shift):
    labels = rng.integers(0, groups, rows)
    points = centres[labels] + 0.8 * rng.standard_normal((rows, dim)) + shift
    points *= rng.uniform(0.5, 3, (rows, 1))
    return np.round(points, 4).astype(np.float32), labels


def unit(rows):
    rows = rows.astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def direction(queries, query_labels, pool, pool_labels, within=False):
    similarity = unit(queries) @ unit(pool).T
    ranks, average, ndcg, without = [], [], [], 0
    occurrences = np.zeros(len(pool), dtype=int)
    for i, row in enumerate(similarity):
        keep = np.arange(len(row)) != i if within else np.ones(len(row), dtype=bool)
        names = np.arange(len(row))[keep]
        order = np.argsort(-row[keep], kind="stable")
        occurrences[names[order[:10]]] += 1
        right = pool_labels[keep] == query_labels[i]
        r = int(right.sum())
        if r == 0:
            without += 1
            continue
        hits = right[order]
        ranks.append(int(np.argmax(hits)) + 1)
        precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        average.append(float((precision[:r] * hits[:r]).sum() / r))
        ndcg.append(float(ndcg_score([right.astype(float)], [row[keep]], k=10)))
    ranks = np.array(ranks)
    return {
        "recallAt": {str(k): float((ranks <= k).mean()) for k in (1, 5, 10)},
        "medianRank": float(np.median(ranks)),
        "mrr": float((1 / ranks).mean()),
        "mapAtR": float(np.mean(average)),
        "ndcgAt10": float(np.mean(ndcg)),
        "withoutReferences": without,
        "hubness": float(scipy.stats.skew(occurrences)),
    }


def centred(rows):
    rows = unit(rows)
    return unit(rows - rows.mean(axis=0))


image, image_labels = modality(90, 0)
text, text_labels = modality(130, 0.7 * rng.standard_normal(dim))
# A label that no text has.
image_labels[[3, 50]] = 77

prototypes = {label: unit(unit(text)[text_labels == label].mean(axis=0)[None])[0] for label in sorted(set(text_labels))}
names = np.array(list(prototypes))
asked = np.isin(image_labels, names)
guessed = names[np.argmax(unit(image)[asked] @ np.array(list(prototypes.values())).T, axis=1)]

# The gap's classifiers see clouds that overlap, as many rows of each.
a = rng.standard_normal((400, dim)) + 0.5
b = rng.standard_normal((400, dim)) - 0.3
a, b = np.round(a, 4), np.round(b, 4)
x, y = np.vstack([unit(a), unit(b)]), np.repeat([0, 1], 400)
folds = StratifiedKFold(5, shuffle=True, random_state=0)
logistic = float(cross_val_score(LogisticRegression(), x, y, cv=folds).mean())

raw = np.round(rng.standard_normal((40, 5)), 4)
target = np.round(raw @ rng.standard_normal((5, 3)) + 0.3 * rng.standard_normal((40, 3)) + 2, 4)
ridge = Ridge(alpha=2.5).fit(raw, target)


def numbers(matrix):
    return [float(f"{value:.4f}") for value in matrix.ravel()]


golden = {
    "recipe": {
        "script": "test/golden/acrossModalities.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "dim": dim,
    "image": numbers(image),
    "imageLabels": image_labels.tolist(),
    "text": numbers(text),
    "textLabels": text_labels.tolist(),
    "imageToText": direction(image, image_labels, text, text_labels),
    "textToImageCentred": direction(centred(text), text_labels, centred(image), image_labels),
    "withinText": direction(text, text_labels, text, text_labels, within=True),
    "zeroShot": {
        "accuracy": float((guessed == image_labels[asked]).mean()),
        "meanPerClass": float(
            np.mean([(guessed == label)[image_labels[asked] == label].mean() for label in sorted(set(image_labels[asked]))])
        ),
    },
    "distance": float(np.linalg.norm(unit(image).mean(axis=0) - unit(text).mean(axis=0))),
    "clouds": {"a": numbers(a), "b": numbers(b), "logistic": logistic},
    "ridge": {
        "x": numbers(raw),
        "y": numbers(target),
        "alpha": 2.5,
        "coef": ridge.coef_.T.ravel().tolist(),
        "predicted": ridge.predict(raw).ravel().tolist(),
    },
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print({k: golden[k] for k in ("recipe", "imageToText", "withinText", "zeroShot", "distance")}, logistic, path.stat().st_size)
