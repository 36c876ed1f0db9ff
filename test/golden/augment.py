"""Makes augment.json: scipy's bilinear affine_transform and map_coordinates of small pictures.

    python3 test/golden/augment.py

Each picture is turned by a motion (counter-clockwise, enlarged, shifted) about its middle; where there is a
displacement, it is added to the places read.
"""

import json
import math
import pathlib
import platform

import numpy as np
import scipy
from scipy import ndimage

SEED = 23
rng = np.random.default_rng(SEED)
CASES = [
    {"size": (1, 6, 6), "degrees": 17.0, "factor": 1.0, "down": 0.0, "right": 0.0, "background": 0.0},
    {"size": (1, 5, 8), "degrees": -40.0, "factor": 1.25, "down": 1.5, "right": -0.75, "background": 255.0},
    {"size": (3, 7, 4), "degrees": 100.0, "factor": 0.6, "down": -2.25, "right": 3.0, "background": 31.0},
    {"size": (2, 6, 7), "degrees": 8.0, "factor": 0.9, "down": 0.5, "right": 0.25, "background": 9.0, "sway": 1.5},
    {"size": (1, 1, 5), "degrees": 0.0, "factor": 1.0, "down": 0.0, "right": 0.4, "background": 3.0},
]


def made(case):
    channels, height, width = case["size"]
    pixels = rng.integers(0, 256, case["size"])
    angle = math.radians(case["degrees"])
    # Source from result: rows run downward, so that this turns the picture counter-clockwise.
    matrix = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]) / case["factor"]
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    offset = middle - matrix @ (middle + [case["down"], case["right"]])
    keep = {"order": 1, "mode": "grid-constant", "cval": case["background"]}
    if "sway" in case:
        displacement = np.round(rng.uniform(-1, 1, (2, height, width)) * case["sway"] * 1024) / 1024
        places = np.einsum("ij,jhw->ihw", matrix, np.indices((height, width))) + offset[:, None, None] + displacement
        result = [ndimage.map_coordinates(p.astype(float), places, **keep) for p in pixels]
    else:
        displacement = None
        result = [ndimage.affine_transform(p.astype(float), matrix, offset, **keep) for p in pixels]
    return {
        **{key: value for key, value in case.items() if key not in ("size", "sway")},
        "channels": channels, "height": height, "width": width,
        "pixels": pixels.flatten().tolist(),
        "displacement": None if displacement is None else displacement.reshape(2, -1).tolist(),
        "result": np.array(result).flatten().tolist(),
    }


golden = {
    "recipe": {"script": "test/golden/augment.py", "seed": SEED, "scipy": scipy.__version__,
               "numpy": np.__version__, "python": platform.python_version()},
    "cases": [made(case) for case in CASES],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
