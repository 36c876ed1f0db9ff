import type { Command } from "commander";
import { exportRun } from "../platform/node/export/exportRun.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { exportFormats } from "../runs/index.ts";
import { flag, type OptionTable, type OptionValues, oneOf, path } from "../runs/option.ts";
import { result } from "./console.ts";
import { commandOf, shared, taking } from "./options.ts";

const takes = {
  run: shared.run,
  format: {
    is: oneOf("name", exportFormats),
    about:
      "onnx (preprocessing inside), safetensors or pt (weights alone), or transformersjs (a folder for @huggingface/transformers)",
    required: true,
  },
  out: {
    is: path("path"),
    about: "file to write, or folder for transformersjs",
    usual: "in export of the run's folder",
  },
  normalize: {
    is: flag("leave embeddings as the encoder gives them"),
    about: "make embeddings of length 1 (onnx, transformersjs; default)",
    default: true,
  },
  ...taking("force", "checkpoint", "json"),
} satisfies OptionTable;

export const exportCommand = (): Command => commandOf(takes, runExport);

async function runExport(options: OptionValues<typeof takes>): Promise<void> {
  const { out, files, description } = await exportRun(new RunFolder(options.run), options);
  const { dim, epoch, fingerprint } = description;
  const length = description.normalized ? " of length 1" : "";
  const inside = options.format === "onnx" || options.format === "transformersjs";
  const what = inside ? `pictures to ${dim} numbers${length}` : "weights alone";
  result(
    options,
    { out, format: options.format, files, dim, epoch, fingerprint, preprocessing: description.preprocessing },
    `${out}: ${what}, checkpoint of epoch ${epoch}; the card is ${files.at(-1)}`,
  );
}
