import { gatherImages, type ImageDataset } from "../../src/modality/image/index.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { configuredParts } from "../../src/runs/index.ts";
import { referenceRuntime } from "../../src/runtime/index.ts";
import { embeddingGraph } from "../../src/train/index.ts";

/** Embeddings of pictures by the plain reference runtime, in one batch: what the command's must agree with. */
export async function readWeightsAndEmbed(
  run: string,
  epoch: number,
  pictures: ImageDataset,
): Promise<Float32Array> {
  const folder = new RunFolder(run);
  const { encoder } = configuredParts(await folder.readConfig());
  const { weights } = await folder.readWeights(epoch);
  const runtime = referenceRuntime();
  const store = await runtime.createStore(weights);
  const program = await runtime.compile(embeddingGraph(encoder, pictures.count));
  const data = gatherImages(pictures, Uint32Array.from(pictures.labels.keys()));
  const shape = [pictures.count, ...encoder.inputShape];
  const { embedding } = await program.run({ images: { dtype: "float32", shape, data } }, { store });
  return Float32Array.from(embedding!.data, Number);
}
