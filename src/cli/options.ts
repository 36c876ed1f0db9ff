import { Command, InvalidArgumentError, Option } from "commander";
import { deviceNames } from "../platform/node/ort/devices.ts";
import {
  expectedOf,
  flag,
  flagOf,
  integer,
  type OptionRow,
  type OptionTable,
  type OptionValues,
  oneOf,
  path,
  readAs,
} from "../runs/option.ts";
import { trainingOptions } from "../runs/trainingOptions.ts";

/** Options that several commands take. */
export const shared = {
  run: { is: path("dir"), about: "folder of the run", required: true },
  data: { is: path("path|mnist"), about: "pictures to take", usual: "the run's data" },
  split: {
    is: oneOf("name", ["train", "test", "all"]),
    about: "the pictures to take, all being train and then test",
    default: "train",
  },
  limit: {
    ...trainingOptions.limit,
    about: "take n pictures of each split only, by lot and of each class its share",
  },
  checkpoint: {
    is: integer("epoch", 0),
    about:
      "the checkpoint of this epoch, counted from 0: 3 is model_epoch_3.pt, after the epoch that training calls 4",
    usual: "the best epoch where patience keeps one, else the last",
  },
  force: { is: flag(), about: "replace what is there", default: false },
  strict: trainingOptions.strict,
  device: { is: oneOf("name", deviceNames), about: "what to compute on", default: "auto" },
  json: { is: flag(), about: "print one JSON object on stdout and nothing else there", default: false },
} satisfies OptionTable;

/** Those of the {@link shared} options that are named. */
export const taking = <Name extends keyof typeof shared>(
  ...names: readonly Name[]
): Pick<typeof shared, Name> =>
  Object.fromEntries(names.map((name) => [name, shared[name]])) as Pick<typeof shared, Name>;

/** What the command line holds beside the options' values. */
export interface Words {
  /** Words that belong to no option. */
  readonly words: readonly string[];
  /** Names of the options that are on the command line. */
  readonly given: ReadonlySet<string>;
}

/** A command that takes the options of a table and is run with their values. */
export function commandOf<Table extends OptionTable>(
  table: Table,
  run: (options: OptionValues<Table>, words: Words) => void | Promise<void>,
): Command {
  const command = new Command();
  for (const [option, row] of Object.entries(table)) addOption(command, option, row);
  return command.action(async () => {
    const given = Object.keys(table).filter((option) => command.getOptionValueSource(option) === "cli");
    await run(command.opts<OptionValues<Table>>(), { words: command.args, given: new Set(given) });
  });
}

function addOption(command: Command, name: string, row: OptionRow): void {
  const { is, short, env } = row;
  const long = `--${flagOf(name)}`;
  const about = row.usual === undefined ? row.about : `${row.about} (${usualText(row.usual)})`;
  if (is.kind === "flag") {
    command.addOption(new Option(long, about));
    if (is.not !== undefined) command.addOption(new Option(`--no-${flagOf(name)}`, is.not));
    // Not the option's own default, which the help would show.
    if (row.default !== undefined) command.setOptionValueWithSource(name, row.default, "default");
    return;
  }
  const several = is.kind === "list" && !is.commas;
  const words = `${short === undefined ? "" : `-${short}, `}${long} <${is.value}${several ? "..." : ""}>`;
  const option = new Option(words, about);
  if (is.kind === "choice") option.choices(Object.keys(is.names));
  if (row.required) option.makeOptionMandatory();
  if (row.default !== undefined) option.default(row.default);
  if (env !== undefined) option.env(env);
  option.argParser<unknown>((text, before) => {
    const value = readAs(is, text);
    if (value === undefined) throw new InvalidArgumentError(`expected ${expectedOf(is)}.`);
    return several && Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  });
  command.addOption(option);
}

/** `default: cover`, or `lesson: 10, fast: 1, simclr: 10` where it depends on the recipe. */
const usualText = (usual: NonNullable<OptionRow["usual"]>): string =>
  typeof usual === "string"
    ? `default: ${usual}`
    : Object.entries(usual)
        .map(([name, value]) => `${name}: ${value}`)
        .join(", ");

/** The properties that are given. */
export function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: Exclude<Values[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Values]?: Exclude<Values[Name], undefined>;
  };
}
