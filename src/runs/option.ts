import { z } from "zod";

export interface IntegerKind {
  readonly kind: "integer";
  readonly value: string;
  readonly least: number;
  readonly most: number;
}

export interface NumberKind {
  readonly kind: "number";
  readonly value: string;
  readonly least: number;
  readonly most: number;
  /** Whether `least` itself is too small. */
  readonly open: boolean;
}

export interface ChoiceKind<Value = unknown> {
  readonly kind: "choice";
  readonly value: string;
  /** What each name stands for. */
  readonly names: Readonly<Record<string, Value>>;
}

export interface TextKind {
  readonly kind: "text" | "path";
  readonly value: string;
}

/** Present or not; with `not`, what its absence by `--no-…` means. */
export interface FlagKind {
  readonly kind: "flag";
  readonly not?: string;
}

/** Several values: in one word with commas between them, or as several words. */
export interface ListKind<Item extends Kind = Kind> {
  readonly kind: "list";
  readonly value: string;
  readonly of: Item;
  readonly commas: boolean;
}

/** A text of a form of its own. */
export interface FormKind<Value = unknown> {
  readonly kind: "form";
  readonly value: string;
  /** What the form is, for whoever missed it. */
  readonly expected: string;
  /** The text's value; undefined where it has another form. */
  readonly read: (text: string) => Value | undefined;
}

/** Which values an option takes. `value` stands for one in the help: `n` is shown as `<n>`. */
export type Kind = IntegerKind | NumberKind | ChoiceKind | TextKind | FlagKind | ListKind | FormKind;

/** An option as every place knows it: command line, configuration, requests and forms. */
export interface OptionRow {
  readonly is: Kind;
  /** What it means, in one sentence without its full stop. */
  readonly about: string;
  /** Where its value comes from when none is given; where that depends on a name, its value for each. */
  readonly usual?: string | Readonly<Record<string, string | number>>;
  /** Its value when none is given. */
  readonly default?: unknown;
  readonly required?: true;
  /** The only data, or other option, that it says something about. */
  readonly only?: "arrays" | "picture files" | "a trunk";
  /** A letter that stands for its name on the command line. */
  readonly short?: string;
  /** The environment variable that it is taken from when it is not given. */
  readonly env?: string;
}

/** Options by name. On the command line `batchSize` is `--batch-size`. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** The type of the values that a kind takes. */
export type ValueOf<Of> = Of extends IntegerKind | NumberKind
  ? number
  : Of extends ChoiceKind<infer Value> | FormKind<infer Value>
    ? Value
    : Of extends FlagKind
      ? boolean
      : Of extends ListKind<infer Item>
        ? readonly ValueOf<Item>[]
        : string;

type AlwaysGiven<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly default: unknown } | { readonly required: true }
    ? Name
    : never;
}[keyof Table];

/** The values of a table's options; those without a default may be missing. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in AlwaysGiven<Table>]: ValueOf<Table[Name]["is"]>;
} & { readonly [Name in Exclude<keyof Table, AlwaysGiven<Table>>]?: ValueOf<Table[Name]["is"]> };

export const integer = (value: string, least: number, most = Number.MAX_SAFE_INTEGER): IntegerKind => ({
  ...{ kind: "integer", value, least, most },
});

export const above0 = (value: string): NumberKind => ({
  ...{ kind: "number", value, least: 0, most: Number.MAX_VALUE, open: true },
});

export const anyNumber = (value: string): NumberKind => ({
  ...{ kind: "number", value, least: -Number.MAX_VALUE, most: Number.MAX_VALUE, open: false },
});

export const share = (value: string): NumberKind => ({
  ...{ kind: "number", value, least: 0, most: 1, open: false },
});

/** One of these names. */
export const oneOf = <const Name extends string>(
  value: string,
  names: readonly Name[],
): ChoiceKind<Name> & { readonly names: Readonly<Record<Name, Name>> } => ({
  ...{ kind: "choice", value },
  names: Object.fromEntries(names.map((name) => [name, name])) as Record<Name, Name>,
});

