import { existsSync } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { InputError, shellWord, type TensorData } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import {
  type AlignmentConfig,
  bestCheckpoint,
  decodeTrainingState,
  type EvaluationFile,
  encodeTrainingState,
  type Guidance,
  isAlignmentConfig,
  type ModelContents,
  parseAlignmentConfig,
  parseEvaluationFile,
  parseGuidance,
  parseMetrics,
  parseRunConfig,
  parseVerdict,
  type RunConfig,
  readPt,
  type Verdict,
  writePt,
} from "../../../runs/index.ts";
import type { EpochMetrics, TrainingState } from "../../../train/index.ts";
import { explainIoError, readFileOrExplain, readTextOrExplain, writeFileAtomic } from "../files/files.ts";
import { makeFolder } from "../files/folders.ts";
import { isMissing } from "../files/ioErrors.ts";
import { type ImageModel, readImageModel, writeModelFolder } from "../model/modelFolder.ts";
import type { PictureProblem } from "../pictures/listing/pictureTree.ts";
import { clearRunTemporaries, removeRunFiles, runEntries, skippedName } from "./runContents.ts";

export { runIndexName } from "./runContents.ts";

/** A run on disk. Every file is written under a temporary name, flushed and renamed, so none is ever half there. */
export class RunFolder {
  readonly path: string;
  readonly #beforeWrite: () => void;

  /** @param beforeWrite called before each file is written; throws where the folder is not to be written any more */
  constructor(path: string, beforeWrite: () => void = () => undefined) {
    this.path = path;
    this.#beforeWrite = beforeWrite;
  }

