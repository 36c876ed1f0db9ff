import { KindredError } from "../base/index.ts";

export interface TemperatureOptions {
  /** What cosines are divided by: the lower, the more the nearest rows count. More than 0. */
  readonly temperature?: number;
}

/** `1 / temperature`. */
export function inverseTemperature(options: TemperatureOptions, byDefault: number): number {
  const { temperature = byDefault } = options;
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new KindredError(`temperature ${temperature} cannot be used, expected a number above 0`);
  }
  return 1 / temperature;
}
