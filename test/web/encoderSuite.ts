import { describe, expect, it } from "vitest";
import { InputError, Rng, tensorData } from "../../src/base/index.ts";
import { lessonEncoder } from "../../src/modality/image/index.ts";
import { embeddingGraph } from "../../src/modality/tower.ts";
import { referenceRuntime } from "../../src/runtime/index.ts";
import { exportEncoder } from "../../src/train/index.ts";
import { encoderSession, type WasmPaths } from "../../src/web.ts";
import { lessonStart } from "../parity/lessonTraining.ts";

/** An exported encoder by itself. */
export function encoderSuite(wasmPaths: WasmPaths): void {
  describe("encoderSession", () => {
    const encoder = lessonEncoder();
    const exported = () => exportEncoder(encoder, lessonStart());

    it("embeds one picture and several as the reference runtime does", async () => {
      const images = Rng.of(0, "pictures").fillUniform(new Float32Array(2 * 784), -1, 1);
      const reference = referenceRuntime();
      const program = await reference.compile(embeddingGraph(encoder, 2));
      const store = await reference.createStore(lessonStart());
      const values = await program.run({ images: tensorData("float32", [2, 1, 28, 28], images) }, { store });
      const expected = Object.values(values)[0]!.data as Float32Array;
      const session = await encoderSession(exported(), { wasmPaths });
      expect(session.picture).toEqual([1, 28, 28]);
      const [both, first] = await Promise.all([
        session.embed(images),
        session.embed(images.subarray(0, 784)),
      ]);
      expect([both.length, first.length]).toEqual([128, 64]);
      const worst = (a: Float32Array, b: Float32Array): number =>
        a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
      expect(worst(both, expected)).toBeLessThan(1e-5);
      expect(worst(first, expected.subarray(0, 64))).toBeLessThan(1e-5);
      await expect(session.embed(new Float32Array(785))).rejects.toThrow(
        "785 values are no pictures of 1 x 28 x 28, expected a multiple of 784",
      );
      await session.dispose();
      await expect(session.embed(images)).rejects.toThrow("disposed");
    });

    it("refuses what is no encoder", async () => {
      const error = await encoderSession(new Uint8Array(100), { wasmPaths }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(/^the encoder of 100 bytes cannot be opened: .+/);
    });
  });
}
