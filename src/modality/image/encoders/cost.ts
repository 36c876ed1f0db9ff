import { buildGraph, input, multiplications } from "../../../graph/index.ts";
import { type Encoder, exampleShape, ForwardPass, parameterCount } from "../../../nn/index.ts";
import { type EncoderChoice, encoderByName } from "./registry.ts";

/** What an encoder costs, without a trunk. */
export interface EncoderCost {
  /** Trained values. */
  readonly parameters: number;
  /** Multiplications of matrix products and convolutions for one picture, in use. */
  readonly multiplications: number;
  /** The same in training, for forward and gradients. */
  readonly trainingMultiplications: number;
}

/**
 * What an encoder costs, counted from its graph.
 *
 * @throws InputError as {@link encoderByName}, where a choice is given.
 */
export function encoderCost(of: EncoderChoice | Encoder): EncoderCost {
  const encoder = "forward" in of ? of : encoderByName(of);
  const images = input("images", [1, ...exampleShape(encoder)]);
  const embedding = encoder.forward(images, new ForwardPass({ training: false }));
  const counted = multiplications(buildGraph({ name: encoder.name, outputs: { embedding } }));
  return {
    parameters: parameterCount(encoder),
    multiplications: counted.forward,
    trainingMultiplications: counted.training,
  };
}
