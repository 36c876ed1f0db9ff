"""The lesson's encoder as a PyTorch module, for the peers' scripts."""
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 32, 5, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3))
        self.conv2 = nn.Sequential(nn.Conv2d(32, 64, 5, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.3))
        self.linear1 = nn.Sequential(nn.Linear(64 * 5 * 5, 512), nn.ReLU(), nn.Linear(512, 64))

    def forward(self, x):
        return self.linear1(self.conv2(self.conv1(x)).flatten(1))
