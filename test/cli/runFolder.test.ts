import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { removeRunFiles } from "../../src/platform/node/run/runContents.ts";
import {
  decodeTrainingState,
  encodeTrainingState,
  readSafetensors,
  writeSafetensors,
} from "../../src/runs/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { namesBelow, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();

function trainArgs(...flags: string[]): string[] {
  const size = ["--validation", "20", "--epochs", "1", "--batch-size", "32"];
  const data = ["--data", folder.at("digits.csv"), "--recipe", "lesson"];
  return ["train", ...data, ...size, "--out", folder.at("run"), ...flags];
}

const resumeArgs = (): string[] => ["train", "--resume", "--epochs", "2", "--out", folder.at("run")];

/** The bytes of every file of the run. */
async function contents(): Promise<Record<string, string>> {
  const names = await namesBelow(folder.at("run"));
  const bytes = await Promise.all(names.map((name) => readFile(folder.at("run", name), "base64")));
  return Object.fromEntries(names.map((name, i) => [name, bytes[i]!]));
}

/** Expects one line on stderr, exit code 2, and every file as it was. */
async function refusal(args: readonly string[]): Promise<string> {
  const before = await contents();
  const { code, stdout, stderr } = await kindred(args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^kindred: .*\n$/);
  expect(stderr).not.toMatch(/Error:/);
  expect(await contents()).toEqual(before);
  return stderr;
}

beforeAll(async () => {
  await writeCsv(folder.at("digits.csv"), cropped(await mnist(120), 12));
  await kindredOk(trainArgs());
  await writeFile(folder.at("run", "notes.txt"), "mine");
});

describe("kindred train into a folder that holds a run", () => {
  it("refuses, and says what to do instead", async () => {
    expect(await refusal(trainArgs())).toMatch(/already holds a run: .*--resume.*--force.*another --out/);
  });

  it("refuses --resume and --force together, and --resume of no run", async () => {
    expect(await refusal(trainArgs("--resume", "--force"))).toMatch(/give one of them/);
    expect(await refusal(["train", "--resume", "--out", folder.at("none")])).toMatch(/none holds no run/);
  });

  it("keeps the run where --force is given with bad data or weights", async () => {
    await writeFile(folder.at("bad.csv"), "label,pixel0\n1,2,3\n");
    await writeFile(folder.at("bad.pt"), "no checkpoint");
    expect(await refusal(trainArgs("--force", "--data", folder.at("bad.csv")))).toMatch(/bad\.csv: line 2/);
    expect(await refusal(trainArgs("--force", "--init", folder.at("bad.pt")))).toMatch(/bad\.pt/);
  });
});

