import { readFileSync } from "node:fs";
import { Command } from "commander";
import { KindredError } from "../base/index.ts";
import { commands } from "./commands.ts";

/** Exit codes: 0 done, 1 failed, 2 bad input or usage. */
export const exitCodes = { done: 0, failed: 1, badInput: 2 } as const;

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The program with all its commands, of which only those that `words` name are more than a name and a line. */
export async function kindredProgram(words: readonly string[]): Promise<Command> {
  const program = new Command("kindred")
    .description(
      "Contrastive representation learning: train an encoder that puts like things near each other.",
    )
    .version(version())
    .showHelpAfterError("(kindred --help, or kindred <command> --help, lists what there is)");
  for (const [name, { description, load }] of Object.entries(commands)) {
    const command = words.includes(name) ? await load() : new Command(name);
    program.addCommand(command.description(description).copyInheritedSettings(program));
  }
  return program;
}

/** Runs a command line; whatever goes wrong becomes one line on stderr and an exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = await kindredProgram(argv.slice(2));
  for (const command of [program, ...program.commands]) {
    command.exitOverride((error) => {
      process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
      throw error;
    });
  }
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (process.exitCode !== undefined && !(error instanceof KindredError)) return;
    process.stderr.write(`kindred: ${describe(error)}\n`);
    process.exitCode =
      error instanceof KindredError && error.name === "InputError" ? exitCodes.badInput : exitCodes.failed;
  }
}

function describe(error: unknown): string {
  if (error instanceof KindredError) return error.message;
  // A defect of ours: the stack is what a report needs.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
