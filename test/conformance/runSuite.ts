import { describe, expect, it } from "vitest";
import { grad } from "../../src/autodiff/index.ts";
import { RuntimeError, tensorData } from "../../src/base/index.ts";
import { constant, input, random, state } from "../../src/graph/index.ts";
import { add, gather, mul, reduceSum } from "../../src/ops/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { affineGraph, floats, graphOf, overwrite, plain } from "./programs.ts";

/** What `Program.run` takes and gives. */
export function runSuite(runtime: () => Runtime): void {
  describe("run", () => {
    const a = floats([1, 2, 3]);
    const b = floats([4, 5, 6]);

    it("gives the outputs by name, as the caller's own copies", async () => {
      const program = await runtime().compile(affineGraph());
      const first = await program.run({ a, b });
      expect(first).toEqual({ y: floats([5, 11, 19]) });
      overwrite(first.y);
      expect(await program.run({ a, b })).toEqual({ y: floats([5, 11, 19]) });
      expect(await program.run({ b: a, a: floats([0, 0, 1]) })).toEqual({ y: floats([1, 1, 4]) });
    });

    it("leaves feeds untouched unless they are given away", async () => {
      const program = await runtime().compile(affineGraph());
      await program.run({ a, b });
      await program.run({ a, b }, { transfer: false });
      expect([plain({ a }), plain({ b })]).toEqual([{ a: [1, 2, 3] }, { b: [4, 5, 6] }]);
    });

    it("computes the same from feeds that are given away, whole buffers or parts of one", async () => {
      const program = await runtime().compile(affineGraph());
      const given = (): { a: typeof a; b: typeof b } => ({ a: floats([1, 2, 3]), b: floats([4, 5, 6]) });
      expect(plain(await program.run(given(), { transfer: true }))).toEqual({ y: [5, 11, 19] });
      const shared = Float32Array.of(9, 1, 2, 3, 4, 5, 6);
      const parts = {
        a: tensorData("float32", [3], shared.subarray(1, 4)),
        b: tensorData("float32", [3], shared.subarray(4)),
      };
      expect(plain(await program.run(parts, { transfer: true }))).toEqual({ y: [5, 11, 19] });
      const same = floats([1, 2, 3]);
      expect(plain(await program.run({ a: same, b: same }, { transfer: true }))).toEqual({ y: [2, 5, 10] });
    });

    it("reads feeds that are parts of a larger buffer", async () => {
      const program = await runtime().compile(affineGraph());
      const shared = Float32Array.of(9, 1, 2, 3, 9);
      const part = tensorData("float32", [3], shared.subarray(1, 4));
      expect(plain(await program.run({ a: part, b }))).toEqual({ y: [5, 11, 19] });
    });

    it("gives outputs that are inputs, constants, or the same tensor twice", async () => {
      const x = input("x", [2]);
      const flag = input("flag", [2], "bool");
      const count = input("count", [], "int64");
      const fixed = constant("int32", [2, 1], [-7, 8]);
      const sum = add(x, 1);
      const graph = graphOf("passing", { sum, again: sum, same: x, flag_out: flag, count_out: count, fixed });
      const program = await runtime().compile(graph);
      const feeds = {
        x: floats([1.5, -2]),
        flag: tensorData("bool", [2], [1, 0]),
        count: tensorData("int64", [], BigInt64Array.of(2n ** 40n)),
      };
      expect(await program.run(feeds)).toEqual({
        sum: floats([2.5, -1]),
        again: floats([2.5, -1]),
        same: feeds.x,
        flag_out: feeds.flag,
        count_out: feeds.count,
        fixed: tensorData("int32", [2, 1], [-7, 8]),
      });
    });

    it("gives a graph of constants without any feed", async () => {
      const program = await runtime().compile(
        graphOf("fixed", { y: mul(constant("float32", [2], [2, 3]), 2) }),
      );
      expect(plain(await program.run({}))).toEqual({ y: [4, 6] });
    });

    it("gives scalars without axes", async () => {
      const program = await runtime().compile(graphOf("sum", { y: reduceSum(input("x", [2, 2])) }));
      expect(await program.run({ x: floats([1, 2, 3, 4.5], [2, 2]) })).toEqual({ y: floats([10.5], []) });
    });

    it("adds up the gradients of a row however often it was gathered", async () => {
      // Many rows, few of them different: on several threads at once, sums could be lost.
      const [rows, width, count] = [64, 128, 4096];
      const table = input("table", [rows, width]);
      const weights = input("weights", [count, width]);
      const loss = reduceSum(mul(gather(table, input("places", [count], "int64")), weights));
      const program = await runtime().compile(graphOf("gathered", { gradient: grad(loss, [table])[0]! }));
      const places = Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0 : (i * 31) % rows));
      const values = Array.from({ length: count * width }, (_, i) => ((i * 31) % 17) - 8);
      const expected = new Array<number>(rows * width).fill(0);
      for (const [i, value] of values.entries())
        expected[places[Math.floor(i / width)]! * width + (i % width)]! += value;
      const { gradient } = await program.run({
        places: tensorData("int64", [count], places),
        weights: floats(values, [count, width]),
      });
      expect(gradient).toEqual(floats(expected, [rows, width]));
    });

    it("takes random inputs from the feeds like any other", async () => {
      const mask = random("mask", [2], { distribution: "dropout-mask", drop: 0.5 });
      const program = await runtime().compile(graphOf("dropout", { y: mul(input("x", [2]), mask) }));
      expect(plain(await program.run({ x: floats([3, 4]), mask: floats([0, 2]) }))).toEqual({ y: [0, 8] });
      await expect(program.run({ x: floats([3, 4]) })).rejects.toThrow(/"mask"/);
    });

    it("keeps programs apart and carries out runs that were not awaited", async () => {
      const affine = await runtime().compile(affineGraph());
      const other = await runtime().compile(graphOf("other", { y: mul(input("a", [3]), 10) }));
      const results = await Promise.all([
        affine.run({ a, b }),
        other.run({ a }),
        affine.run({ a: b, b }),
        other.run({ a: b }),
      ]);
      expect(results.map((result) => plain(result).y)).toEqual([
        [5, 11, 19],
        [10, 20, 30],
        [17, 26, 37],
        [40, 50, 60],
      ]);
    });

    it("refuses a missing, an unknown and a mistyped feed, names it, and works on", async () => {
      const program = await runtime().compile(affineGraph());
      const refused = async (feeds: Parameters<typeof program.run>[0], message: RegExp): Promise<void> => {
        const error = await program.run(feeds).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(RuntimeError);
        expect((error as RuntimeError).message).toMatch(message);
      };
      await refused({ a }, /"b".*expected float32\[3\]/);
      await refused({ a, b, c: a }, /"c" was fed but is no input/);
      await refused({ a, b: floats([1, 2]) }, /"b" was fed float32\[2\], expected float32\[3\]/);
      await refused({ a, b: tensorData("int32", [3], [1, 2, 3]) }, /"b" was fed int32\[3\]/);
      expect(plain(await program.run({ a, b }))).toEqual({ y: [5, 11, 19] });
    });

    it("refuses state as a feed", async () => {
      const w = state("w", [1]);
      const program = await runtime().compile(graphOf("stateful", { y: mul(w, 2) }));
      const store = await runtime().createStore(new Map([["w", floats([1])]]));
      await expect(program.run({ w: floats([5]) }, { store })).rejects.toThrow(/"w"/);
    });
  });
}
