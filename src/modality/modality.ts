import { InputError } from "../base/index.ts";

/** A sense: what there is to know of it where code serves every modality. */
export interface Modality {
  /** What columns, towers and models call it, such as `image`. */
  readonly name: string;
  /** What people call several of its rows, such as `pictures`. */
  readonly items: string;
}

const known = new Map<string, Modality>();

/** Makes a modality known; a later one of the same name takes its place. */
export function registerModality(modality: Modality): void {
  known.set(modality.name, modality);
}

/** @throws InputError when no modality of that name was registered. */
export function modalityNamed(name: string): Modality {
  const modality = known.get(name);
  if (modality) return modality;
  const names = [...known.keys()].sort().join(", ") || "none";
  throw new InputError(
    `there is no modality ${name}, expected one of ${names}: register it with registerModality`,
  );
}
