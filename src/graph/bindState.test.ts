import { describe, expect, it } from "vitest";
import { tensorData } from "../base/index.ts";
import { add, mul } from "../ops/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { bindState } from "./bindState.ts";
import { buildGraph } from "./build.ts";
import { input, state } from "./tensor.ts";

const x = input("x", [3]);
const [scale, shift] = [state("scale", [3]), state("shift", [3])];
const scaled = mul(x, scale);
const graph = buildGraph({ name: "affine", outputs: { y: add(scaled, shift), scaled, factor: scale } });
const values = new Map([
  ["scale", tensorData("float32", [3], [2, 3, 4])],
  ["shift", tensorData("float32", [3], [1, 0, -1])],
  ["other", tensorData("float32", [1], [7])],
]);

describe("bindState", () => {
  it("computes with the values without a store", async () => {
    const runtime = referenceRuntime();
    const bound = bindState(graph, values);
    expect(bound.inputs.map(({ source }) => source.name)).toEqual(["x"]);
    const program = await runtime.compile(bound);
    const result = await program.run({ x: tensorData("float32", [3], [1, 10, 100]) });
    expect([...result.y!.data]).toEqual([3, 30, 399]);
    expect([...result.scaled!.data]).toEqual([2, 30, 400]);
    expect([...result.factor!.data]).toEqual([2, 3, 4]);
  });

  it("leaves state that no value is given for, and the graph it was made of", async () => {
    const bound = bindState(graph, new Map([["scale", values.get("scale")!]]));
    expect(bound.inputs.map(({ source }) => source.name).sort()).toEqual(["shift", "x"]);
    expect(graph.inputs).toHaveLength(3);
    expect(graph.nodes[0]!.inputs[1]).toBe(scale);
    const runtime = referenceRuntime();
    const program = await runtime.compile(bound);
    const store = await runtime.createStore(values);
    const result = await program.run({ x: tensorData("float32", [3], [1, 10, 100]) }, { store });
    expect([...result.y!.data]).toEqual([3, 30, 399]);
  });

  it("refuses values of another type, and state that the graph replaces", () => {
    expect(() => bindState(graph, new Map([["scale", tensorData("float32", [1], [2])]]))).toThrow(
      'graph affine: "scale" was given as float32[1], expected float32[3]',
    );
    const counting = buildGraph({
      name: "counting",
      outputs: { y: x },
      updates: new Map([[shift, add(shift, 1)]]),
    });
    expect(() => bindState(counting, values)).toThrow(
      'graph counting replaces the state "shift", which can therefore not be fixed',
    );
  });
});
