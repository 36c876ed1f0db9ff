import { describe, expect, it } from "vitest";
import { RuntimeError, type TensorData, tensorData } from "../../src/base/index.ts";
import { constant, input, state } from "../../src/graph/index.ts";
import { add, mul, sub } from "../../src/ops/index.ts";
import type { Runtime, Store } from "../../src/runtime/index.ts";
import { accumulateGraph, floats, graphOf, overwrite, plain } from "./programs.ts";

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RuntimeError);
  return (error as RuntimeError).message;
}

/** State that outlives the runs. */
export function storeSuite(runtime: () => Runtime, makeRuntime: () => Promise<Runtime>): void {
  const storeOf = (values: Record<string, TensorData>): Promise<Store> =>
    runtime().createStore(new Map(Object.entries(values)));

  describe("store", () => {
    it("is read by a run and replaced by its updates afterwards", async () => {
      const program = await runtime().compile(accumulateGraph());
      const store = await storeOf({ total: floats([1, 10]) });
      expect(plain(await program.run({ x: floats([1, 2]) }, { store }))).toEqual({ before: [1, 10] });
      expect(plain(await program.run({ x: floats([0, 0]) }, { store }))).toEqual({ before: [3, 22] });
      expect(await store.read()).toEqual(new Map([["total", floats([6, 44])]]));
    });

    it("carries out runs in the order of calls", async () => {
      const program = await runtime().compile(accumulateGraph());
      const store = await storeOf({ total: floats([0, 0]) });
      const runs = [1, 2, 3, 4, 5].map((x) => program.run({ x: floats([x, -x]) }, { store }));
      expect((await Promise.all(runs)).map((values) => plain(values).before![0])).toEqual([0, 1, 4, 11, 26]);
      expect(plain(await store.read())).toEqual({ total: [57, -57] });
    });

    it("gives every update the old state: two tensors change places", async () => {
      const a = state("a", [2]);
      const b = state("b", [2]);
      const program = await runtime().compile(
        graphOf("swap", { sum: add(a, b) }, [
          [a, b],
          [b, add(a, 0)],
        ]),
      );
      const store = await storeOf({ a: floats([1, 2]), b: floats([3, 5]) });
      expect(plain(await program.run({}, { store }))).toEqual({ sum: [4, 7] });
      expect(plain(await store.read())).toEqual({ a: [3, 5], b: [1, 2] });
      await program.run({}, { store });
      expect(plain(await store.read())).toEqual({ a: [1, 2], b: [3, 5] });
    });

    it("takes updates that are feeds, constants, its own state or an output", async () => {
      const names = ["fed", "fixed", "kept", "computed"] as const;
      const [fed, fixed, kept, computed] = names.map((name) => state(name, [1]));
      const x = input("x", [1]);
      const product = mul(x, computed!);
      const graph = graphOf("updates", { product }, [
        [fed!, x],
        [fixed!, constant("float32", [1], [9])],
        [kept!, kept!],
        [computed!, product],
      ]);
      const program = await runtime().compile(graph);
      const store = await storeOf(Object.fromEntries(names.map((name, i) => [name, floats([i + 1])])));
      expect(plain(await program.run({ x: floats([7]) }, { store }))).toEqual({ product: [28] });
      expect(plain(await store.read())).toEqual({ fed: [7], fixed: [9], kept: [3], computed: [28] });
    });

    it("holds every dtype", async () => {
      const step = state("step", [], "int64");
      const flag = state("flag", [2], "bool");
      const graph = graphOf("counting", {}, [
        [step, add(step, 1)],
        [flag, input("next", [2], "bool")],
      ]);
      const program = await runtime().compile(graph);
      const store = await storeOf({
        step: tensorData("int64", [], BigInt64Array.of(41n)),
        flag: tensorData("bool", [2], [0, 1]),
      });
      await program.run({ next: tensorData("bool", [2], [1, 0]) }, { store });
      expect(await store.read(["step", "flag"])).toEqual(
        new Map<string, TensorData>([
          ["step", tensorData("int64", [], BigInt64Array.of(42n))],
          ["flag", tensorData("bool", [2], [1, 0])],
        ]),
      );
    });

    it("is shared by two programs, each using its part of it", async () => {
      const w = state("w", [2]);
      const train = await runtime().compile(graphOf("train", {}, [[w, sub(w, input("g", [2]))]]));
      const predict = await runtime().compile(graphOf("predict", { y: mul(w, state("scale", [1])) }));
      const store = await storeOf({ w: floats([5, 6]), scale: floats([10]), unused: floats([1]) });
      const other = await storeOf({ w: floats([0, 0]), scale: floats([1]) });
      expect(plain(await predict.run({}, { store }))).toEqual({ y: [50, 60] });
      await train.run({ g: floats([1, 1]) }, { store });
      expect(plain(await predict.run({}, { store }))).toEqual({ y: [40, 50] });
      expect(plain(await predict.run({}, { store: other }))).toEqual({ y: [0, 0] });
    });

    it("copies what it is made from, what is written and what is read", async () => {
      const made = floats([1, 2]);
      const written = floats([3, 4]);
      const store = await storeOf({ w: made, v: floats([0]) });
      overwrite(made);
      const read = await store.read(["w"]);
      expect(plain(read)).toEqual({ w: [1, 2] });
      overwrite(read.get("w"));
      expect(plain(await store.read(["w"]))).toEqual({ w: [1, 2] });
      await store.write(new Map([["w", written]]));
      overwrite(written);
      expect(plain(await store.read())).toEqual({ w: [3, 4], v: [0] });
      const program = await runtime().compile(graphOf("double", { y: mul(state("w", [2]), 2) }));
      expect(plain(await program.run({}, { store }))).toEqual({ y: [6, 8] });
    });

    it("refuses to write what does not fit, and then keeps all", async () => {
      const store = await storeOf({ w: floats([1, 2]), v: floats([3]) });
      const write = (name: string, value: TensorData): Promise<string> =>
        refusal(store.write(new Map<string, TensorData>([["v", floats([9])]]).set(name, value)));
      expect(await write("w", floats([1, 2, 3]))).toMatch(/"w".*float32\[2\].*float32\[3\]/);
      expect(await write("w", tensorData("int32", [2], [1, 2]))).toMatch(/"w".*float32\[2\].*int32\[2\]/);
      expect(await write("u", floats([1]))).toMatch(/"u"/);
      expect(await refusal(store.read(["w", "u"]))).toMatch(/"u"/);
      expect(plain(await store.read())).toEqual({ w: [1, 2], v: [3] });
    });

    it("must be given, and hold the graph's state with its types", async () => {
      const program = await runtime().compile(accumulateGraph());
      const x = floats([1, 1]);
      expect(await refusal(program.run({ x }))).toMatch(/total/);
      const without = await storeOf({ other: floats([1, 1]) });
      expect(await refusal(program.run({ x }, { store: without }))).toMatch(/total/);
      const mistyped = await storeOf({ total: floats([1]) });
      expect(await refusal(program.run({ x }, { store: mistyped }))).toMatch(
        /"total".*float32\[1\].*float32\[2\]/,
      );
    });

    it("keeps its state when a run is refused", async () => {
      const program = await runtime().compile(accumulateGraph());
      const store = await storeOf({ total: floats([1, 2]) });
      await refusal(program.run({ x: floats([1, 2, 3]) }, { store }));
      expect(plain(await store.read())).toEqual({ total: [1, 2] });
      await program.run({ x: floats([0, 0]) }, { store });
      expect(plain(await store.read())).toEqual({ total: [2, 4] });
    });

    it("is refused by a program of another runtime", async () => {
      const program = await runtime().compile(accumulateGraph());
      const foreign = await makeRuntime();
      try {
        const store = await foreign.createStore(new Map([["total", floats([1, 2])]]));
        expect(await refusal(program.run({ x: floats([0, 0]) }, { store }))).toMatch(/another runtime/);
      } finally {
        await foreign.dispose();
      }
    });
  });
}
