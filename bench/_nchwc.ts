import * as ort from "onnxruntime-node";
import { tensorData } from "../src/base/index.ts";
import {
  BinaryWriter,
  integer,
  message,
  text,
  writeAttribute,
  writeTensor,
  writeValueInfo,
} from "../src/onnx/proto.ts";

const B = Number(process.argv[2] ?? 16);
type N = { op: string; domain?: string; i: string[]; o: string[]; a?: Record<string, any> };
function model(
  nodes: N[],
  inputs: [string, number[]][],
  out: [string, number[]],
  inits: [string, number[]][],
) {
  const w = new BinaryWriter();
  integer(w, 1, 10);
  message(w, 7, (b) => {
    for (const n of nodes)
      message(b, 1, (p) => {
        n.i.forEach((x) => text(p, 1, x));
        n.o.forEach((x) => text(p, 2, x));
        text(p, 4, n.op);
        for (const [k, v] of Object.entries(n.a ?? {}))
          message(p, 5, (q) =>
            writeAttribute(
              q,
              k,
              Array.isArray(v)
                ? { type: "ints", value: v }
                : ({ type: typeof v === "string" ? "string" : "int", value: v } as any),
            ),
          );
        if (n.domain) text(p, 7, n.domain);
      });
    text(b, 2, "g");
    for (const [k, v] of inits) message(b, 5, (p) => writeTensor(p, k, tensorData("int64", [v.length], v)));
    for (const [k, s] of inputs) message(b, 11, (p) => writeValueInfo(p, k, "float32", s));
    message(b, 12, (p) => writeValueInfo(p, out[0], "float32", out[1]));
  });
  message(w, 8, (o) => {
    text(o, 1, "");
    integer(o, 2, 21);
  });
  message(w, 8, (o) => {
    text(o, 1, "com.microsoft.nchwc");
    integer(o, 2, 1);
  });
  return new Uint8Array(w.finish());
}
const D = "com.microsoft.nchwc";
async function bench(label: string, n: number, ci: number, co: number, h: number, k: number, pad: number) {
  const oh = h + 2 * pad - k + 1;
  const attrs = {
    kernel_shape: [k, k],
    strides: [1, 1],
    pads: [pad, pad, pad, pad],
    dilations: [1, 1],
    group: 1,
  };
  const xs = [n, ci, h, h],
    ws = [co, ci, k, k],
    os = [n, co, oh, oh];
  const plain = model(
    [{ op: "Conv", i: ["x", "w"], o: ["y"], a: attrs }],
    [
      ["x", xs],
      ["w", ws],
    ],
    ["y", os],
    [],
  );
  const blocked = model(
    [
      { op: "ReorderInput", domain: D, i: ["x"], o: ["xb"], a: { channels_last: 0 } },
      { op: "Reshape", i: ["w", "s1"], o: ["w1"] },
      { op: "Transpose", i: ["w1"], o: ["w2"], a: { perm: [0, 2, 4, 5, 3, 1] } },
      { op: "Reshape", i: ["w2", "s2"], o: ["w3"] },
      { op: "Conv", domain: D, i: ["xb", "w3"], o: ["yb"], a: attrs },
      { op: "ReorderOutput", domain: D, i: ["yb"], o: ["y"], a: { channels: co, channels_last: 0 } },
    ],
    [
      ["x", xs],
      ["w", ws],
    ],
    ["y", os],
    [
      ["s1", [co / B, B, ci / B, B, k, k]],
      ["s2", [co, ci, k, k]],
    ],
  );
  const sz = (s: number[]) => s.reduce((a, b) => a * b, 1);
  const x = new ort.Tensor(
      "float32",
      Float32Array.from({ length: sz(xs) }, (_, i) => Math.sin(i * 1.3)),
      xs,
    ),
    w = new ort.Tensor(
      "float32",
      Float32Array.from({ length: sz(ws) }, (_, i) => Math.cos(i * 0.7)),
      ws,
    );
  let ref: any;
  const fl = 2 * sz(os) * ci * k * k;
  for (const [nm, m] of [
    ["plain", plain],
    ["blocked", blocked],
  ] as const) {
    const s = await ort.InferenceSession.create(m, { intraOpNumThreads: 2, logSeverityLevel: 3 });
    for (let i = 0; i < 5; i++) await s.run({ x, w });
    const t = performance.now();
    let r: any;
    for (let i = 0; i < 20; i++) r = await s.run({ x, w });
    const ms = (performance.now() - t) / 20;
    let d = 0;
    if (ref) for (let i = 0; i < ref.length; i++) d = Math.max(d, Math.abs(ref[i] - r.y.data[i]));
    else ref = r.y.data;
    console.log(label, nm, ms.toFixed(2), "ms", (fl / ms / 1e6).toFixed(0), "GFLOP/s diff", d);
  }
}
await bench("fwd", 64, 32, 64, 13, 5, 1);
await bench("wgrad", 32, 64, 64, 13, 11, 1);
await bench("wgrad2towers", 32, 128, 64, 13, 11, 1);
await bench("igrad(conv)", 64, 64, 32, 11, 5, 3);
