"""Opens one set of embeddings in its three forms with numpy and pandas and prints how far they are apart.

Not part of the tests, which need no Python. From the repository root:
  for end in npy csv parquet; do node src/cli/bin.ts embed --run runs/lesson --out /tmp/kindred/digits.$end; done
  python3 test/golden/readEmbeddings.py /tmp/kindred/digits
pandas needs pyarrow or fastparquet for Parquet; without either that form is left out, which is said.
"""

import sys

import numpy as np
import pandas as pd

name = sys.argv[1]
print("numpy", np.__version__, "pandas", pd.__version__)
failed = False


def check(what, ids, labels, vectors):
    global failed
    difference = float(np.abs(vectors.astype(np.float64) - matrix).max())
    fine = difference < 1e-6 and (labels == expected_labels).all() and (ids.astype(int) == np.arange(len(matrix))).all()
    failed |= not fine
    print(f"{what}: {vectors.shape}, greatest difference {difference}: {'ok' if fine else 'FAILED'}")


matrix = np.load(f"{name}.npy")
expected_labels = np.load(f"{name}-labels.npy")
print("npy:", matrix.dtype, matrix.shape, expected_labels.dtype, expected_labels.shape)
table = pd.read_csv(f"{name}.csv", float_precision="round_trip")
check("csv", table["id"], table["label"], table.iloc[:, 5:].to_numpy(np.float32))
try:
    table = pd.read_parquet(f"{name}.parquet")
except ImportError:
    print("parquet: left out, as neither pyarrow nor fastparquet is installed")
else:
    check("parquet", table["id"], table["label"], np.stack(table["vector"].to_numpy()))
sys.exit(failed)
