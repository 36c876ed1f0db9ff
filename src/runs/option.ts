import { z } from "zod";

/** A whole number within bounds. In every kind `value` stands for a value in the help: `n` is shown as `<n>`. */
export const integer = (value: string, least: number, most = Number.MAX_SAFE_INTEGER) =>
  ({ kind: "integer", value, least, most }) as const;

const number = (value: string, least: number, most: number, open: boolean) =>
  ({ kind: "number", value, least, most, open }) as const;

export const above0 = (value: string) => number(value, 0, Number.MAX_VALUE, true);
export const share = (value: string) => number(value, 0, 1, false);
export const anyNumber = (value: string) => number(value, -Number.MAX_VALUE, Number.MAX_VALUE, false);

/** One of the names, each of which stands for a value. */
export const named = <const Value>(value: string, names: Readonly<Record<string, Value>>) =>
  ({ kind: "choice", value, names }) as const;

/** One of these names. */
export const oneOf = <const Name extends string>(value: string, names: readonly Name[]) =>
  named<Name>(value, Object.fromEntries(names.map((name) => [name, name])));

export const text = (value: string) => ({ kind: "text", value }) as const;
export const path = (value: string) => ({ kind: "path", value }) as const;

/** Present or not; with `not`, what its absence by `--no-…` means. */
export const flag = (not?: string) => ({ kind: "flag", not }) as const;

/** Values in one word with commas between them, or else as several words. */
const list = <Item>(value: string, of: Item, commas: boolean) =>
  ({ kind: "list", value, of, commas }) as const;
export const listed = <Item>(value: string, of: Item) => list(value, of, true);
export const several = <Item>(value: string, of: Item) => list(value, of, false);

/** A text of a form of its own, which `read` makes a value of, or undefined; `expected` says what the form is. */
export const form = <Value>(value: string, expected: string, read: (text: string) => Value | undefined) =>
  ({ kind: "form", value, expected, read }) as const;

type Bounded = ReturnType<typeof integer> | ReturnType<typeof number>;
type Choice<Value = unknown> = ReturnType<typeof named<Value>>;
type List<Item> = ReturnType<typeof list<Item>>;
type Form<Value = unknown> = ReturnType<typeof form<Value>>;
type Flag = ReturnType<typeof flag>;
type Simple = Bounded | Choice | Form | Flag | ReturnType<typeof text> | ReturnType<typeof path>;

/** Which values an option takes. */
export type Kind = Simple | List<Simple>;

/** The type of the values that a kind takes. */
export type ValueOf<Of> = Of extends Bounded
  ? number
  : Of extends Choice<infer Value> | Form<infer Value>
    ? Value
    : Of extends Flag
      ? boolean
      : Of extends List<infer Item>
        ? readonly ValueOf<Item>[]
        : string;

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
  readonly only?: "arrays" | "picture files" | "a trunk" | "several modalities";
  /** A letter that stands for its name on the command line. */
  readonly short?: string;
  /** The environment variable that it is taken from when it is not given. */
  readonly env?: string;
}

/** Options by name. On the command line `batchSize` is `--batch-size`. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

type AlwaysGiven<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends { readonly default: unknown } | { readonly required: true }
    ? Name
    : never;
}[keyof Table];

/** The values of a table's options; those without a default may be missing. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in AlwaysGiven<Table>]: ValueOf<Table[Name]["is"]>;
} & { readonly [Name in Exclude<keyof Table, AlwaysGiven<Table>>]?: ValueOf<Table[Name]["is"]> };

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
        ? `${expectedOf(kind.of)}, or several with commas between them`
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

function isWithin({ least, most }: Bounded, value: unknown): boolean {
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
