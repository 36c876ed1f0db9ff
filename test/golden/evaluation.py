"""Makes evaluation.json: what scikit-learn and numpy say of small embedding sets.

    python3 test/golden/evaluation.py

scikit-learn gives the neighbours and the silhouette. k-NN votes, recall@k and MAP@R are then counted here by loops
from those neighbours, because scikit-learn has no recall@k and no MAP@R, and breaks a tied vote in favour of the
smallest label, where Kindred takes the class whose nearest member is nearest. `sklearn_knn10` holds scikit-learn's own.
"""

import json
import pathlib
import platform

import numpy as np
import sklearn
from sklearn.metrics import silhouette_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

SEED = 20


def clusters(rng, centres, rows, spread):
    """Rows around the centres, rounded to 4 decimals so that the JSON is exact once read as float32, of uneven length."""
    labels = rng.integers(0, len(centres), rows)
    points = centres[labels] + spread * rng.standard_normal((rows, centres.shape[1]))
    points *= rng.uniform(0.5, 3, (rows, 1))
    return np.round(points, 4).astype(np.float32), labels


def ranking(queries, query_labels, references, reference_labels, leave_self_out):
    queries, references = queries.astype(np.float64), references.astype(np.float64)
    finder = NearestNeighbors(n_neighbors=len(references), metric="cosine", algorithm="brute").fit(references)
    order = finder.kneighbors(queries, return_distance=False)
    if leave_self_out:
        order = np.array([[j for j in row if j != i] for i, row in enumerate(order)])
    knn1, knn10, recall, map_at_r, without = [], [], {1: [], 5: [], 10: []}, [], 0
    for label, row in zip(query_labels, order):
        ranked = list(reference_labels[row])
        r = ranked.count(label)
        if r == 0:
            without += 1
            continue
        knn1.append(ranked[0] == label)
        votes = {}
        for other in ranked[:10]:
            votes[other] = votes.get(other, 0) + 1
        most = max(votes.values())
        knn10.append(next(other for other in ranked if votes.get(other) == most) == label)
        for k in recall:
            recall[k].append(label in ranked[:k])
        relevant = [other == label for other in ranked[:r]]
        map_at_r.append(sum(sum(relevant[: i + 1]) / (i + 1) for i in range(r) if relevant[i]) / r)
    return {
        "knn1": float(np.mean(knn1)),
        "knn10": float(np.mean(knn10)),
        "recallAt": {str(k): float(np.mean(hits)) for k, hits in recall.items()},
        "mapAtR": float(np.mean(map_at_r)),
        "withoutReferences": without,
    }, order


def pairs(matrix, labels):
    similarity = cosine_similarity(matrix.astype(np.float64))
    upper = np.triu_indices(len(labels), 1)
    alike = (labels[:, None] == labels[None, :])[upper]
    values = similarity[upper]
    return {"alike": float(values[alike].mean()), "unalike": float(values[~alike].mean())}


def shape(matrix, labels):
    return {
        "silhouette": float(silhouette_score(matrix.astype(np.float64), labels, metric="cosine")),
        **pairs(matrix, labels),
    }


def numbers(matrix):
    return [float(f"{value:.4f}") for value in matrix.ravel()]


rng = np.random.default_rng(SEED)
dim = 8
centres = rng.standard_normal((5, dim))
queries, query_labels = clusters(rng, centres, 60, 0.9)
references, reference_labels = clusters(rng, centres, 200, 0.9)
# Labels need not be 0, 1, 2: some negative, some far apart.
names = np.array([3, -1, 7, 100, 8])
query_labels, reference_labels = names[query_labels], names[reference_labels]
# Two queries of a label that no reference has.
query_labels[[11, 47]] = 55

across, order = ranking(queries, query_labels, references, reference_labels, False)
within, _ = ranking(references, reference_labels, references, reference_labels, True)
# Those that can be right, as in all rankings.
answerable = np.isin(query_labels, reference_labels)
sklearn_knn = {
    f"sklearn_knn{k}": float(
        KNeighborsClassifier(k, metric="cosine", algorithm="brute")
        .fit(references.astype(np.float64), reference_labels)
        .score(queries[answerable].astype(np.float64), query_labels[answerable])
    )
    for k in (1, 10)
}

# A row of zeros in a class of several, a row of zeros alone, and a row alone in its class.
odd = np.round(rng.standard_normal((14, 3)), 4).astype(np.float32)
odd_labels = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4])
odd[2] = 0
odd[13] = 0

golden = {
    "recipe": {
        "script": "test/golden/evaluation.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
    },
    "dim": dim,
    "queries": numbers(queries),
    "queryLabels": query_labels.tolist(),
    "references": numbers(references),
    "referenceLabels": reference_labels.tolist(),
    "across": {**across, **shape(queries, query_labels), **sklearn_knn},
    "within": within,
    "nearest10": order[:, :10].ravel().tolist(),
    "similarities10": [
        float(value)
        for row, nearest in zip(cosine_similarity(queries.astype(np.float64), references.astype(np.float64)), order)
        for value in row[nearest[:10]]
    ],
    "odd": {"dim": 3, "matrix": numbers(odd), "labels": odd_labels.tolist(), **shape(odd, odd_labels)},
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print({k: golden[k] for k in ("recipe", "across", "within")}, path.stat().st_size)
print({k: golden["odd"][k] for k in ("silhouette", "alike", "unalike")})
