import { grad } from "../src/autodiff/index.ts";
import { Rng } from "../src/base/index.ts";
import { buildGraph, input, printGraph } from "../src/graph/index.ts";
import { cosinePairLoss } from "../src/losses/index.ts";
import { ForwardPass, initialState, lessonEncoder } from "../src/nn/index.ts";
import { adam, optimizerUpdates, scalarName, slotName } from "../src/optim/index.ts";
import { nodeRuntime } from "../src/platform/node/devices.ts";

const prof = process.argv[3];
const rt = await nodeRuntime(prof ? { profilePrefix: prof } : {});
const B = Number(process.argv[2] ?? 64);
const enc = lessonEncoder();
const pass = new ForwardPass({ training: true });
const a = input("anchor", [B, 1, 28, 28]),
  c = input("contrastive", [B, 1, 28, 28]),
  t = input("target", [B]);
const loss = cosinePairLoss(enc.forward(a, pass), enc.forward(c, pass), t);
const ps = pass.tensorsOf(enc.state.filter((s) => s.trainable));
const opt = adam();
const ups = optimizerUpdates(opt, ps, grad(loss, ps));
const g = buildGraph({ name: "step", outputs: { loss }, updates: new Map([...pass.updates, ...ups]) });
if (process.argv[4]) console.log(printGraph(g));
const p = await rt.compile(g);
const st = initialState(enc, (n) => Rng.of(1, n));
for (const q of ps)
  for (const s of opt.slots)
    st.set(slotName(opt, s, q.source.name), {
      dtype: "float32",
      shape: q.shape,
      data: new Float32Array(q.shape.reduce((x, y) => x * y, 1)),
    });
const store = await rt.createStore(st);
const rng = Rng.of(1, "x");
let t0 = 0;
let n = 0;
const R = (s: readonly number[]) => ({
  dtype: "float32" as const,
  shape: s,
  data: rng.fillUniform(new Float32Array(s.reduce((x, y) => x * y, 1)), -1, 1),
});
for (let i = 1; i <= 40; i++) {
  if (i === 6) t0 = performance.now();
  const feeds: any = {};
  for (const x of g.inputs) {
    const s = x.source as any;
    if (s.role === "random")
      feeds[s.name] = {
        dtype: "float32",
        shape: x.shape,
        data: rng.fillDropoutMask(new Float32Array(x.shape.reduce((q, y) => q * y, 1)), s.fill.drop),
      };
  }
  feeds.anchor = R([B, 1, 28, 28]);
  feeds.contrastive = R([B, 1, 28, 28]);
  feeds.target = { dtype: "float32", shape: [B], data: Float32Array.from({ length: B }, (_, k) => k % 2) };
  const sc = opt.scalarsAt(i, 0.005);
  for (const k in sc)
    feeds[scalarName(opt, k)] = { dtype: "float32", shape: [], data: new Float32Array([sc[k]!]) };
  const o = await p.run(feeds, { store, transfer: true });
  if (i >= 6) n++;
  if (i % 10 === 0) console.log(i, o.loss!.data[0]);
}
console.log("pairs/s", (((n * B) / (performance.now() - t0)) * 1000).toFixed(1));
if (prof) await p.dispose();
await rt.dispose();
