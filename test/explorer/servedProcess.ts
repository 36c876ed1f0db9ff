import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ExplorerOptions } from "../../src/server/index.ts";

export interface ServeOptions {
  /** Folder of the built page. */
  readonly page: string;
  /** Where it runs; new runs are put below it. */
  readonly cwd: string;
  /** 0 for any. */
  readonly port: number;
  readonly run?: string | undefined;
  readonly split?: "train" | "all";
  /** More of what `kindred view` may be told. */
  readonly more?: Pick<ExplorerOptions, "data" | "index">;
}

/** The explorer's server as a process of its own, which can be killed. */
export interface ServedProcess {
  readonly url: string;
  readonly port: number;
  /** Kills it as nothing can be that has time to say goodbye, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts it, and resolves when it answers. */
export async function serveProcess(options: ServeOptions): Promise<ServedProcess> {
  const { page, cwd, port, run = "", split = "train", more = {} } = options;
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, "serve.ts"), page, String(port), run, split, JSON.stringify(more)],
    { cwd, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
    void ended.then(() => reject(new Error("the explorer's server ended before it answered")));
  });
  return {
    url,
    port: Number(new URL(url).port),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
