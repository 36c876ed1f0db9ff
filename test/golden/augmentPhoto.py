"""Makes augmentPhoto.json: torchvision's functional transforms of small random pictures.

    python3 test/golden/augmentPhoto.py

Pictures are bytes; torchvision gets them as float64 in [0, 1], and results are given times 255.
"""

import json
import pathlib
import platform

import numpy as np
import torch
import torchvision
import torchvision.transforms.functional as F

SEED = 29
rng = np.random.default_rng(SEED)


def drawn(channels, height, width):
    pixels = rng.integers(0, 256, (channels, height, width))
    # Greys, and ties between channels, where hue is decided by the order of comparison.
    pixels[:, 0, 0] = 77
    if channels == 3:
        pixels[:, 0, 1], pixels[:, 0, 2], pixels[:, 0, 3] = [200, 200, 10], [10, 200, 200], [200, 10, 200]
        pixels[:, 1, 0], pixels[:, 1, 1] = [0, 0, 0], [255, 255, 255]
    return pixels


def case(channels, height, width, transform, **given):
    pixels = drawn(channels, height, width)
    result = transform(torch.tensor(pixels, dtype=torch.float64) / 255)
    return {"channels": channels, "height": height, "width": width, **given,
            "pixels": pixels.flatten().tolist(), "result": (result * 255).flatten().tolist()}


def crop(channels, height, width, top, left, h, w, mirrored):
    def transform(x):
        y = F.resized_crop(x, top, left, h, w, [height, width], F.InterpolationMode.BILINEAR)
        return F.hflip(y) if mirrored else y
    return case(channels, height, width, transform, top=top, left=left, h=h, w=w, mirrored=mirrored)


def adjusted(name, *factors):
    adjust = getattr(F, f"adjust_{name}")
    return [case(channels, 4, 5, lambda x: adjust(x, factor), factor=factor)
            for channels in (3, 1) for factor in factors]


def blur(channels, height, width, sigma, radius):
    kernel = 2 * radius + 1
    return case(channels, height, width, lambda x: F.gaussian_blur(x, [kernel, kernel], [sigma, sigma]), sigma=sigma)


golden = {
    "recipe": {"script": "test/golden/augmentPhoto.py", "seed": SEED, "torchvision": torchvision.__version__,
               "torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()},
    "crop": [crop(3, 8, 8, 2, 1, 4, 5, False), crop(1, 6, 9, 0, 3, 6, 6, True), crop(2, 7, 5, 4, 0, 1, 2, False),
             crop(3, 5, 6, 0, 0, 5, 6, True)],
    "brightness": adjusted("brightness", 0.25, 1.75),
    "contrast": adjusted("contrast", 0.5, 2.0),
    "saturation": adjusted("saturation", 0.0, 0.5, 3.0),
    "hue": adjusted("hue", -0.5, -0.125, 0.0, 0.25, 0.5),
    "grey": [case(3, 4, 5, lambda x: F.rgb_to_grayscale(x, num_output_channels=3))],
    "blur": [blur(3, 8, 9, 0.5, 2), blur(1, 10, 7, 1.0, 3), blur(2, 12, 16, 1.75, 6)],
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
