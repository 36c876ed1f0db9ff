import type { Command } from "commander";
import {
  type EncoderName,
  encoderByName,
  encoderCost,
  encoderNames,
  encoderTable,
} from "../modality/image/index.ts";
import { integer, type OptionTable, type OptionValues } from "../runs/option.ts";
import { usual } from "../runs/recipeTable.ts";
import { greatest, trainingOptions } from "../runs/trainingOptions.ts";
import { columns, result } from "./console.ts";
import { commandOf, shared } from "./options.ts";

/** An encoder as `--json` reports it; costs are null where pictures are too small for it. */
interface EncoderRow {
  readonly name: EncoderName;
  readonly parameters: number | null;
  readonly multiplications: number | null;
  readonly trainingMultiplications: number | null;
  readonly smallestPicture: number;
  readonly width: number | null;
  readonly depth: number | null;
  readonly goodFor: string;
}

const takes = {
  size: {
    is: integer("n", 1, greatest.size),
    about: "height and width of a picture, in pixels",
    default: 32,
  },
  channels: {
    is: integer("n", 1, greatest.channels),
    about: "channels of a picture: 1 for grey, 3 for colour",
    default: 3,
  },
  dim: { is: trainingOptions.dim.is, about: trainingOptions.dim.about, default: usual.dim },
  json: shared.json,
} satisfies OptionTable;

type Options = OptionValues<typeof takes>;

export const encodersCommand = (): Command =>
  commandOf(takes, runEncoders).addHelpText(
    "after",
    `
One of them is chosen with kindred train --encoder <name>, its size with --width and --depth. A feature extractor that was trained
elsewhere takes their place with kindred train --trunk <file.onnx>.`,
  );

function runEncoders(options: Options): void {
  const { size, channels, dim } = options;
  const encoders = encoderNames.map((name): EncoderRow => {
    const { leastSize, width, depth, goodFor } = encoderTable[name];
    const cost = size < leastSize ? null : encoderCost(encoderByName({ name, size, channels, dim }));
    return {
      name,
      parameters: cost?.parameters ?? null,
      multiplications: cost?.multiplications ?? null,
      trainingMultiplications: cost?.trainingMultiplications ?? null,
      smallestPicture: leastSize,
      ...{ width, depth, goodFor },
    };
  });
  result(options, { size, channels, dim, encoders }, ...table(encoders, options));
}

function table(rows: readonly EncoderRow[], { size, channels, dim }: Options): string[] {
  const head = ["encoder", "parameters", "multiplications", "smallest", "good for"];
  return [
    `for pictures of ${channels} x ${size} x ${size} (channels, height, width) and embeddings of ${dim}; multiplications of one picture:`,
    ...columns([head, ...rows.map(cells)], "<>>><"),
  ];
}

function cells({ name, parameters, multiplications, smallestPicture, goodFor }: EncoderRow): string[] {
  const count = (value: number | null): string => (value === null ? "-" : value.toLocaleString("en"));
  return [
    name,
    count(parameters),
    count(multiplications),
    `${smallestPicture} x ${smallestPicture}`,
    goodFor,
  ];
}
