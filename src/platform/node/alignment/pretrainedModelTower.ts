import { existsSync } from "node:fs";
import { join } from "node:path";
import { headTower, lockedTower } from "../../../alignment/index.ts";
import { InputError } from "../../../base/index.ts";
import { embeddingGraph, type Tower } from "../../../modality/tower.ts";
import { embeddingModel, encodeDynamicBatch, type FrozenOutput } from "../../../onnx/index.ts";
import {
  type PretrainedPreprocessing,
  type PretrainedTower,
  tokenizerFiles,
} from "../../../pretrained/index.ts";
import type { ModelTower } from "../../../runs/index.ts";
import { readFileOrExplain } from "../files/files.ts";
import { readOnnxFile } from "../trunk/onnxFile.ts";

/**
 * A pretrained tower as it goes into a model: its ONNX model with pooling, length and head inside, and its tokenizer beside it.
 *
 * @param folder that the tower is of
 * @param head length of the trained head's embeddings; null for the tower as it is
 * @throws InputError when the folder has changed since.
 */
export async function pretrainedModelTower(
  folder: string,
  { manifest, fingerprint, modality, dim: features }: PretrainedTower<never>,
  head: number | null,
): Promise<(state: ModelTower["state"]) => ModelTower> {
  const { bytes, sha256 } = await readOnnxFile(join(folder, manifest.model.file));
  if (sha256 !== manifest.model.sha256) {
    throw new InputError(`${join(folder, manifest.model.file)} has changed since it was opened: start again`);
  }
  const { output, normalized } = manifest;
  const of: FrozenOutput = {
    ...{ output: output.name, unit: normalized, features },
    pool: output.pooling === "none" ? "vector" : output.pooling,
    parts: modality === "audio",
  };
  const preprocessing: PretrainedPreprocessing = { pretrained: manifest };
  const files = modality === "text" ? await readTokenizer(folder) : undefined;
  const trained = pretrainedHead(modality, features, head);
  const tower: Tower = {
    ...trained,
    name: manifest.architecture,
    whole: {
      ports: [],
      batch: null,
      model: (parameters, metadata) => {
        if (head === null) return embeddingModel(bytes, of, null, metadata);
        const model = encodeDynamicBatch((batch) => embeddingGraph(trained, batch, () => "features"), {
          parameters,
        });
        return embeddingModel(bytes, of, { model, dim: head }, metadata);
      },
    },
  };
  return (state) => ({
    ...{ tower, state, preprocessing, ...(files ? { files } : {}) },
    normalized: head === null && normalized,
    identity: { encoder: { name: "pretrained", fingerprint, head }, preprocessing },
    input: `what ${manifest.architecture} takes: see the preprocessing`,
  });
}

/** What is trained of a frozen tower: a linear head on its embeddings, or nothing. */
export function pretrainedHead(modality: string, features: number, head: number | null): Tower {
  return head === null ? lockedTower(modality, features) : headTower(modality, features, head);
}

async function readTokenizer(folder: string): Promise<Record<string, string | Uint8Array>> {
  const config = join(folder, tokenizerFiles.config);
  return {
    [tokenizerFiles.tokenizer]: await readFileOrExplain(join(folder, tokenizerFiles.tokenizer)),
    [tokenizerFiles.config]: existsSync(config) ? await readFileOrExplain(config) : "{}",
  };
}
