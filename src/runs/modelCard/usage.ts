import { backgroundOf, type Preprocessing } from "../../modality/image/index.ts";
import type { EncoderDescription } from "../encoderDescription.ts";
import type { ImageTowerConfig } from "../runConfig.ts";
import { torchModule } from "./torchModules.ts";

/** What an encoder can leave as. */
export const exportFormats = ["onnx", "safetensors", "pt", "transformersjs"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface UsageInput {
  readonly format: ExportFormat;
  /** The exported file's or folder's name. */
  readonly file: string;
  readonly description: EncoderDescription;
  readonly encoder: ImageTowerConfig["encoder"];
}

/** How to use what was exported, as Markdown: Python, then JavaScript. */
export function usage(input: UsageInput): string {
  switch (input.format) {
    case "onnx":
      return `${onnxPython(input)}\n\n${onnxJavaScript(input)}`;
    case "transformersjs":
      return transformersJavaScript(input);
    case "safetensors":
    case "pt":
      return torchPython(input);
  }
}

const fence = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

/** What {@link picturePython} imports. */
const pictureImports = ["import io", "", "import numpy as np"];

/** Reads a picture as the encoder was given them, with Pillow and NumPy: bytes `[size, size, channels]`. */
function picturePython(preprocessing: Preprocessing): string {
  const { size, channels, fit, levels } = preprocessing;
  const background = `(${backgroundOf(preprocessing).join(", ")})`;
  const fitted = {
    cover: [`    picture = ImageOps.fit(picture, (${size}, ${size}), kernel)`],
    contain: [`    picture = ImageOps.pad(picture, (${size}, ${size}), kernel, color=${background})`],
    stretch: [`    picture = picture.resize((${size}, ${size}), kernel)`],
  }[fit];
  const side = fit === "contain" ? "max" : "min";
  const deep = levels
    ? `        low, high = ${levels.join(", ")}`
    : '        low, high = 0, 65535 if picture.mode.startswith("I;16") or opened.format == "PNG" else 255';
  const grey = [
    "    colour = np.asarray(picture) / 255",
    "    light = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)",
    "    light = light @ [0.2126, 0.7152, 0.0722]",
    "    # Back to bytes along straight lines between whole ones, as libvips does.",
    "    steps = np.arange(256) / 255",
    "    bytes_ = np.where(steps <= 0.0031308, 12.92 * steps, 1.055 * steps ** (1 / 2.4) - 0.055)",
    "    grey = np.interp(light, steps, np.round(255 * bytes_))",
    "    return np.round(grey).astype(np.uint8)[:, :, None]",
  ];
  return [
    "def pixels(path):",
    "    opened = Image.open(path)",
    "    picture = ImageOps.exif_transpose(opened)",
    '    if picture.mode[0] in "IF":  # more than 8 bits',
    deep,
    "        values = (np.asarray(picture, np.float64) - low) / (high - low) * 255",
    "        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))",
    '    profile = opened.info.get("icc_profile")',
    '    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None',
    '    if picture.mode not in ("L", "CMYK"):',
    '        picture = picture.convert("RGB")',
    "    if profile:",
    '        srgb = ImageCms.createProfile("sRGB")',
    '        picture = ImageCms.profileToProfile(picture, io.BytesIO(profile), srgb, outputMode="RGB")',
    '    picture = picture.convert("RGB")',
    "    if alpha:",
    `        picture = Image.composite(picture, Image.new("RGB", picture.size, ${background}), alpha)`,
    `    kernel = Image.LANCZOS if ${side}(picture.size) > ${size} else Image.BICUBIC`,
    ...fitted,
    ...(channels === 1 ? grey : ["    return np.asarray(picture)"]),
  ].join("\n");
}

function onnxPython({ file, description: { preprocessing, normalized } }: UsageInput): string {
  const alike = normalized
    ? "print(a @ b)  # cosine similarity"
    : "print(a @ b / np.linalg.norm(a) / np.linalg.norm(b))  # cosine similarity";
  const code = [
    ...pictureImports,
    "import onnxruntime",
    "from PIL import Image, ImageCms, ImageOps",
    "",
    picturePython(preprocessing),
    "",
    `session = onnxruntime.InferenceSession("${file}")`,
    'pictures = np.stack([pixels("one.jpg"), pixels("other.jpg")])',
    'a, b = session.run(["embedding"], {"pixels": pictures})[0]',
    alike,
  ].join("\n");
  return `### Python\n\nWith \`pip install onnxruntime pillow numpy\`. Scaling is inside the model; pictures are given as bytes.\n\n${fence("python", code)}`;
}

function onnxJavaScript({ file }: UsageInput): string {
  const code = [
    'import { Encoder } from "kindred";',
    "",
    `const encoder = await Encoder.load("${file}"); // in a browser: its URL`,
    'const [a, b] = await encoder.embed(["one.jpg", "other.jpg"]);',
    "console.log(encoder.similarity(a, b));",
  ].join("\n");
  return `### JavaScript\n\nIn Node and in browsers; the preprocessing is read from the model and done for you.\n\n${fence("js", code)}`;
}

function transformersJavaScript({ file, description: { normalized } }: UsageInput): string {
  const code = [
    'import { env, pipeline } from "@huggingface/transformers";',
    "",
    'env.localModelPath = "./"; // the folder that holds this one',
    "env.allowRemoteModels = false;",
    `const extract = await pipeline("image-feature-extraction", "${file}", { dtype: "fp32" });`,
    'const { dims, data } = await extract(["one.jpg", "other.jpg"]); // [2, dim]',
  ].join("\n");
  const length = normalized
    ? " Embeddings have length 1, so their dot product is the cosine similarity."
    : "";
  return [
    `### JavaScript\n\nWith \`npm install @huggingface/transformers\`.${length}\n\n${fence("js", code)}`,
    "`config.json` says `resnet` because Transformers.js picks by that name a class that runs a picture through one graph and gives what comes out; the network itself is the one above. With `{ pool: true }` the answer is the same.",
  ].join("\n\n");
}

function torchPython({ file, format, description, encoder }: UsageInput): string {
  const { preprocessing, normalized } = description;
  const load =
    format === "pt" ? `state = torch.load("${file}", weights_only=True)` : `state = load_file("${file}")`;
  const code = torchModule(encoder);
  const head = [
    ...pictureImports,
    "import torch",
    "from PIL import Image, ImageCms, ImageOps",
    ...(format === "safetensors" ? ["from safetensors.torch import load_file"] : []),
    ...(code === null ? [] : ["from torch import nn"]),
  ];
  const module =
    code === null
      ? [load, "for name, tensor in state.items():", "    print(name, tuple(tensor.shape))"]
      : [
          code,
          "",
          load,
          "encoder = Encoder()",
          "encoder.load_state_dict(state)",
          "encoder.eval()",
          'pictures = np.stack([pixels("one.jpg"), pixels("other.jpg")])',
          "images = torch.tensor(pictures).permute(0, 3, 1, 2) / 127.5 - 1",
          "with torch.no_grad():",
          "    a, b = encoder(images)",
          "print(torch.cosine_similarity(a, b, dim=0))",
        ];
  const text = [...head, "", picturePython(preprocessing), "", ...module].join("\n");
  const about =
    code === null
      ? "These are the weights alone, named as PyTorch would name them; to run the encoder elsewhere, export it as ONNX, which holds the network too."
      : "These are the weights alone; the module below is the network that they fit.";
  const length = normalized ? "" : " Embeddings are as the network gives them, of any length.";
  return `### Python\n\n${about}${length}\n\n${fence("python", text)}`;
}
