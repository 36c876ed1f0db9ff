"""Pictures a second that torchvision's loader takes from a folder of JPEG files to square tensors.

usage: python3 pictures.py FOLDER SIZE WORKERS     prints one JSON line
"""
import json
import sys
import time

import PIL
import torch
import torchvision
from torchvision import transforms

folder, size, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
# As bytes: what Kindred makes of a file too.
dataset = torchvision.datasets.ImageFolder(
    folder,
    transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size), transforms.PILToTensor()]),
)
loader = torch.utils.data.DataLoader(dataset, batch_size=64, num_workers=workers)
begin = time.perf_counter()
count = sum(len(pictures) for pictures, _ in loader)
seconds = time.perf_counter() - begin
print(
    json.dumps(
        {
            "version": torchvision.__version__,
            "pillow": PIL.__version__,
            "count": count,
            "perSecond": count / seconds,
        }
    )
)
