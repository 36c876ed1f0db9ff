import type { Shape } from "../../base/index.ts";
import type { Module } from "../module.ts";

/** A module that maps an input of known shape to an embedding. */
export interface Encoder extends Module {
  readonly name: string;
  /** Shape of one example, such as `[1, 28, 28]`. */
  readonly inputShape: Shape;
  /** Length of the embedding. */
  readonly dim: number;
}
