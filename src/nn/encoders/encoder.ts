import type { Shape } from "../../base/index.ts";
import type { Module } from "../module.ts";
import type { Trunk } from "./trunk.ts";

/** A module that maps an input of known shape to an embedding. */
export interface Encoder extends Module {
  readonly name: string;
  /** Shape of one example, such as `[1, 28, 28]`. */
  readonly inputShape: Shape;
  /** Length of the embedding. */
  readonly dim: number;
  /**
   * Where pictures first go through a frozen model: how it is used, and the model itself once it has been read.
   * `forward` is then what comes after it, and takes features `[n, features]` in place of pictures.
   */
  readonly trunk?: Trunk;
}

/** Shape of what an encoder's `forward` takes of one example: its picture, or the features that a trunk made of it. */
export function exampleShape({ inputShape, trunk }: Pick<Encoder, "inputShape" | "trunk">): Shape {
  return trunk ? [trunk.features] : inputShape;
}
