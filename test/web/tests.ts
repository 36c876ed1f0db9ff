import type { Runtime } from "../../src/runtime/index.ts";
import { webRuntime } from "../../src/web.ts";
import { conformanceSuite } from "../conformance/suite.ts";
import { webgpuSkips } from "../conformance/webgpuSkips.ts";
import golden from "../golden/lessonSteps.json" with { type: "json" };
import goldenOf4 from "../golden/lessonStepsOf4.json" with { type: "json" };
import { pairTaskStepGraph } from "../parity/lessonTraining.ts";
import { paritySuite } from "../parity/paritySuite.ts";
import { stepSuite } from "../parity/stepSuite.ts";
import { caseTitles, finishCases, runCase } from "./caseRunner.ts";
import { type EmbedCase, embedSuite } from "./embedSuite.ts";
import { encoderSuite } from "./encoderSuite.ts";
import { lostSuite } from "./lostSuite.ts";
import { type PretrainedCase, pretrainedSuite } from "./pretrainedSuite.ts";
import type { Question, Reply, Setup } from "./protocol.ts";
import { type SoundCase, soundSuite } from "./soundSuite.ts";

/** The worker of the page of tests: it has the suites and the runtime that they are about. */

interface WorkerScope {
  readonly location: { readonly href: string };
  onmessage: ((event: { readonly data: Question }) => void) | null;
  postMessage(reply: Reply): void;
}

const scope = globalThis as WorkerScope & typeof globalThis;
const fileOf = (name: string): string => new URL(name, scope.location.href).href;
const wasmPaths = {
  wasm: { wasm: fileOf("ort-wasm-simd-threaded.wasm"), mjs: fileOf("ort-wasm-simd-threaded.mjs") },
  webgpu: {
    wasm: fileOf("ort-wasm-simd-threaded.asyncify.wasm"),
    mjs: fileOf("ort-wasm-simd-threaded.asyncify.mjs"),
  },
};

async function answer(question: Question): Promise<unknown> {
  switch (question.type) {
    case "collect": {
      const { device, suite } = question;
      const makeRuntime = () => open(question);
      if (suite === "parity") {
        // A software adapter trains a pair or two a second: batches of 64 would take a quarter of an hour.
        paritySuite(`in a browser on ${device}`, makeRuntime, pairTaskStepGraph, goldenOf4);
        return caseTitles();
      }
      if (suite === "embed") {
        const cases = (await (await fetch(fileOf("cases.json"))).json()) as EmbedCase[];
        embedSuite(cases, wasmPaths, fileOf);
        return caseTitles();
      }
      if (suite === "sound") {
        const cases = (await (await fetch(fileOf("cases.json"))).json()) as SoundCase[];
        soundSuite(cases, makeRuntime, fileOf);
        return caseTitles();
      }
      if (suite === "pretrained") {
        const cases = (await (await fetch(fileOf("cases.json"))).json()) as PretrainedCase[];
        pretrainedSuite(cases, wasmPaths, fileOf);
        return caseTitles();
      }
      conformanceSuite(`web ${device}`, makeRuntime, device === "webgpu" ? webgpuSkips : {});
      if (device === "wasm") {
        paritySuite("as the trainer has them, in a browser", makeRuntime, pairTaskStepGraph, golden);
        encoderSuite(wasmPaths);
      } else {
        lostSuite(makeRuntime);
        stepSuite(() => open({ device: "wasm" }), makeRuntime, 4);
      }
      return caseTitles();
    }
    case "run":
      return runCase(question.index);
    case "finish":
      return finishCases();
    case "device": {
      const runtime = await open(question);
      await runtime.dispose();
      return runtime.device;
    }
  }
}

function open({ device, threads }: Setup): Promise<Runtime> {
  return webRuntime({
    wasmPaths,
    ...(device === undefined ? {} : { device }),
    ...(threads === undefined ? {} : { threads }),
  });
}

scope.onmessage = ({ data }) => {
  answer(data).then(
    (value) => scope.postMessage({ id: data.id, ok: true, value }),
    (error: unknown) => {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      scope.postMessage({ id: data.id, ok: false, message });
    },
  );
};
