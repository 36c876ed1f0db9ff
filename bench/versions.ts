import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** `Node 24.21.0, onnxruntime-node 1.30.0`; the peers name their own versions. */
export function installedVersions(): string {
  const require = createRequire(import.meta.url);
  const text = readFileSync(require.resolve("onnxruntime-node/package.json"), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return `Node ${process.versions.node}, onnxruntime-node ${version}`;
}
