import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type TensorData, tensorData } from "../base/index.ts";
import { encoderFingerprint } from "./encoderFingerprint.ts";
import type { ImageTowerConfig } from "./runConfig.ts";

const config: Pick<ImageTowerConfig, "encoder" | "preprocessing"> = {
  encoder: { name: "compact", channels: 1, size: 28, dim: 2, width: 4 },
  preprocessing: { size: 28, channels: 1, fit: "cover" },
};
const weights = new Map<string, TensorData>([
  ["b", tensorData("float32", [2], [1, 2])],
  ["a", tensorData("float32", [1, 1], [0.5])],
]);

describe("the fingerprint of an encoder", () => {
  it("is the SHA-256 of what it says, worked out by node:crypto", async () => {
    const head =
      '{"kindred":"encoder","encoder":{"channels":1,"dim":2,"name":"compact","size":28,"width":4},' +
      '"preprocessing":{"channels":1,"fit":"cover","size":28},' +
      '"tensors":[["a","float32",[1,1]],["b","float32",[2]]]}\0';
    const values = Buffer.from(new Float32Array([0.5, 1, 2]).buffer);
    const expected = createHash("sha256").update(head).update(values).digest("hex");
    expect(await encoderFingerprint(weights, config)).toBe(expected);
  });

  it("does not depend on the order of weights and keys, nor on what does not change an embedding", async () => {
    const same = await encoderFingerprint(new Map([...weights].reverse()), {
      preprocessing: { fit: "cover", channels: 1, size: 28 },
      encoder: { width: 4, dim: 2, size: 28, channels: 1, name: "compact" },
    });
    expect(same).toBe(await encoderFingerprint(weights, config));
  });

  it("changes with a weight's last bit, its name and shape, the architecture and the preprocessing", async () => {
    const changed = (name: string, tensor: TensorData) => new Map([...weights, [name, tensor]]);
    const renamed = new Map([...weights].map(([name, tensor]) => [`${name}2`, tensor]));
    const prints = await Promise.all([
      encoderFingerprint(weights, config),
      encoderFingerprint(changed("a", tensorData("float32", [1, 1], [0.5 + 2 ** -24])), config),
      encoderFingerprint(changed("a", tensorData("float32", [1], [0.5])), config),
      encoderFingerprint(renamed, config),
      encoderFingerprint(weights, { ...config, encoder: { ...config.encoder, size: 32 } }),
      encoderFingerprint(weights, { ...config, preprocessing: null }),
      encoderFingerprint(weights, {
        ...config,
        preprocessing: { size: 28, channels: 1, fit: "contain" },
      }),
    ]);
    expect(new Set(prints).size).toBe(prints.length);
  });
});
