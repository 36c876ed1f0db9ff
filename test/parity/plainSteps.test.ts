import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { OrtRuntime } from "../../src/platform/node/ort/ortRuntime.ts";
import golden from "../golden/lessonSteps.json" with { type: "json" };
import goldenOf4 from "../golden/lessonStepsOf4.json" with { type: "json" };
import { lessonStepGraph, pairTaskStepGraph } from "./lessonTraining.ts";
import { paritySuite } from "./paritySuite.ts";

/** The slow way: no operator is replaced by faster ones. */
async function plainRuntime(): Promise<OrtRuntime> {
  const runtime = await nodeRuntime({ device: "cpu", threads: 2 });
  if (!(runtime instanceof OrtRuntime)) throw new Error("expected a runtime over onnxruntime-node");
  runtime.lowering = (graph) => graph;
  return runtime;
}

paritySuite("the graph as it is", plainRuntime, lessonStepGraph, golden);
paritySuite("batches of 4, as WebGPU has them", plainRuntime, pairTaskStepGraph, goldenOf4);
