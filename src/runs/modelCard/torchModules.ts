import type { ImageTowerConfig } from "../runConfig.ts";

/**
 * The PyTorch module that a run's weights fit, as Python; null for an encoder that has none here.
 *
 * Its state dict has the names that the checkpoint has.
 */
export function torchModule(encoder: ImageTowerConfig["encoder"]): string | null {
  switch (encoder.name) {
    case "lesson": {
      const { channels, size, dim } = encoder;
      const pooled = (extent: number): number => Math.floor((extent - 2) / 2);
      const side = pooled(pooled(size));
      return module([
        "block = lambda i, o: nn.Sequential(",
        "    nn.Conv2d(i, o, 5, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))",
        `self.conv1, self.conv2 = block(${channels}, 32), block(32, 64)`,
        "self.linear1 = nn.Sequential(",
        `    nn.Linear(${64 * side * side}, 512), nn.ReLU(), nn.Linear(512, ${dim}))`,
        "self.forward = lambda x: self.linear1(self.conv2(self.conv1(x)).flatten(1))",
      ]);
    }
    case "compact": {
      const { channels, size, dim, width } = encoder;
      const side = Math.floor(size / 8);
      return module([
        "block = lambda i, o, k: nn.Sequential(",
        "    nn.Conv2d(i, o, k, padding=k // 2), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))",
        `self.conv1 = block(${channels}, ${width}, 5)`,
        `self.conv2 = block(${width}, ${2 * width}, 3)`,
        `self.conv3 = block(${2 * width}, ${4 * width}, 3)`,
        `self.linear = nn.Linear(${4 * width * side * side}, ${dim})`,
        "self.forward = lambda x: self.linear(self.conv3(self.conv2(self.conv1(x))).flatten(1))",
      ]);
    }
    default:
      return null;
  }
}

function module(lines: readonly string[]): string {
  return [
    "class Encoder(nn.Module):",
    "    def __init__(self):",
    "        super().__init__()",
    ...lines.map((line) => `        ${line}`),
  ].join("\n");
}
