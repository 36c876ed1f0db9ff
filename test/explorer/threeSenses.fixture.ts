import { getRequestListener } from "@hono/node-server";
import {
  type Column,
  type Dataset,
  datasetOf,
  Embedder,
  encoderTower,
  ImageColumn,
  linearLayer,
  type Port,
  type Ports,
  type Preview,
  Rng,
  type TensorData,
} from "../../src/index.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { readRunEncoder } from "../../src/platform/node/run/runEncoder.ts";
import { Access } from "../../src/server/access.ts";
import { explorerApp } from "../../src/server/app.ts";
import { listen } from "../../src/server/listen.ts";
import type { OpenRun } from "../../src/server/openedRun.ts";
import { openRun } from "../../src/server/openRun.ts";
import { Session } from "../../src/server/session.ts";
import {
  longestShown,
  type RunModality,
  type SpacedRun,
  Spaces,
  shownModalities,
  shownRows,
} from "../../src/workspace/index.ts";
import { LiveMap, sampleMessage } from "../../src/workspace/training/liveMap.ts";
import { wavOf } from "../../web/src/parts/sound.ts";
import { testToken } from "../server/explorer.fixture.ts";

const words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const forms = [
  (word: string) => word,
  (word: string) => `a handwritten ${word}`,
  (word: string) =>
    `Somebody wrote a ${word} with a soft pencil on a sheet of squared paper, long ago, and nobody knows why.`,
  (_: string, digit: number) => `הספרה ${digit} בכתב יד`,
];
const rate = 8000;

/** A tone that falls silent, higher for a greater digit. */
async function tone(digit: number): Promise<Uint8Array> {
  const samples = Float32Array.from(
    { length: rate / 2 },
    (_, i) => Math.sin((2 * Math.PI * (220 + 60 * digit) * i) / rate) * (1 - i / (rate / 2)) * 0.8,
  );
  return wavOf(samples, rate).bytes();
}

/** What a row of one more modality is shown by, and where it lies: near the pictures of its class. */
class SenseColumn implements Column {
  readonly name: string;
  readonly modality: string;
  readonly count: number;
  readonly ports: readonly Port[];
  readonly preview: (row: number) => Promise<Preview>;
  readonly #features: Float32Array;
  readonly #dim: number;

  constructor(
    modality: string,
    features: Float32Array,
    dim: number,
    preview: (row: number) => Promise<Preview>,
  ) {
    this.name = `${modality} of digits`;
    this.modality = modality;
    this.count = features.length / dim;
    this.ports = [{ name: "features", dtype: "float32", shape: [dim] }];
    this.preview = preview;
    this.#features = features;
    this.#dim = dim;
  }

  /** Every third item lacks it. */
  has(row: number): boolean {
    return row % 3 !== 2;
  }

