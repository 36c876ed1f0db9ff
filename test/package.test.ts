import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkout } from "./package/built.ts";
import { installedProject, type Project } from "./package/project.ts";

const train = ["train", "--data", "mnist", "--limit", "400", "--validation", "100", "--epochs", "1"];

/** The lesson with every part of it named, as a user would write it. */
const lesson = `
import { adam, cosinePairLoss, InputError, lessonEncoder, pairTask, splitDatasets, stepLR, train, type TrainResult } from "kindred";
import { loadDataset, nodeRuntime } from "kindred/node";

const data = splitDatasets(await loadDataset("mnist", { limit: 200 }), 50);
const runtime = await nodeRuntime({ device: "cpu" });
const task = pairTask(lessonEncoder({ dim: 8 }), cosinePairLoss);
const schedule = stepLR({ learningRate: 0.005, stepSize: 7, gamma: 0.3 });
const result: TrainResult = await train({ runtime, task, ...data, optimizer: adam(), schedule, epochs: 1 });
await runtime.dispose();
const knn1: number | null = result.history[0]!.knn1;
if (knn1 === null) throw new InputError("no validation images");
`;

/** Both ways to the encoder of a run, and every kind of picture that has a type of its own in a browser. */
const encoderProgram = `
import { Encoder, type Picture } from "kindred";

const [run, exported] = await Promise.all(["run", "out"].map((source) => Encoder.load(source, { device: "cpu" })));
if (!run || !exported) throw new Error("two encoders were to be loaded");
const picture: Picture = { data: new Uint8Array(784).map((_, i) => (i * 7) % 256), width: 28, height: 28 };
const [a] = await run.embed([picture]);
const [b]: Float32Array[] = await exported.embed([picture]);
const similarity: number = run.similarity(a!, b!);
console.log(JSON.stringify({ similarity, alike: run.fingerprint === exported.fingerprint, dim: run.dim }));
await run.dispose();
await exported.dispose();
export const drawn = (bitmap: ImageBitmap, image: HTMLImageElement, data: ImageData, file: File): Picture[] => [bitmap, image, data, file];
`;