/** One of the names, each of which stands for a value. */
export const named = <const Value>(
  value: string,
  names: Readonly<Record<string, Value>>,
): ChoiceKind<Value> => ({ kind: "choice", value, names });

export const text = (value: string): TextKind => ({ kind: "text", value });
export const path = (value: string): TextKind => ({ kind: "path", value });
export const flag = (not?: string): FlagKind => ({ kind: "flag", ...(not === undefined ? {} : { not }) });

/** Values with commas between them. */
export const listed = <Item extends Kind>(value: string, of: Item): ListKind<Item> => ({
  ...{ kind: "list", value, of, commas: true },
});

/** Values as one word each. */
export const several = <Item extends Kind>(value: string, of: Item): ListKind<Item> => ({
  ...{ kind: "list", value, of, commas: false },
});

export const form = <Value>(
  value: string,
  expected: string,
  read: (text: string) => Value | undefined,
): FormKind<Value> => ({ kind: "form", value, expected, read });

/** The words after "expected" where a value is none of the kind. */
export function expectedOf(kind: Kind): string {
  switch (kind.kind) {
    case "integer": {
      const { least, most } = kind;
      const bounded = most < Number.MAX_SAFE_INTEGER;
      return `a whole number ${bounded ? `from ${least} to ${most}` : `of ${least} or more`}`;
    }
    case "number":
      if (kind.open) return `a number above ${kind.least}`;
      return kind.most === Number.MAX_VALUE ? "a number" : `a number from ${kind.least} to ${kind.most}`;
    case "choice":
      return `one of ${Object.keys(kind.names).join(", ")}`;
    case "list":
      return kind.commas
        ? `${expectedOf(kind.of)}, or several with commas between them, such as 0.48,0.46,0.41`
        : expectedOf(kind.of);
    case "flag":
      return "true or false";
    case "form":
      return kind.expected;
    default:
      return "a text";
  }
}

/** Whether a value is of a kind; a value of a form is what its reader makes. */
export function isOf<Of extends Kind>(kind: Of, value: unknown): value is ValueOf<Of>;
export function isOf(kind: Kind, value: unknown): boolean {
  switch (kind.kind) {
    case "integer":
      return Number.isSafeInteger(value) && isWithin(kind, value);
    case "number":
      return isWithin(kind, value) && !(kind.open && value === kind.least);
    case "choice":
      return Object.values(kind.names).includes(value);
    case "list":
      return Array.isArray(value) && value.every((one) => isOf(kind.of, one));
    case "flag":
      return typeof value === "boolean";
    case "form":
      return value !== undefined;
    default:
      return typeof value === "string";
  }
}

function isWithin({ least, most }: IntegerKind | NumberKind, value: unknown): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

/** The value that a text stands for; undefined where it is none of the kind. */
export function readAs(kind: Kind, text: string): unknown {
  const value = valueIn(kind, text);
  return isOf(kind, value) ? value : undefined;
}

function valueIn(kind: Kind, text: string): unknown {
  switch (kind.kind) {
    case "integer":
    case "number":
      return text.trim() === "" ? undefined : Number(text);
    case "choice":
      return Object.hasOwn(kind.names, text) ? kind.names[text] : undefined;
    case "list":
      return (kind.commas ? text.split(",") : [text]).map((part) => readAs(kind.of, part));
    case "form":
      return kind.read(text);
    default:
      return text;
  }
}

/** A value as the command line has it; of a list whose values are all the same, one. */
export function textOf(kind: Kind, value: unknown): string {
  if (kind.kind === "choice") {
    return Object.entries(kind.names).find(([, known]) => known === value)?.[0] ?? String(value);
  }
  if (!Array.isArray(value)) return String(value);
  return new Set(value).size === 1 ? String(value[0]) : value.join(",");
}

/** An option's name as the command line has it, without its dashes. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (one) => `-${one.toLowerCase()}`);

/** A schema of a kind's values, whose message says what was expected. */
export function schemaOf<Of extends Kind>(kind: Of, orElse = ""): z.ZodType<ValueOf<Of>> {
  return z.custom<ValueOf<Of>>((value) => isOf(kind, value), `expected ${expectedOf(kind)}${orElse}`);
}
