import { Command, InvalidArgumentError, Option } from "commander";
import open from "open";
import { shellWord } from "../base/index.ts";
import type { DatasetSplit } from "../platform/node/datasets/datasets.ts";
import type { DeviceName } from "../platform/node/ort/devices.ts";
import { startExplorer } from "../server/index.ts";
import { note, type Output, result } from "./console.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { deviceOption, jsonOption } from "./options.ts";
import { terminal } from "./terminal.ts";

interface ViewOptions extends Output {
  readonly run?: string;
  readonly data?: string;
  readonly index?: string;
  readonly split: DatasetSplit | "all";
  readonly outside: boolean;
  readonly port?: number;
  readonly open?: boolean;
  readonly whenScreen: boolean;
  readonly device: DeviceName;
  readonly token?: string;
}

export function viewCommand(): Command {
  return new Command("view")
    .option("--run <dir>", "folder of the run to open; runs that are trained here are put beside it")
    .option(
      "--index <path>",
      "an index made with the run (kindred index), searched in place of the run's own pictures; alone, its run is opened",
    )
    .option("--data <path|mnist>", "pictures that can be trained on here, beside MNIST")
    .addOption(
      new Option(
        "--split <name>",
        "the pictures of its data that a run's space shows, all being train and then test",
      )
        .choices(["train", "test", "all"])
        .default("train"),
    )
    .option("--outside", "let tables name pictures out of their own folder, which the page then shows", false)
    .option("--port <n>", "port on 127.0.0.1, 0 for any (default: the first free one from 4747)", portNumber)
    .addOption(
      new Option(
        "--token <text>",
        "what the address must hold for the page to open, 16 characters or more; other users of the machine can read it in the command line, but not in the variable (default: drawn at random)",
      ).env("KINDRED_TOKEN"),
    )
    .option("--open", "open a browser (default: where there is a screen and a terminal)")
    .option("--no-open", "open none")
    .option("--when-screen", "without a screen, say how to look later, and end", false)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(runView);
}

async function runView(options: ViewOptions): Promise<void> {
  const { run, json } = options;
  const { index } = options;
  const command = `kindred view${run === undefined ? "" : ` --run ${shellWord(run)}`}${index === undefined ? "" : ` --index ${shellWord(index)}`}`;
  const seen = options.open ?? (terminal().stdout.isTTY && hasScreen(process.platform, process.env));
  if (options.whenScreen && !seen) {
    return result({ json }, { url: null, command }, `no screen here: look at it later with ${command}`);
  }
  const explorer = await startExplorer(options);
  const { url, port } = explorer;
  const stop = stopOnInterrupt("closing the explorer; once more to stop at once");
  try {
    result({ json }, { url, port, run: run ?? null }, `the explorer is at ${url} (Ctrl-C ends it)`);
    if (seen) await openBrowser(explorer.urlOnce(), url);
    await new Promise<void>((resolve) =>
      stop.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  } finally {
    const { training } = explorer;
    await explorer.close();
    if (training !== null) {
      note(
        `the training was stopped and saved: go on with kindred train --resume --out ${shellWord(training)}`,
      );
    }
    stop.dispose();
  }
}

/** Whether a browser would be seen: always on macOS and Windows, elsewhere where X or Wayland runs; never in CI. */
export function hasScreen(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean {
  if (env.CI !== undefined && env.CI !== "" && env.CI !== "false") return false;
  if (platform === "darwin" || platform === "win32") return true;
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** Without one, the address that was printed is what there is. */
async function openBrowser(once: string, url: string): Promise<void> {
  try {
    const child = await open(once);
    child.on("error", () => note(`no browser could be opened: open ${url} in one`));
  } catch {
    note(`no browser could be opened: open ${url} in one`);
  }
}

function portNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("expected a whole number from 0 to 65535.");
  }
  return value;
}
