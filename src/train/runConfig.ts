import { z } from "zod";
import { InputError } from "../base/index.ts";
import { cosinePairLoss } from "../losses/index.ts";
import { type Encoder, lessonEncoder } from "../nn/index.ts";
import { adam, type Optimizer, type Schedule, stepLR } from "../optim/index.ts";
import { pairTask, type Task } from "./task.ts";

const whole = z.number().int();

/** Everything that defines a run, as its `config.json` holds it: with the same one, the same run. */
export const runConfigSchema = z.strictObject({
  version: z.literal(1),
  recipe: z.literal("lesson"),
  data: z.strictObject({
    /** `mnist`, or the path of a CSV, an IDX file or a folder of them. */
    source: z.string().min(1),
    /** First rows taken; null for all. */
    limit: whole.min(2).nullable(),
    /** Last rows kept for validation. */
    validation: whole.min(0),
    /** Of the rows taken, so that a run does not go on with other data unnoticed; null until they are read. */
    fingerprint: z.string().nullable(),
  }),
  encoder: z.strictObject({
    name: z.literal("lesson"),
    channels: whole.min(1),
    size: whole.min(1),
    dim: whole.min(1),
    dropout: z.number().min(0).lt(1),
  }),
  optimizer: z.strictObject({ name: z.literal("adam"), learningRate: z.number().positive() }),
  schedule: z.strictObject({
    name: z.literal("stepLR"),
    stepSize: whole.min(1),
    gamma: z.number().positive(),
  }),
  epochs: whole.min(1),
  batchSize: whole.min(2),
  seed: whole.min(0),
  /** The checkpoint that weights were taken from, for the record; null for random ones. */
  init: z.string().nullable(),
  /** Whether a sample's embeddings are recorded on the way; runs from before there was a choice have none. */
  record: z.boolean().default(false),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

/** What of the lesson's recipe is open to choice. */
export interface LessonChoices {
  readonly source: string;
  readonly limit: number | null;
  readonly validation: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly init: string | null;
  readonly record: boolean;
  readonly channels: number;
  readonly size: number;
}

/** The lesson's recipe: its encoder, Adam at 0.005, and the rate times 0.3 every 7 epochs. */
export function lessonConfig(choices: LessonChoices): RunConfig {
  const { source, limit, validation, channels, size, ...rest } = choices;
  return {
    version: 1,
    recipe: "lesson",
    data: { source, limit, validation, fingerprint: null },
    encoder: { name: "lesson", channels, size, dim: 64, dropout: 0.3 },
    optimizer: { name: "adam", learningRate: 0.005 },
    schedule: { name: "stepLR", stepSize: 7, gamma: 0.3 },
    ...rest,
  };
}

/**
 * A run's configuration from the text of its `config.json`.
 *
 * @throws InputError naming the file, the first field that is wrong, and what is wrong with it.
 */
export function parseRunConfig(text: string, fileName: string): RunConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${fileName}: is no JSON, expected the configuration of a run`);
  }
  const result = runConfigSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError(`${fileName}: ${issue.path.join(".") || "the whole"}: ${issue.message}`);
}

/** The parts of a training that a configuration names. */
export function configuredParts(config: RunConfig): {
  encoder: Encoder;
  task: Task;
  optimizer: Optimizer;
  schedule: Schedule;
} {
  const encoder = lessonEncoder(config.encoder);
  const { stepSize, gamma } = config.schedule;
  return {
    encoder,
    task: pairTask(encoder, cosinePairLoss),
    optimizer: adam(),
    schedule: stepLR({ learningRate: config.optimizer.learningRate, stepSize, gamma }),
  };
}
