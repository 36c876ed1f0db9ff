import { InputError } from "../base/index.ts";
import { evaluateAlignment } from "../platform/node/alignment/evaluateAlignment.ts";
import { type HeldOutSpeaker, heldOutSpeakers } from "../platform/node/alignment/heldOutSpeakers.ts";
import { openAlignment } from "../platform/node/alignment/openAlignment.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import { type AlignmentConfig, sensesRecipe } from "../runs/index.ts";
import { columns, note, ProgressLine, result } from "./console.ts";
import { crossModalLines } from "./crossModalTable.ts";
import type { EvalOptions } from "./evalOptions.ts";

/** Evaluates a run of several modalities, on its test items or else on its validation items. */
export async function evalAlignment(
  options: EvalOptions,
  folder: RunFolder,
  config: AlignmentConfig,
): Promise<void> {
  requireTaken(options, config);
  const { epoch, weights } = await folder.readWeights(options.checkpoint);
  const runtime = await nodeRuntime({ device: options.device });
  const line = new ProgressLine("evaluating");
  try {
    note(`device: ${runtime.device.description}`);
    note(`checkpoint of epoch ${epoch}`);
    const opened = await openAlignment(config, {
      ...{ runtime, strict: options.strict ?? false },
      onFiles: (what, done, total) => line.update(done, total, what),
      onSpoken: (done, total) => line.update(done, total, `${done} of ${total} spoken words`),
    });
    line.end();
    if (opened.data.fingerprint !== config.data.fingerprint) {
      throw new InputError(
        `${config.data.source} has changed since the run was begun (fingerprint ${opened.data.fingerprint}, was ${config.data.fingerprint}): bring the old data back`,
      );
    }
    const measuring = {
      ...{ runtime, seed: config.seed },
      onProgress: (what: string, done: number, total: number) => line.update(done, total, what),
    };
    const { of, report } = await evaluateAlignment(opened, weights, measuring);
    line.end();
    const rows = report.modalities.map(({ modality, rows: count }) => `${count} of ${modality}`);
    note(`measured by the ${of} items: ${rows.join(", ")}`);
    const speakers = options.speakers ? await heldOutSpeakers(config, measuring) : null;
    line.end();
    result(
      options,
      { epoch, of, ...report, ...(speakers ? { heldOutSpeakers: speakers } : {}) },
      ...crossModalLines(report),
      ...(speakers ? ["", ...speakerLines(speakers)] : []),
    );
  } finally {
    line.end();
    await runtime.dispose();
  }
}

/** @throws InputError naming an option that says nothing about several modalities. */
function requireTaken(options: EvalOptions, { recipe }: AlignmentConfig): void {
  for (const name of ["data", "among", "limit"] as const) {
    if (options[name] === undefined) continue;
    throw new InputError(
      `--${name} is for a run of pictures alone, and this one has several modalities: leave it out`,
    );
  }
  if (options.speakers && recipe !== sensesRecipe) {
    throw new InputError("--speakers is for a run of --recipe senses: leave it out");
  }
}

function speakerLines(speakers: readonly HeldOutSpeaker[]): string[] {
  const share = (value: number): string => value.toFixed(4);
  const rows = speakers.map(({ speaker, toText, toImage, fromText }) => [
    speaker,
    ...[toText, toImage, fromText].map(({ value }) => share(value)),
  ]);
  const mean = (of: (one: HeldOutSpeaker) => number): string =>
    share(speakers.reduce((sum, one) => sum + of(one), 0) / speakers.length);
  return [
    "Words of a speaker who was not trained on: the first hit is right",
    ...columns(
      [
        ["", "word → text", "word → picture", "text → word"],
        ...rows,
        [
          "mean",
          mean((one) => one.toText.value),
          mean((one) => one.toImage.value),
          mean((one) => one.fromText.value),
        ],
      ],
      "<>>>",
    ),
  ];
}
