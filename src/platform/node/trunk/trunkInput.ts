import { InputError } from "../../../base/index.ts";
import type { TrunkChoice } from "../../../nn/index.ts";
import { trunkDtypes } from "../../../nn/index.ts";
import type { ModelTensor } from "../../../onnx/index.ts";

/** What an ONNX file says of the pictures that its model takes; null where it leaves that open. */
export interface PictureInput {
  readonly name: string;
  readonly dtype: TrunkChoice["dtype"];
  readonly batch: number | null;
  readonly channels: number | null;
  /** Height and width. */
  readonly size: number | null;
}

const expected = "expected one, a picture [n, channels, height, width]";

/**
 * The picture that a model takes, by its inputs.
 *
 * @throws InputError when it takes anything else, in words that say what to do.
 */
export function trunkInput(inputs: readonly ModelTensor[], file: string): PictureInput {
  const [image] = inputs;
  if (!image || inputs.length !== 1) {
    const listed = inputs.map(described).join("; ") || "none";
    throw new InputError(`${file}: takes ${inputs.length} inputs (${listed}), ${expected}${partOf(inputs)}`);
  }
  const takes = `${file}: takes ${described(image)}`;
  const dtype = trunkDtypes.find((name) => name === image.type);
  if (image.shape.length !== 4) {
    throw new InputError(
      `${takes}, expected a picture [n, channels, height, width] of ${trunkDtypes.join(", ")}`,
    );
  }
  if (dtype === undefined) {
    throw new InputError(
      `${takes}, expected values of ${trunkDtypes.join(", ")}: export it with pictures of float32`,
    );
  }
  const [batch, channels, height, width] = image.shape.map((extent) =>
    typeof extent === "number" ? extent : null,
  ) as [number | null, number | null, number | null, number | null];
  // No picture is one or three pixels wide.
  if ((width === 1 || width === 3) && channels === height && channels !== width) {
    throw new InputError(
      `${takes}, whose channels come last, expected [n, channels, height, width]: export it with channels first (tf2onnx: --inputs-as-nchw ${image.name})`,
    );
  }
  if (height !== null && width !== null && height !== width) {
    throw new InputError(
      `${file}: takes pictures of ${height} x ${width} (height, width), expected square ones`,
    );
  }
  return { name: image.name, dtype, batch, channels, size: height ?? width };
}

/** What to do with a model that takes more than a picture, such as CLIP with its text. */
function partOf(inputs: readonly ModelTensor[]): string {
  const pictures = inputs.filter(({ shape }) => shape.length === 4);
  if (pictures.length !== 1 || inputs.length < 2) return "";
  return `: export the part alone that takes ${pictures[0]!.name} (of CLIP the vision part, vision_model.onnx or CLIPVisionModelWithProjection)`;
}

function described({ name, type, shape }: ModelTensor): string {
  return `${name}: ${type}[${shape.map((extent) => extent || "?").join(",")}]`;
}
