import type { EpochMetrics } from "../../train/metrics.ts";
import type { EncoderDescription } from "../encoderDescription.ts";
import type { EvaluationFile } from "../evaluationFile.ts";
import type { RunConfig } from "../runConfig.ts";
import type { ExportFormat } from "./usage.ts";

/** What a model card is written from. */
export interface ModelCardInput {
  /** What the encoder is called, such as its run's folder. */
  readonly name: string;
  readonly format: ExportFormat;
  /** The exported file's or folder's name. */
  readonly file: string;
  readonly config: RunConfig;
  readonly description: EncoderDescription;
  readonly history: readonly EpochMetrics[];
  /** What `kindred eval` found; null where it was not run. */
  readonly evaluation: EvaluationFile | null;
  /** Of Kindred. */
  readonly version: string;
  /** What the file lacks, such as the trunk of a frozen encoder; null where it holds all. */
  readonly without: string | null;
}