describe("the package, installed into an empty project", () => {
  let project: Project;
  beforeAll(async () => {
    project = await installedProject();
  });
  afterAll(() => project?.remove());

  const command = (args: readonly string[]) => project.run(join("node_modules", ".bin", "kindred"), args);
  const typeCheck = (file: string, lib: string) =>
    project.run(process.execPath, [
      join(checkout, "node_modules/typescript/bin/tsc"),
      ...["--ignoreConfig", "--strict", "--noEmit", "--skipLibCheck", "false", "--types", ""],
      ...["--target", "es2024", "--lib", lib, "--module", "nodenext", file],
    ]);

  it("holds code, types, licence and README, and no tests, fixtures or golden values", () => {
    const files = globSync("**/*", {
      cwd: join(project.folder, "node_modules", "kindred"),
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).split(/node_modules[\\/]kindred[\\/]/)[1]!)
      .map((path) => path.replaceAll("\\", "/"));
    const top = files.filter((path) => !path.startsWith("dist/"));
    expect(top.toSorted()).toEqual(["LICENSE", "README.md", "package.json"]);
    const built = files.filter((path) => path.startsWith("dist/"));
    expect(built).toContain("dist/cli/bin.js");
    const page = built.filter((path) => path.startsWith("dist/page/"));
    expect(page).toContain("dist/page/index.html");
    expect(page.filter((path) => !/\.(css|html|js|mjs|svg|wasm|woff2)$/.test(path))).toEqual([]);
    const code = built.filter((path) => !path.startsWith("dist/page/"));
    expect(code.filter((path) => !/^[\w./-]+\.(js|d\.ts)$/.test(path))).toEqual([]);
    expect(built.filter((path) => /\.(test|fixture)\.|golden/.test(path))).toEqual([]);
  });

  it("installs no development dependencies", () => {
    const names = globSync("*", { cwd: join(project.folder, "node_modules") });
    expect(names).toContain("onnxruntime-node");
    expect(names).not.toContain("vitest");
    expect(names).not.toContain("typescript");
  });

  it("gives the command", async () => {
    const { code, stdout } = await command(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: kindred /);
    expect(await command(["train", "--epochs", "none"])).toMatchObject({ code: 2, stdout: "" });
  });

  it("trains and evaluates a run by the command", async () => {
    const trained = await command([...train, "--json", "--out", "run"]);
    expect(trained.code, trained.stderr).toBe(0);
    // Chance is 0.1.
    expect(JSON.parse(trained.stdout)).toMatchObject({ run: "run", epochs: 1, knn1: expect.any(Number) });
    expect(JSON.parse(trained.stdout).knn1).toBeGreaterThan(0.5);
    const encoder = await readFile(join(project.folder, "run", "model", "image.onnx"));
    // Some 60,000 weights of 4 bytes: of so few pictures the compact encoder learns.
    expect(encoder.length).toBeGreaterThan(200_000);
    const evaluated = await command(["eval", "--run", "run", "--limit", "100", "--json"]);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(JSON.parse(evaluated.stdout).encoder.knn1).toBeGreaterThan(0.5);
  });

  it("exports the run's encoder, and Encoder opens run and export alike", async () => {
    const exported = await command([
      "export",
      "--run",
      "run",
      "--format",
      "onnx",
      "--out",
      "out/encoder.onnx",
    ]);
    expect(exported.code, exported.stderr).toBe(0);
    await project.write("encoder.ts", encoderProgram);
    const ran = await project.run(process.execPath, ["encoder.ts"]);
    expect(ran.code, ran.stderr).toBe(0);
    const { similarity, alike, dim } = JSON.parse(ran.stdout);
    expect(similarity).toBeCloseTo(1, 6);
    expect([alike, dim]).toEqual([true, 64]);
    expect(await typeCheck("encoder.ts", "es2024,dom")).toMatchObject({ code: 0, stdout: "" });
  });

  it("gives a browser's bundler other code under the same name", async () => {
    await project.write("where.ts", 'console.log(import.meta.resolve("kindred"));\n');
    const where = async (...flags: string[]) =>
      (await project.run(process.execPath, [...flags, "where.ts"])).stdout.trim().split("/").at(-1);
    expect(await where()).toBe("index.node.js");
    expect(await where("--conditions=browser")).toBe("index.browser.js");
  });

  it("gives the library, typed without any other package, and it runs", async () => {
    await project.write("lesson.ts", `${lesson}console.log(JSON.stringify(result.history));\n`);
    const ran = await project.run(process.execPath, ["lesson.ts"]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject([{ epoch: 1, knnReferences: 150 }]);
    await project.write("typed.ts", `${lesson}export const typed = knn1;\n`);
    expect(await typeCheck("typed.ts", "es2024,dom")).toMatchObject({ code: 0, stdout: "" });
  });

  it.each([
    [
      "an option that does not exist",
      'import { adam } from "kindred";\nadam({ momentum: 0.9 });',
      "momentum",
    ],
    [
      "a string for a number",
      'import { lessonEncoder } from "kindred";\nlessonEncoder({ dim: "64" });',
      "string",
    ],
    [
      "a device that does not exist",
      'import { nodeRuntime } from "kindred/node";\nawait nodeRuntime({ device: "tpu" });',
      "tpu",
    ],
    ["what is not public", 'import { ortWorker } from "kindred/node";\nexport { ortWorker };', "ortWorker"],
    ["a path inside", 'import { Rng } from "kindred/dist/base/rng.js";\nexport { Rng };', "kindred/dist"],
  ])("refuses %s when types are checked", async (_, text, named) => {
    await project.write("wrong.ts", text);
    const { code, stdout } = await typeCheck("wrong.ts", "es2024,dom");
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/^wrong\.ts\(\d+,\d+\): error TS/);
    expect(stdout).toContain(named);
    expect(
      stdout
        .trim()
        .split("\n")
        .filter((line) => line.includes("error TS")),
    ).toHaveLength(1);
  });
});
