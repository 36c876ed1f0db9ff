import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { trainOptions } from "../../src/cli/train/trainOptions.ts";
import { flagOf, type OptionTable } from "../../src/runs/option.ts";
import { kindredOk, startKindred } from "./kindred.fixture.ts";

const unwrapped = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("kindred --help", () => {
  it("lists every command with what it does", async () => {
    const { stdout } = await kindredOk(["--help"]);
    for (const [name, { description }] of Object.entries(commands)) {
      expect(unwrapped(stdout)).toContain(`${name} ${description}`);
    }
  });

  it("reads nothing that computes: no native library is opened", async () => {
    // Prints each native library that the process opens.
    const spy = `data:text/javascript,${encodeURIComponent(
      "const open = process.dlopen; process.dlopen = (...all) => { process.stderr.write('native ' + all[1] + '\\n'); return open(...all); };",
    )}`;
    const env = { NODE_OPTIONS: `--import ${spy}` };
    const help = await startKindred(["--help"], { env }).finished;
    expect(help.stderr).not.toContain("native ");
    const evaluation = await startKindred(["eval", "--run", "nowhere"], { env }).finished;
    expect(evaluation.stderr).toMatch(/native .*onnxruntime/);
  });

  it.each(Object.keys(commands))("of %s says what it does and lists its options", async (name) => {
    const { stdout } = await kindredOk([name, "--help"]);
    expect(unwrapped(stdout)).toContain(commands[name]!.description);
    expect(stdout).toContain("--json");
  });
});

describe("the README's table of options", () => {
  const table: OptionTable = trainOptions;
  const option = (flag: string) => Object.entries(table).find(([name]) => flagOf(name) === flag)?.[1];

  it("has the options of kindred train, with their values and every choice", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const rows = readme.slice(readme.indexOf("| option "), readme.indexOf("`kindred view` takes"));
    const lines = rows.split("\n").filter((line) => line.startsWith("| `--"));
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      for (const [, no, flag, value] of line.matchAll(/`--(no-)?([a-z-]+)(?: <([^>]+)>)?/g)) {
        const row = option(flag!);
        expect(row, `--${flag} in the README`).toBeDefined();
        const { is } = row!;
        if (no !== undefined) expect(is).toMatchObject({ kind: "flag", not: expect.any(String) });
        if (value !== undefined) expect({ flag, ...is }).toMatchObject({ value: value.replace("\\|", "|") });
        if (is.kind === "choice") for (const name of Object.keys(is.names)) expect(line).toContain(name);
      }
    }
  });

  it("has the defaults of the recipes", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const { epochs, batchSize, seed } = trainOptions;
    const of = (recipe: string): string =>
      `${epochs.usual[recipe]}, ${batchSize.usual[recipe]} and ${seed.default}`;
    const row = /^\| `--epochs`, `--batch-size`, `--seed` .*$/m.exec(readme)?.[0];
    expect(row).toContain(`${of("lesson")} (fast: ${of("fast")})`);
  });
});
