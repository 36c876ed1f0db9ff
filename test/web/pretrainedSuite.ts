import { describe, expect, it } from "vitest";
import { Model } from "../../src/index.browser.ts";
import type { WasmPaths } from "../../src/web.ts";
import { picture, recording } from "../pretrained/values.ts";

/** A model of pretrained towers that the page's server has, and what transformers makes in Python, each of length 1. */
export interface PretrainedCase {
  readonly name: string;
  readonly texts: readonly string[];
  /** Width and height of pictures. */
  readonly pictures: readonly (readonly [number, number])[];
  /** Lengths of recordings. */
  readonly seconds: readonly number[];
  /** By modality. */
  readonly expected: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Pretrained towers in a browser beside what transformers makes of the same values. */
export function pretrainedSuite(
  cases: readonly PretrainedCase[],
  wasmPaths: WasmPaths,
  fileOf: (name: string) => string,
): void {
  describe("a model of pretrained towers makes what transformers makes", () => {
    for (const { name, texts, pictures, seconds, expected } of cases)
      it(`of ${name}`, async () => {
        const model = await Model.load(fileOf(`${name}/`), { wasmPaths });
        const values: Readonly<Record<string, readonly unknown[]>> = {
          image: pictures.map(picture),
          text: texts,
          audio: seconds.map((length) => recording(length, 48_000)),
        };
        expect(model.modalities).toEqual(Object.keys(expected));
        for (const [modality, vectors] of Object.entries(expected)) {
          const made = await model.embed(values[modality]!.map((value) => ({ [modality]: value })));
          const apart = made.flatMap((row, i) => [...row].map((x, at) => Math.abs(x - vectors[i]![at]!)));
          expect(Math.max(...apart), modality).toBeLessThan(1e-4);
        }
        await model.dispose();
      });
  });
}
