import { scalar, type Tensor } from "../graph/index.ts";

/** A tensor, or a number that becomes a scalar constant of the other operand's dtype. */
export type Operand = Tensor | number;

/** The tensor of an operand. */
export function operand(value: Operand, other: Operand): Tensor {
  if (typeof value !== "number") return value;
  return scalar(value, typeof other === "number" ? "float32" : other.dtype);
}
