import { type DeviceName, nodeRuntime } from "../platform/node/ort/devices.ts";
import type { Runtime } from "../runtime/index.ts";

/** The one runtime of the server: trainings and embeddings take turns on it. */
export class Engine {
  readonly #device: DeviceName;
  #runtime: Promise<Runtime> | null = null;

  constructor(device: DeviceName) {
    this.#device = device;
  }

  /** @throws InputError when the device is not there. */
  runtime(): Promise<Runtime> {
    this.#runtime ??= nodeRuntime({ device: this.#device });
    return this.#runtime;
  }

  async close(): Promise<void> {
    await (await this.#runtime)?.dispose();
    this.#runtime = null;
  }
}
