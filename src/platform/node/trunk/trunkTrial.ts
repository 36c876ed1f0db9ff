import * as ort from "onnxruntime-node";
import { InputError } from "../../../base/index.ts";
import { type ModelShape, type ModelTensor, type TrunkInput, trialModel } from "../../../onnx/index.ts";
import { ortReason } from "../ort/ortReason.ts";
import { readOnnxFile } from "./onnxFile.ts";

/** What a model is to be tried with. */
export interface TrialRequest {
  /** The model, and what it is called in messages. */
  readonly file: string;
  readonly input: string;
  readonly dtype: TrunkInput["dtype"];
  /** Pictures at a time; null where the model leaves that open. */
  readonly batch: number | null;
  /** Numbers of channels to try in turn; one where the model names it. */
  readonly channels: readonly number[];
  /** Whether the model leaves height and width open. */
  readonly anySize: boolean;
  /** Heights and widths to try in turn. */
  readonly sizes: readonly number[];
  readonly outputs: readonly Pick<ModelTensor, "name" | "type">[];
}

/** What a model takes, and what it made of it. */
export interface Trial {
  readonly channels: number;
  readonly size: number;
  /** Pictures at a time that it takes; null for any number. */
  readonly batch: number | null;
  /** Pictures that it was tried with. */
  readonly count: number;
  readonly outputs: readonly TrialOutput[];
}

export interface TrialOutput {
  readonly name: string;
  /** ONNX's name of the element type. */
  readonly type: string;
  readonly shape: readonly number[];
}

/** Types that ONNX Runtime hands over to JavaScript. */
const handedOver: ReadonlySet<string> = new Set([
  ...[
    "float32",
    "float16",
    "float64",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "uint32",
    "uint64",
  ],
  ...["bool", "string"],
]);

/**
 * Runs a model on black pictures of each number of channels and each size until it takes one. Where it leaves the batch
 * open, two pictures come first, then one: some exports name an open batch and compute with one all the same.
 *
 * ONNX Runtime may end the whole process here, by a damaged model: see `tryInChild`.
 *
 * @throws InputError with ONNX Runtime's reason when it takes none.
 */
export async function tryTrunk(request: TrialRequest): Promise<Trial> {
  const { file, batch, channels, sizes } = request;
  const { bytes } = await readOnnxFile(file);
  let refused: InputError | null = null;
  for (const taken of channels) {
    let session: ort.InferenceSession;
    try {
      session = await opened(bytes, request, taken);
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${file}: ${error.message}`);
      refused ??= new InputError(`${file}: ONNX Runtime does not take it (${ortReason(error)})`, {
        cause: error,
      });
      continue;
    }
    try {
      for (const size of sizes) {
        for (const count of batch === null ? [2, 1] : [batch]) {
          try {
            const outputs = await made(session, request, [count, taken, size, size]);
            return { channels: taken, size, batch: batch ?? (count === 1 ? 1 : null), count, outputs };
          } catch (error) {
            const shape = `${taken} x ${size} x ${size}`;
            const others =
              sizes.length > 1
                ? `, nor takes it other sizes from ${Math.min(...sizes)} to ${Math.max(...sizes)}: name its own with --size`
                : "";
            refused ??= new InputError(
              `${file}: fails on a picture of ${shape} (${ortReason(error)})${others}`,
              {
                cause: error,
              },
            );
          }
        }
      }
    } finally {
      await session.release();
    }
  }
  throw refused!;
}

async function opened(
  bytes: Uint8Array,
  { input, dtype, batch, anySize, sizes }: TrialRequest,
  channels: number,
): Promise<ort.InferenceSession> {
  const half = new Array<number>(channels).fill(0.5);
  const picture: ModelShape = anySize ? [channels, "height", "width"] : [channels, sizes[0]!, sizes[0]!];
  const model = trialModel(bytes, { input, dtype, batch, channels, mean: half, std: half }, picture);
  return ort.InferenceSession.create(model, { executionProviders: ["cpu"], logSeverityLevel: 4 });
}

async function made(
  session: ort.InferenceSession,
  { outputs }: TrialRequest,
  shape: readonly number[],
): Promise<TrialOutput[]> {
  const black = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).fill(-1);
  const wanted = outputs.filter(({ type }) => handedOver.has(type)).map(({ name }) => `trunk/${name}`);
  const results = await session.run({ images: new ort.Tensor("float32", black, [...shape]) }, wanted);
  return wanted.map((name) => {
    const { type, dims } = results[name]!;
    return { name: name.slice("trunk/".length), type, shape: [...dims] };
  });
}
