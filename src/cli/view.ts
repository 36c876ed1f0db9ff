import type { Command } from "commander";
import open from "open";
import { shellWord } from "../base/index.ts";
import { flag, integer, type OptionTable, type OptionValues, path, text } from "../runs/option.ts";
import { startExplorer } from "../server/index.ts";
import { note, result } from "./console.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { commandOf, shared, taking } from "./options.ts";
import { terminal } from "./terminal.ts";

const takes = {
  run: { is: path("dir"), about: "folder of the run to open; runs that are trained here are put beside it" },
  index: {
    is: path("path"),
    about:
      "an index made with the run (kindred index), searched in place of the run's own pictures; alone, its run is opened",
  },
  data: { is: shared.data.is, about: "pictures that can be trained on here, beside MNIST" },
  split: {
    is: shared.split.is,
    about:
      "the pictures of its data that the space of a run of pictures shows, all being train and then test; one of several modalities shows what it is measured by",
    usual: "train",
  },
  outside: {
    is: flag(),
    about: "let tables name files out of their own folder, which the page then shows",
    default: false,
  },
  port: {
    is: integer("n", 0, 65_535),
    about: "port on 127.0.0.1, 0 for any",
    usual: "the first free one from 4747",
  },
  token: {
    is: text("text"),
    about:
      "what the address must hold for the page to open, 16 characters or more; other users of the machine can read it in the command line, but not in the variable",
    usual: "drawn at random",
    env: "KINDRED_TOKEN",
  },
  open: { is: flag("open none"), about: "open a browser", usual: "where there is a screen and a terminal" },
  whenScreen: { is: flag(), about: "without a screen, say how to look later, and end", default: false },
  ...taking("device", "json"),
} satisfies OptionTable;

export const viewCommand = (): Command => commandOf(takes, runView);

async function runView(options: OptionValues<typeof takes>): Promise<void> {
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
