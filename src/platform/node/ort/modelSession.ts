import { availableParallelism } from "node:os";
import { InputError, type TensorData } from "../../../base/index.ts";
import { type DeviceName, installedDevices } from "./devices.ts";
import { ortReason } from "./ortReason.ts";
import { closeOrt, type OrtThread, ortThread } from "./ortThread.ts";

export interface ModelSessionOptions {
  /** Default `auto`: CUDA where the installed ONNX Runtime has it and it works, else the CPU. */
  readonly device?: DeviceName;
  /** Threads of one operator. Default: as many as there are processors for this process. */
  readonly threads?: number;
}

/** An ONNX model as a file has it, run by ONNX Runtime on a thread of its own. */
export class ModelSession {
  /** What it computes on. */
  readonly device: string;
  readonly #thread: OrtThread;

  private constructor(device: string, thread: OrtThread) {
    this.device = device;
    this.#thread = thread;
  }

  /**
   * @param name what messages call the model, such as its path
   * @param outputs names of the outputs that are wanted
   * @throws InputError when ONNX Runtime does not take the model, or a device asked for by name is not there.
   */
  static async open(
    model: Uint8Array,
    name: string,
    outputs: readonly string[],
    { device = "auto", threads = availableParallelism() }: ModelSessionOptions = {},
  ): Promise<ModelSession> {
    const installed = installedDevices();
    if (device !== "auto" && !installed.includes(device)) {
      throw new InputError(
        `device "${device}" is not in the installed ONNX Runtime, which has: ${installed.join(", ")}; choose one of these or auto`,
      );
    }
    if (device === "auto" && installed.includes("cuda")) {
      const session = await start(model, outputs, "cuda", threads).catch(() => null);
      if (session) return new ModelSession("cuda", session);
    }
    const chosen = device === "auto" ? "cpu" : device;
    try {
      return new ModelSession(chosen, await start(model, outputs, chosen, threads));
    } catch (error) {
      throw new InputError(`${name}: ONNX Runtime does not take it (${ortReason(error)})`, { cause: error });
    }
  }

  /**
   * What the model makes of its inputs, whose buffers are given away: they are empty afterwards.
   *
   * @throws RuntimeError with ONNX Runtime's own message.
   */
  async run(feeds: Readonly<Record<string, TensorData>>): Promise<Readonly<Record<string, TensorData>>> {
    const buffers = Object.values(feeds).flatMap(({ data }) =>
      data.buffer instanceof ArrayBuffer ? [data.buffer] : [],
    );
    return (await this.#thread.request({ type: "run", program: 0, store: null, feeds }, buffers))!;
  }

  async dispose(): Promise<void> {
    await closeOrt(this.#thread);
  }
}

async function start(
  model: Uint8Array,
  outputs: readonly string[],
  device: string,
  threads: number,
): Promise<OrtThread> {
  const thread = ortThread({ device, threads });
  try {
    const own = new Uint8Array(model);
    await thread.request({ type: "compile", program: 0, model: own, outputs, state: {} }, [own.buffer]);
    return thread;
  } catch (error) {
    await closeOrt(thread);
    throw error;
  }
}