describe("kindred train --resume from a bad checkpoint", () => {
  const latest = () => folder.at("run", "checkpoints", "latest.safetensors");

  async function withLatest(change: (bytes: Buffer) => Uint8Array): Promise<string> {
    const sound = await readFile(latest());
    await writeFile(latest(), change(Buffer.from(sound)));
    try {
      return await refusal(resumeArgs());
    } finally {
      await writeFile(latest(), sound);
    }
  }

  it("refuses one that is cut off, empty, or has a flipped bit", async () => {
    expect(await withLatest((bytes) => bytes.subarray(0, bytes.length >> 1))).toMatch(
      /latest\.safetensors(:| ).*(cut off|damaged)/,
    );
    expect(await withLatest(() => Buffer.alloc(0))).toMatch(/latest\.safetensors has 0 bytes/);
    const flipped = await withLatest((bytes) => {
      const at = bytes.length - 5;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
      return bytes;
    });
    expect(flipped).toMatch(/latest\.safetensors is damaged: its checksum/);
  });

  it("refuses a foreign one, and one whose progress is not that of a run", async () => {
    const tensors = (bytes: Uint8Array) => readSafetensors(bytes, "latest").tensors;
    expect(await withLatest((bytes) => writeSafetensors(tensors(bytes)))).toMatch(
      /latest\.safetensors: holds "tensors without a format", expected "kindred training state 1"/,
    );
    for (const progress of ["{", "{}", '{"epoch":-1}', "null"]) {
      const format = "kindred training state 1";
      const line = await withLatest((bytes) => writeSafetensors(tensors(bytes), { format, progress }));
      expect(line).toMatch(/latest\.safetensors: .*progress/);
    }
  });

  it("names the tensor and both shapes of one that belongs to another encoder", async () => {
    const line = await withLatest((bytes) => {
      const { tensors, progress } = decodeTrainingState(bytes, "latest");
      const bias = { dtype: "float32", shape: [2, 5], data: new Float32Array(10) } as const;
      return encodeTrainingState({ progress, tensors: new Map(tensors).set("linear1.2.bias", bias) });
    });
    expect(line).toMatch(
      /latest\.safetensors: tensor "linear1\.2\.bias" has shape \[2, ?5\], expected \[64\]/,
    );
    const missing = await withLatest((bytes) => {
      const { tensors, progress } = decodeTrainingState(bytes, "latest");
      return encodeTrainingState({ progress, tensors: new Map([...tensors].slice(1)) });
    });
    expect(missing).toMatch(
      /latest\.safetensors: tensor "conv1\.0\.weight" is missing, expected shape \[32, ?1/,
    );
  });
});

describe("kindred train into a folder with files of somebody else", () => {
  const project = (...parts: string[]) => folder.at("project", ...parts);

  /** A file of the user's own in every folder that a run takes, and beside them. */
  const own: Readonly<Record<string, string>> = {
    "notes.txt": "",
    "figures/paper.svg": "figures",
    "checkpoints/best.pt": "checkpoints",
    "recording/talk.wav": "recording",
    "embeddings/words.csv": "embeddings",
    "plots/loss.pdf": "plots",
    "explorer/readme.md": "explorer",
    "export/table.csv": "export",
    "index.lance/mine.txt": "index.lance",
    "metrics.jsonl": "metrics.jsonl",
    "guidance.json": "guidance.json",
    "model/mine.onnx": "model",
    "evaluation.json": "evaluation.json",
    "contrastive_Training_7.mp4": "contrastive_Training_7.mp4",
  };

  async function put(names: readonly string[]): Promise<void> {
    await rm(project(), { recursive: true, force: true });
    for (const name of names) {
      await mkdir(dirname(project(name)), { recursive: true });
      await writeFile(project(name), `my ${name}`);
    }
  }

  async function refused(...flags: string[]): Promise<string> {
    const before = await namesBelow(project());
    const { code, stderr } = await kindred([...trainArgs(), "--out", project(), ...flags]);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/^kindred: .*\n$/);
    expect(await namesBelow(project())).toEqual(before);
    return stderr;
  }

  it("refuses each name that a run takes, with and without --force, and touches nothing", async () => {
    for (const [name, entry] of Object.entries(own)) {
      if (entry === "") continue;
      await put(["notes.txt", name]);
      expect(await refused()).toContain(
        `project holds ${entry}, but no run (no config.json): choose another`,
      );
      expect(await refused("--force")).toContain(`holds ${entry}, but no run that --force could replace`);
    }
  });

  it("refuses a config.json that is not a run's, with and without --force", async () => {
    for (const text of ["{ cut", '{"name":"my web site","version":1}', "null"]) {
      await put(["figures/paper.svg"]);
      await writeFile(project("config.json"), text);
      for (const flags of [[], ["--force"]]) {
        expect(await refused(...flags)).toMatch(/holds a config\.json that is not that of a run/);
      }
    }
  });

  it("trains beside files whose names no run takes, and --force leaves each file of the user's own", async () => {
    await put(["notes.txt"]);
    await kindredOk([...trainArgs(), "--out", project()]);
    const written = await namesBelow(project());
    const mine = Object.keys(own).filter((name) => !written.includes(name) && own[name] !== basename(name));
    for (const name of mine) {
      await mkdir(dirname(project(name)), { recursive: true });
      await writeFile(project(name), `my ${name}`);
    }
    await kindredOk([...trainArgs(), "--out", project(), "--force"]);
    expect(await namesBelow(project())).toEqual([...new Set([...written, ...mine])].sort());
    for (const name of mine) expect(await readFile(project(name), "utf8")).toBe(`my ${name}`);
  });

  it("leads nobody to lose a run whose config.json is lost", async () => {
    await put([]);
    await cp(folder.at("run"), project(), { recursive: true });
    await rm(project("config.json"));
    const { code, stderr } = await kindred(["eval", "--run", project()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /project holds checkpoints, .*but no config\.json, .*put its copy back, or train another run in another/,
    );
    await refused();
    await refused("--force");
  });
});

describe("what commands on a run write", () => {
  it("is known, so that --force removes all of it", async () => {
    const run = folder.at("full");
    await cp(folder.at("run"), run, { recursive: true });
    await kindredOk(["eval", "--run", run]);
    await kindredOk(["plot", "--run", run, "--neighbors", "5"]);
    await kindredOk(["index", "--run", run, "--out", join(run, "index.lance")]);
    for (const format of ["onnx", "safetensors", "pt", "transformersjs"]) {
      await kindredOk(["export", "--run", run, "--format", format]);
    }
    expect((await namesBelow(run)).length).toBeGreaterThan(25);
    await removeRunFiles(run);
    expect(await namesBelow(run)).toEqual(["config.json", "notes.txt"]);
  });
});

describe("kindred train --force", () => {
  it("replaces the run and leaves what is not of it", async () => {
    const before = await readRunFiles(folder.at("run"));
    // A film of the run that was tells nothing of the new one; one of another name may be anybody's.
    await writeFile(folder.at("run", "contrastive_Training_1_umap.mp4"), "of the run that was");
    await writeFile(folder.at("run", "holiday.mp4"), "mine");
    await kindredOk(trainArgs("--force", "--seed", "2", "--epochs", "2"));
    const films = (await namesBelow(folder.at("run"))).filter((name) => name.endsWith(".mp4"));
    expect(films).toEqual(["holiday.mp4"]);
    await rm(folder.at("run", "holiday.mp4"));
    const after = await readRunFiles(folder.at("run"));
    expect(after.metrics).toHaveLength(2);
    expect(after.metrics[0]).not.toEqual(before.metrics[0]);
    expect(await readFile(folder.at("run", "notes.txt"), "utf8")).toBe("mine");
    await kindredOk(trainArgs("--force"));
    expect(await readRunFiles(folder.at("run"))).toEqual(before);
  });
});
