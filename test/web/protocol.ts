import type { WebDeviceName } from "../../src/web.ts";

/** Which runtime the suites are about. */
export interface Setup {
  readonly device?: WebDeviceName;
  readonly threads?: number;
}

/** What the tests in Node ask of the worker in the page. */
export type Question = { readonly id: number } & (
  | {
      readonly type: "collect";
      readonly device: "wasm" | "webgpu";
      readonly threads?: number;
      /** Default: the conformance suite and what else is about this device; with `parity` the 20 steps alone, with `embed` an encoder and what Node makes of pictures, from `cases.json`, with `sound` sound files likewise, with `pretrained` models of pretrained towers. */
      readonly suite?: "parity" | "embed" | "sound" | "pretrained";
    }
  | { readonly type: "run"; readonly index: number }
  | { readonly type: "finish" }
  /** The device that `webRuntime` chooses. */
  | ({ readonly type: "device" } & Setup)
);

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
