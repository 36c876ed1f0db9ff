import { Command, CommanderError } from "commander";
import { KindredError, printable } from "../base/index.ts";
import { packageVersion } from "../platform/node/files/packageVersion.ts";
import { commands } from "./commands.ts";
import { hideLines } from "./console.ts";
import { exitWith, type Terminal, withTerminal } from "./terminal.ts";

/** Exit codes: 0 done, 1 failed, 2 bad input or usage; 130 where the user stopped it. */
export const exitCodes = { done: 0, failed: 1, badInput: 2 } as const;

/** The program with all its commands, of which only those that `words` name are more than a name and a line. */
export async function kindredProgram(
  words: readonly string[],
  { stdout, stderr }: Terminal,
): Promise<Command> {
  const program = new Command("kindred")
    .description(
      "Contrastive representation learning: train an encoder that puts like things near each other.",
    )
    .version(packageVersion())
    .showHelpAfterError("(kindred --help, or kindred <command> --help, lists what there is)")
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(printableLines(text)),
    })
    .exitOverride();
  for (const [name, { description, load }] of Object.entries(commands)) {
    const command = words.includes(name) ? await load() : new Command();
    program.addCommand(command.name(name).description(description).copyInheritedSettings(program));
  }
  return program;
}

/**
 * Runs a command line; whatever goes wrong becomes one line on stderr.
 *
 * @param argv as `process.argv`: node, the script, then the words
 * @returns the exit code, see {@link exitCodes}
 */
export function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  return withTerminal(terminal, async () => {
    try {
      const program = await kindredProgram(argv.slice(2), terminal);
      await program.parseAsync(argv);
    } catch (error) {
      exitWith(exitCodeOf(error));
      // Commander has said what is wrong with the words.
      if (!(error instanceof CommanderError)) {
        hideLines();
        terminal.stderr.write(`kindred: ${describe(error)}\n`);
      }
    }
  });
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
  const bad = error instanceof KindredError && error.name === "InputError";
  return bad ? exitCodes.badInput : exitCodes.failed;
}

function describe(error: unknown): string {
  if (error instanceof KindredError) return printable(error.message);
  // A defect of ours: the stack is what a report needs.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return printableLines(text);
}

/** With its line breaks. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
