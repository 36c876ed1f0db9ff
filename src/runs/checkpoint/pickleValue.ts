/** What a pickle holds, as inert data: objects are described, never made. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleTuple
  | PickleList
  | PickleSet
  | PickleDict
  | PickleGlobal
  | PickleCall
  | PicklePersistent;

export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

export interface PickleList {
  readonly kind: "list";
  readonly items: PickleValue[];
}

export interface PickleSet {
  readonly kind: "set";
  readonly items: PickleValue[];
}

/** A `dict`, or a `collections.OrderedDict` when `ordered`; entries keep their order. */
export interface PickleDict {
  readonly kind: "dict";
  readonly ordered: boolean;
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A name such as `torch.FloatStorage`: module and attribute, never looked up. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly module: string;
  readonly attribute: string;
}

/** A call that Python would make here; it is only written down. */
export interface PickleCall {
  readonly kind: "call";
  readonly callable: PickleGlobal;
  readonly args: readonly PickleValue[];
}

/** A reference to something beside the pickle, in PyTorch's files a storage. */
export interface PicklePersistent {
  readonly kind: "persistent";
  readonly id: PickleValue;
}

export const pickleTuple = (...items: readonly PickleValue[]): PickleTuple => ({ kind: "tuple", items });

export const pickleGlobal = (module: string, attribute: string): PickleGlobal => ({
  kind: "global",
  module,
  attribute,
});

/** `torch.FloatStorage` for messages and tables. */
export const globalName = (global: PickleGlobal): string => `${global.module}.${global.attribute}`;

/** What a value is, in Python's words, for messages: `a dict`, `an int`. */
export function describePickleValue(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "a bool";
  if (typeof value === "bigint") return "an int";
  if (typeof value === "number") return Number.isInteger(value) ? "an int" : "a float";
  if (typeof value === "string") return "a str";
  if (value instanceof Uint8Array) return "bytes";
  if (value.kind === "global") return `the name ${globalName(value)}`;
  if (value.kind === "call") return `a call of ${globalName(value.callable)}`;
  if (value.kind === "persistent") return "a storage";
  return `a ${value.kind}`;
}

type Kinds = Extract<PickleValue, { kind: string }>;

/** Whether a value is of a kind: `isKind(value, "dict")`. */
export function isKind<K extends Kinds["kind"]>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<Kinds, { kind: K }> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) && value.kind === kind;
}
