/**
 * The house: for each room the rooms below it that it may import. A room is a folder of `src` (of
 * `src/platform` for platforms, of `src/modality` for modalities), one of the public entries, or a folder of `web/src`. `workspace` holds what the explorer's page and its server
 * say to each other, and what both sides compute. `encoder` holds what the `Encoder` of `kindred` is on every platform; the
 * entries `index.node.ts` and `index.browser.ts`, of which a program gets one as `kindred`, add a platform's own.
 * The page imports `src` only as the packages `kindred`, `kindred/web` and `kindred/workspace`.
 */
const engine = ["base", "graph", "ops"] as const;
const training = [
  ...engine,
  "autodiff",
  "nn",
  "losses",
  "optim",
  "onnx",
  "runtime",
  "data",
  "evaluation",
  "projection",
  "neighbours",
  "modality",
  "train",
] as const;
const modalities = ["modality/image", "modality/text", "modality/audio"] as const;
const below = [...training, ...modalities] as const;
const library = [...below, "pretrained", "alignment", "runs", "retrieval", "report"] as const;
const page = ["web/words", "web/parts", "web/backend", "web/session", "web/map"] as const;

export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  graph: ["base"],
  ops: ["base", "graph"],
  autodiff: engine,
  nn: engine,
  losses: engine,
  optim: engine,
  onnx: ["base", "graph"],
  runtime: ["base", "graph"],
  data: ["base"],
  evaluation: ["base"],
  projection: ["base"],
  neighbours: [...engine, "runtime", "evaluation", "projection"],
  retrieval: ["base", "data", "evaluation"],
  report: ["base", "projection"],
  modality: ["base", "graph", "nn", "onnx", "data"],
  "modality/image": [...engine, "nn", "data", "modality"],
  "modality/text": [...engine, "nn", "data", "modality"],
  "modality/audio": [...engine, "nn", "data", "modality"],
  train: training.filter((room) => room !== "train"),
  alignment: [...training],
  runs: [...below, "alignment"],
  pretrained: ["base", "data", "modality", "modality/audio", "onnx"],
  encoder: [...below, "pretrained", "alignment", "runs"],
  workspace: library,
  "platform/sound": ["base", "modality/audio"],
  "platform/node": [...library, "encoder", "workspace", "platform/sound"],
  "platform/web": [...library, "encoder", "workspace", "platform/sound"],
  "index.ts": [...library, "encoder"],
  "index.node.ts": ["index.ts", "platform/node"],
  "index.browser.ts": ["index.ts", "platform/web"],
  "node.ts": ["retrieval", "platform/sound", "platform/node"],
  "web.ts": ["platform/sound", "platform/web"],
  server: [...library, "workspace", "platform/node", "index.ts", "node.ts"],
  cli: [...library, "platform/node", "index.ts", "node.ts", "server"],
  "web/words": [],
  "web/parts": [],
  "web/workers": [],
  "web/backend": [],
  "web/session": ["web/words", "web/parts", "web/backend"],
  "web/browser": ["web/words", "web/workers"],
  "web/map": ["web/words", "web/parts", "web/session"],
  "web/film": ["web/words", "web/workers", "web/map"],
  "web/space": [...page, "web/film"],
  "web/neighbours": page,
  "web/query": [...page, "web/neighbours"],
  "web/search": [...page, "web/neighbours", "web/query"],
  "web/draw": [...page, "web/neighbours", "web/query", "web/search"],
  "web/train": page,
  "web/lesson": [...page, "web/neighbours"],
  "web/app": [...page, ...["web/space", "web/neighbours", "web/draw", "web/train", "web/lesson"]],
  "web/main.ts": ["web/words", "web/backend", "web/browser", "web/app"],
};

/** Packages that only some rooms may import; a name that ends in `:` or `-` stands for all that begin so. */
export const restrictedPackages: Readonly<Record<string, readonly string[]>> = {
  "node:": ["platform/node", "server", "cli"],
  // The page names only the addresses of its files.
  "onnxruntime-": ["platform/node", "platform/web", "web/browser", "web/query"],
  "@napi-rs": ["platform/node"],
  mediabunny: ["platform/sound", "platform/node", "platform/web", "web/film"],
  "@wasm-audio-decoders/": ["platform/sound"],
  "mpg123-decoder": ["platform/sound"],
  "ogg-opus-decoder": ["platform/sound"],
  "@huggingface/tokenizers": ["modality/text", "pretrained"],
  sharp: ["platform/node"],
  koffi: ["platform/node"],
  "@lancedb/": ["platform/node"],
  "apache-arrow": ["platform/node"],
  hono: ["server"],
  "@hono/": ["server"],
};

/** A file longer than this is to be split. */
export const mostLines = 400;

/** Folder names that say nothing about what is inside. */
export const emptyNames: readonly string[] = ["util", "utils", "helpers", "misc", "common"];