  /** Whether a run was begun here. */
  get exists(): boolean {
    return existsSync(this.#at("config.json"));
  }

  /**
   * Refuses a folder that a new run would write into what is not its own: one that holds a run, unless `force` is to
   * replace it, or anything else under a name that a run takes. Other files in the folder are no hindrance.
   *
   * @throws InputError that names what is there.
   */
  async requireFree({ force }: { readonly force: boolean }): Promise<void> {
    const found = await this.#entries();
    if (found.length === 0) return;
    if (!this.exists) {
      throw new InputError(
        `${this.path} holds ${listed(found)}, but no run${force ? " that --force could replace" : ""} (no config.json): choose another --out, so that nothing of it is lost`,
      );
    }
    if (!(await this.#holdsConfig())) {
      throw new InputError(
        `${this.path} holds a config.json that is not that of a run: choose another --out, so that nothing is lost`,
      );
    }
    if (force) return;
    throw new InputError(
      `${this.path} already holds a run: continue it with --resume, replace it with --force, or choose another --out`,
    );
  }

  /**
   * Makes the folder ready for a new run. With `force` it takes the place of the run that is there, of which all files are
   * removed, and none that is not of it.
   *
   * @throws InputError as {@link requireFree}, or when the folder cannot be written.
   */
  async begin(config: RunConfig | AlignmentConfig, options: { readonly force: boolean }): Promise<void> {
    await this.requireFree(options);
    try {
      await makeFolder(this.path);
      await removeRunFiles(this.path);
    } catch (error) {
      throw explainIoError(error, "written", this.path);
    }
    await this.writeConfig(config);
  }

  /** Takes away what a run that was begun here has written; the folder too where nothing else is in it. */
  async abandon(): Promise<void> {
    try {
      await removeRunFiles(this.path);
      await rm(this.#at("config.json"), { force: true });
      if ((await readdir(this.path)).length === 0) await rmdir(this.path);
    } catch (error) {
      throw explainIoError(error, "written", this.path);
    }
  }

  /** Makes the folder ready to go on with its run: clears what a killed process left half-written. */
  async continue(config: RunConfig | AlignmentConfig): Promise<void> {
    await clearRunTemporaries(this.path);
    await this.writeConfig(config);
  }

  async writeConfig(config: RunConfig | AlignmentConfig): Promise<void> {
    await this.#write(this.#at("config.json"), `${JSON.stringify(config, null, 2)}\n`);
  }

  /**
   * The configuration of a run of pictures.
   *
   * @throws InputError when no run is here, it is one of several modalities, or its configuration is not one.
   */
  async readConfig(): Promise<RunConfig> {
    const { text, file } = await this.#configText();
    if (!isAlignmentConfig(text)) return parseRunConfig(text, file);
    const modalities = Object.keys(parseAlignmentConfig(text, file).towers);
    throw new InputError(
      `${this.path} holds a run of ${listed(modalities)}, expected one of pictures alone: name another; in code, Model.load of kindred embeds what this one takes`,
    );
  }

  /**
   * The configuration of a run of several modalities; null where it is one of pictures alone.
   *
   * @throws InputError when no run is here, or its configuration is not one.
   */
  async readAlignment(): Promise<AlignmentConfig | null> {
    const { text, file } = await this.#configText();
    return isAlignmentConfig(text) ? parseAlignmentConfig(text, file) : null;
  }

  /** The files that the run's data was read without, and why, one a line. */
  async writeSkipped(files: readonly PictureProblem[]): Promise<void> {
    const lines = files.map(({ path, reason }) => `${JSON.stringify({ path, reason })}\n`);
    await this.#write(this.#at(skippedName), lines.join(""));
  }

  async writeGuidance(guidance: Guidance): Promise<void> {
    await this.#write(this.#at("guidance.json"), `${JSON.stringify(guidance, null, 2)}\n`);
  }

  /** What was seen of the data and chosen for it; null for a run without, as runs from before there was any. */
  readGuidance(): Promise<Guidance | null> {
    return this.#read(parseGuidance, "guidance.json");
  }

  async writeFigure(name: string, png: Uint8Array): Promise<void> {
    await this.#write(this.#at("figures", name), png);
  }

  /**
   * What belongs to a finished epoch; the state last, so that a resumed run finds all that it promises.
   *
   * @param modelOf the model with the weights of an epoch, counted from 0, which is written where that is the best one, or none
   *   is told; null where it is left to {@link writeModel}
   */
  async writeEpoch(
    weights: ReadonlyMap<string, TensorData>,
    state: TrainingState,
    modelOf: ((epoch: number) => ModelContents) | null,
  ): Promise<void> {
    const { epoch, history } = state.progress;
    await this.#write(this.checkpointFile(epoch - 1), writePt(weights));
    const best = history.at(-1)?.best ?? epoch;
    if (modelOf && best === epoch) await this.writeModel(modelOf(epoch - 1));
    await this.#writeMetrics(history);
    await this.writeState(state);
  }

  /** The run's product, which stands by itself: the folder `model`, see `ModelContents`. */
  async writeModel(model: ModelContents): Promise<void> {
    await writeModelFolder(this.#at("model"), model, (path, content) => this.#write(path, content));
  }

  /** Where the model of the picture tower is: `images` `[n, channels, size, size]` in [-1, 1] to `embedding` `[n, dim]`. */
  get imageModel(): string {
    return this.#at("model", "image.onnx");
  }

  /** Where the recorded embeddings are. */
  get recordingPath(): string {
    return this.#at("recording");
  }

  /** Where the state to resume from is. */
  get stateFile(): string {
    return this.#at("checkpoints", "latest.safetensors");
  }

  /** Where the weights after an epoch, counted from 0, are or would be. */
  checkpointFile(epoch: number): string {
    return this.#at("checkpoints", `model_epoch_${epoch}.pt`);
  }

  async writeState(state: TrainingState): Promise<void> {
    await this.#write(this.stateFile, encodeTrainingState(state));
  }

  /** The state to resume from; null when the run was stopped before it saved any. */
  async readState(): Promise<TrainingState | null> {
    const file = this.stateFile;
    return existsSync(file) ? decodeTrainingState(await readFileOrExplain(file), file) : null;
  }

  /**
   * The encoder's weights after the epoch given, counted from 0; by default after the best one, or the newest finished one
   * of a run that does not stop early.
   *
   * @throws InputError when there is no such checkpoint.
   */
  async readWeights(
    epoch?: number,
  ): Promise<{ epoch: number; weights: Map<string, TensorData>; file: string }> {
    const epochs = await this.checkpointEpochs();
    const chosen = epoch ?? (await this.chosenEpoch(epochs));
    if (chosen === undefined || !epochs.includes(chosen)) {
      const wanted =
        chosen === undefined ? "no epoch has been finished" : `epoch ${chosen} has no checkpoint`;
      throw new InputError(
        `${this.path}: ${wanted}, there is: ${epochs.join(", ") || "none"}; train with kindred train --resume --out ${shellWord(this.path)}`,
      );
    }
    const file = this.checkpointFile(chosen);
    return { epoch: chosen, weights: readPt(await readFileOrExplain(file), file), file };
  }

  /**
   * The best epoch of a run that may stop early, counted from 0: the one whose checkpoint is taken where none is named.
   *
   * @param epochs those that have a checkpoint, see {@link checkpointEpochs}
   * @returns null where it has no checkpoint, or the run keeps none as the best; then the newest is taken
   */
  async bestEpoch(epochs: readonly number[]): Promise<number | null> {
    const file = this.#at("metrics.jsonl");
    if (!this.exists || !existsSync(file)) return null;
    const config = (await this.readAlignment()) ?? (await this.readConfig());
    return bestCheckpoint(config, await this.readMetrics(), epochs);
  }

  /** The epoch whose checkpoint is taken where none is named: the best one, else the newest; undefined before the first. */
  async chosenEpoch(epochs: readonly number[]): Promise<number | undefined> {
    return (await this.bestEpoch(epochs)) ?? epochs.at(-1);
  }

  /** The run's model of pictures where that is of an epoch's checkpoint, counted from 0; else null. */
  async readImageModel(epoch: number | undefined): Promise<ImageModel | null> {
    return epoch === undefined ? null : readImageModel(this.#at("model"), epoch);
  }

  /** Epochs that have a checkpoint, counted from 0, in ascending order. */
  async checkpointEpochs(): Promise<number[]> {
    const folder = this.#at("checkpoints");
    const names = await readdir(folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw explainIoError(error, "read", folder);
    });
    return (
      names
        .flatMap((name) => /^model_epoch_(\d+)\.pt$/.exec(name)?.[1] ?? [])
        .map(Number)
        // Of a number that is not one of those that are told apart, no run wrote a file.
        .filter(Number.isSafeInteger)
        .sort((a, b) => a - b)
    );
  }

  /**
   * What each finished epoch came to; none where the run wrote no metrics.
   *
   * @throws InputError naming the line that is none of an epoch.
   */
  async readMetrics(): Promise<EpochMetrics[]> {
    return (await this.#read(parseMetrics, "metrics.jsonl")) ?? [];
  }

  /** What `kindred eval` found on the run's own data; null where it was not run. */
  readEvaluation(): Promise<EvaluationFile | null> {
    return this.#read(parseEvaluationFile, "evaluation.json");
  }

  async writeEvaluation(evaluation: EvaluationFile): Promise<void> {
    await this.#write(this.#at("evaluation.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
  }

  async writeVerdict(verdict: Verdict): Promise<void> {
    await this.#write(this.#at("verdict.json"), `${JSON.stringify(verdict, null, 2)}\n`);
  }

  /** What the training came to; null for a run that is not over, or whose validation pictures cannot tell. */
  readVerdict(): Promise<Verdict | null> {
    return this.#read(parseVerdict, "verdict.json");
  }

  async #writeMetrics(history: readonly EpochMetrics[]): Promise<void> {
    await this.#write(this.#at("metrics.jsonl"), history.map((row) => `${JSON.stringify(row)}\n`).join(""));
  }

  async #configText(): Promise<{ readonly text: string; readonly file: string }> {
    if (!this.exists) throw await this.#noRun();
    const file = this.#at("config.json");
    return { text: await readTextOrExplain(file), file };
  }

  async #noRun(): Promise<InputError> {
    const found = await this.#entries();
    const rest =
      found.length === 0
        ? `holds no run (no config.json): ${existsSync(this.path) ? "name the folder of one" : `train one with kindred train --out ${shellWord(this.path)}`}`
        : `holds ${listed(found)}, but no config.json, without which they cannot be read: put its copy back, or train another run in another folder`;
    return new InputError(`${this.path} ${rest}`);
  }

  async #entries(): Promise<string[]> {
    try {
      return await runEntries(this.path);
    } catch (error) {
      throw explainIoError(error, "read", this.path);
    }
  }

  /** Whether the `config.json` is that of a run, also of another version of Kindred; it may be anybody's. */
  async #holdsConfig(): Promise<boolean> {
    const text = await readTextOrExplain(this.#at("config.json"));
    try {
      const value: unknown = JSON.parse(text);
      return (
        ["version", "data"].every((name) => name in Object(value)) &&
        ("towers" in Object(value) || "encoder" in Object(value))
      );
    } catch {
      return false;
    }
  }

  /** What a file of the run holds; null where there is none. */
  async #read<T>(parse: (text: string, file: string) => T, ...parts: string[]): Promise<T | null> {
    const file = this.#at(...parts);
    return existsSync(file) ? parse(await readTextOrExplain(file), file) : null;
  }

  async #write(path: string, content: Uint8Array | string): Promise<void> {
    this.#beforeWrite();
    await writeFileAtomic(path, content);
  }

  #at(...parts: string[]): string {
    return join(this.path, ...parts);
  }
}
