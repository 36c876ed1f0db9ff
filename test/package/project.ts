import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { checkout, requireFreshBuild } from "./built.ts";

/** What a process came to. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty project of a user's into which the packed library is installed. */
export interface Project {
  readonly folder: string;
  /** Runs a program in it, with the Node of these tests first in the path. */
  run(program: string, args: readonly string[]): Promise<Finished>;
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** What npm passes on to the scripts that it runs must not reach the project: it is to be anyone's. */
const ofThisCheckout =
  /^(npm_(package|lifecycle)_.*|npm_config_(local_prefix|prefix|onnxruntime_node_install)|ONNXRUNTIME_NODE_INSTALL|INIT_CWD|NODE_OPTIONS|NODE_ENV|VITEST.*)$/i;

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !ofThisCheckout.test(name));
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path };
}

function run(folder: string, program: string, args: readonly string[]): Promise<Finished> {
  const options = { cwd: folder, env: environment(), shell: process.platform === "win32" };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

async function runOrFail(folder: string, program: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(folder, program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} failed (${code}):\n${stdout}\n${stderr}`);
}

/** Packs the checkout and installs it as the README says. */
export async function installedProject(): Promise<Project> {
  requireFreshBuild();
  const root = await mkdtemp(join(tmpdir(), "kindred-package-"));
  const write = (name: string, text: string): Promise<void> => writeFile(join(root, name), text);
  await write("package.json", '{ "name": "empty", "private": true, "type": "module" }\n');
  await runOrFail(checkout, "npm", ["pack", "--ignore-scripts", "--pack-destination", root]);
  const tarball = (await readdir(root)).find((name) => name.endsWith(".tgz"))!;
  await runOrFail(root, "npm", [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    `./${tarball}`,
  ]);
  return {
    folder: root,
    run: (program, args) => run(root, program, args),
    write,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
