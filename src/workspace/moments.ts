import { InputError } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import type { Message } from "./message.ts";
import type { MomentsHead } from "./protocol.ts";
import { threeAxes } from "./threeAxes.ts";

/**
 * What was recorded as it lay at each moment: embeddings of length one, along the principal components of all moments
 * together. Told by who has the recording, as a page would need a library for it.
 *
 * @param recording a message of `RecordingHead`
 * @throws InputError when it holds none.
 * @throws AbortedError when stopped by the signal.
 */
export async function momentsMessage({ arrays }: Message, signal?: AbortSignal): Promise<Message> {
  const { labels, embeddings, steps, epochs } = arrays;
  if (!(labels && embeddings instanceof Float32Array && steps && epochs) || embeddings.length === 0) {
    throw new InputError("the answer has no recording");
  }
  const dim = embeddings.length / (steps.length * labels.length);
  const { positions } = await threeAxes(unitRows(embeddings, dim), dim, null, signal);
  const head: MomentsHead = { type: "moments", count: labels.length, moments: steps.length };
  return { head, arrays: { labels, positions, steps, epochs } };
}
