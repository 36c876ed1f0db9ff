"""Kindred's resnet encoder as a PyTorch module, for the peers' scripts: width 16, one block a stage, 3 x 32 x 32 to 64."""
from torch import nn


class Block(nn.Module):
    def __init__(self, source, target, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(source, target, 3, stride, 1, bias=False), nn.BatchNorm2d(target)
        self.conv2, self.bn2 = nn.Conv2d(target, target, 3, 1, 1, bias=False), nn.BatchNorm2d(target)
        same = stride == 1 and source == target
        self.downsample = None if same else nn.Sequential(nn.Conv2d(source, target, 1, stride, bias=False), nn.BatchNorm2d(target))

    def forward(self, x):
        inner = nn.functional.relu(self.bn1(self.conv1(x)))
        return nn.functional.relu(self.bn2(self.conv2(inner)) + (x if self.downsample is None else self.downsample(x)))


class Encoder(nn.Module):
    def __init__(self, width=16, dim=64):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        widths = [width * 2**stage for stage in range(4)]
        self.stages = nn.Sequential(*(Block(widths[max(i - 1, 0)], to, 1 if i == 0 else 2) for i, to in enumerate(widths)))
        self.fc = nn.Linear(widths[-1], dim)

    def forward(self, x):
        return self.fc(self.stages(self.stem(x)).mean((2, 3)))