  gather(rows: Uint32Array): Ports {
    const data = new Float32Array(rows.length * this.#dim);
    for (const [i, row] of rows.entries()) {
      data.set(this.#features.subarray(row * this.#dim, (row + 1) * this.#dim), i * this.#dim);
    }
    return { features: { dtype: "float32", shape: [rows.length, this.#dim], data } };
  }

  fingerprint(): string {
    return this.name;
  }
}

/** An explorer of a run of pictures, whose space shows texts and recordings too, each near the pictures of its digit. */
export interface ThreeSenses {
  readonly url: string;
  /** Tells of a training under way that maps all three. */
  train(): Promise<void>;
  close(): Promise<void>;
}

export async function serveThreeSenses(run: string, page: string): Promise<ThreeSenses> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const opened = (await openRun(run, { runtime: async () => runtime }))!;
  const { dim } = opened.info;
  const { config, dataset: pictures } = opened.pictures!;
  const column = new ImageColumn(pictures);
  const { encoder, weights } = await readRunEncoder(opened.folder, config, 1);
  const embedder = await Embedder.fixed(runtime, encoder, weights);
  const means = classMeans(await embedder.embed(column, null), pictures.labels, dim);
  await embedder.dispose();

  const { labels } = pictures;
  const near = (modality: string, spread: number): Float32Array => {
    const rng = Rng.of(1, modality);
    return Float32Array.from(
      { length: labels.length * dim },
      (_, i) => means[labels[Math.floor(i / dim)]! * dim + (i % dim)]! + rng.uniform(-spread, spread),
    );
  };
  const text = new SenseColumn("text", near("text", 0.02), dim, async (row) => ({
    mediaType: "text/plain",
    bytes: new TextEncoder().encode(forms[row % forms.length]!(words[labels[row]!]!, labels[row]!)),
  }));
  const audio = new SenseColumn("audio", near("audio", 0.04), dim, async (row) => ({
    mediaType: "audio/wav",
    bytes: await tone(labels[row]!),
  }));
  const dataset: Dataset = {
    ...datasetOf(pictures),
    columns: new Map<string, Column>([
      ["image", column],
      ["text", text],
      ["audio", audio],
    ]),
  };
  const shown = shownRows(dataset);
  const queries: Readonly<Record<string, RunModality["query"]>> = {
    image: opened.info.modalities[0]!.query,
    text: { kind: "text" },
    audio: { kind: "audio", seconds: 2 },
  };
  const three: OpenRun = {
    ...opened,
    shown,
    info: {
      ...opened.info,
      count: shown.count,
      modalities: shownModalities(shown, longestShown).map((each) => ({
        ...each,
        query: queries[each.modality]!,
      })),
    },
    embedQuery: async ({ modality, content, mediaType }) => {
      const asked = new TextDecoder().decode(content);
      const digit = modality === "text" ? words.findIndex((word) => asked.includes(word)) : 3;
      return {
        embedding: means.slice(Math.max(0, digit) * dim, (Math.max(0, digit) + 1) * dim),
        preview: { mediaType, bytes: content },
        note: modality === "audio" ? "Only its first 2 seconds were heard." : null,
      };
    },
  };
  const same = encoderTower(
    { ...linearLayer(dim, dim), name: "same", inputShape: [dim], dim },
    "text",
    "features",
  );
  const identity = new Map(same.state.map(({ name, shape }) => [name, identityOf(shape, dim)]));
  const spaces = new Spaces<OpenRun & SpacedRun>({
    runtime: async () => runtime,
    layout: async ({ start }) => start,
    towers: async () => [
      { tower: encoder, weights, column },
      ...shown.parts
        .slice(1)
        .map((part) => ({ tower: same, weights: identity, column: part.column, rows: part.items })),
    ],
    embeddingsKey: async (_, checkpoint) => String(checkpoint),
    hindrance: () => null,
    refusal: (reason) => new Error(reason),
  });

  const real = await Session.open({
    ...{ run, runs: run, data: null, index: null, split: "train", outside: false },
    ...{ device: "cpu", version: "0.1.0" },
  });
  real.events.publish({ type: "run", run: three.info });
  const { events, training, names } = real;
  let bound = 0;
  const access = new Access(() => bound, testToken);
  const app = explorerApp({
    ...{ access, page, port: () => bound },
    session: {
      ...{ events, training, names, spaces, run: three },
      hello: async () => ({ ...(await real.hello()), run: three.info }),
      get index() {
        return real.index;
      },
    },
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const { server, port } = await listen((request, response) => void listener(request, response), 0);
  bound = port;
  return {
    url: `http://127.0.0.1:${port}/?token=${testToken}`,
    train: async () => {
      const { defaults } = await real.hello();
      events.publish({ type: "status", training: { phase: "running", request: defaults, reason: null } });
      const sample = await sampleMessage(shown);
      events.publish(sample.head, sample.arrays);
      const maps = new LiveMap(shown);
      const { arrays } = await spaces.embeddings(three, 1);
      const embeddings = arrays.embeddings as Float32Array;
      const map = await maps.next({ step: 4, epoch: 1, pairs: 400, lossSum: 40, embeddings });
      events.publish(map.head, map.arrays);
    },
    close: async () => {
      server.close();
      await real.close();
      await spaces.close("the test ends");
      await runtime.dispose();
      server.closeAllConnections();
    },
  };
}

/** `[classes, dim]`, of unit length. */
function classMeans(embeddings: Float32Array, labels: Int32Array, dim: number): Float32Array {
  const means = new Float32Array((Math.max(...labels) + 1) * dim);
  for (const [row, label] of labels.entries()) {
    for (let i = 0; i < dim; i++)
      means[label * dim + i] = means[label * dim + i]! + embeddings[row * dim + i]!;
  }
  for (let at = 0; at < means.length; at += dim) {
    const length = Math.hypot(...means.subarray(at, at + dim));
    for (let i = 0; i < dim; i++) means[at + i] = means[at + i]! / length;
  }
  return means;
}

function identityOf(shape: readonly number[], dim: number): TensorData {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (shape.length === 2) for (let i = 0; i < dim; i++) data[i * dim + i] = 1;
  return { dtype: "float32", shape: [...shape], data };
}
