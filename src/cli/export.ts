import { Command, Option } from "commander";
import { exportRun } from "../platform/node/export/exportRun.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { type ExportFormat, exportFormats } from "../runs/index.ts";
import { type Output, result } from "./console.ts";
import { checkpointOption, jsonOption } from "./options.ts";

interface ExportCommandOptions extends Output {
  readonly run: string;
  readonly format: ExportFormat;
  readonly out?: string;
  readonly checkpoint?: number;
  readonly normalize: boolean;
  readonly force: boolean;
}

export function exportCommand(): Command {
  return new Command("export")
    .requiredOption("--run <dir>", "folder of the run")
    .addOption(
      new Option(
        "--format <name>",
        "onnx (preprocessing inside), safetensors or pt (weights alone), or transformersjs (a folder for @huggingface/transformers)",
      )
        .choices(exportFormats)
        .makeOptionMandatory(),
    )
    .option(
      "--out <path>",
      "file to write, or folder for transformersjs (default: in export of the run's folder)",
    )
    .option(
      "--no-normalize",
      "leave embeddings as the encoder gives them, not of length 1 (onnx, transformersjs)",
    )
    .option("--force", "replace what is there", false)
    .addOption(checkpointOption())
    .addOption(jsonOption())
    .action(runExport);
}

async function runExport(options: ExportCommandOptions): Promise<void> {
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
