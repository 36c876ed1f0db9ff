import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
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
