import { crc32, InputError, KindredError, Rng } from "../../base/index.ts";
import type { Column, Port, Ports, Preview, Vary } from "../../data/column.ts";
import { registerModality } from "../modality.ts";
import { type Sound, unitOf } from "./sound.ts";
import { soundPreview } from "./soundPreview.ts";
import { requireVariation, type SoundVariation, usualVariation, varySound, whiteNoise } from "./varySound.ts";
import { placed } from "./windows.ts";

registerModality({ name: "audio", items: "recordings" });

/** A recording in memory, or what reads one each time that it is needed. */
export type Recorded = Sound | (() => Sound | Promise<Sound>);

export interface AudioColumnOptions {
  /** Samples a second, which all recordings have to have. */
  readonly sampleRate: number;
  /** Seconds of sound that a tower takes. */
  readonly seconds: number;
  /** How recordings are varied in training where nothing else is said. */
  readonly variation?: SoundVariation;
}

/**
 * Recordings as a column, any number of each row: `waveform` `[rows, samples]`, mono at the tower's rate. A row is its first
 * recording, in the middle of the window, its middle where it is longer; training draws one of the row's recordings.
 *
 * A recording that has another rate is refused, not read as if it had this one; see `resample` and `readSound`.
 */
export class AudioColumn implements Column {
  readonly modality = "audio";
  readonly name: string;
  readonly recordings: readonly (readonly Recorded[])[];
  readonly ports: readonly [Port];
  readonly sampleRate: number;
  readonly #variation: Required<SoundVariation>;

  /** @throws InputError for a recording in memory that is of another rate, or for a variation out of range. */
  constructor(
    name: string,
    recordings: readonly (readonly Recorded[])[],
    { sampleRate, seconds, variation }: AudioColumnOptions,
  ) {
    this.name = name;
    this.recordings = recordings;
    this.sampleRate = sampleRate;
    this.ports = [{ name: "waveform", dtype: "float32", shape: [Math.round(seconds * sampleRate)] }];
    this.#variation = { ...usualVariation, ...variation };
    requireVariation(this.#variation);
    for (const [row, ofRow] of recordings.entries())
      for (const recorded of ofRow) if (typeof recorded !== "function") this.#requireRate(row, recorded);
  }

  get count(): number {
    return this.recordings.length;
  }

  has(row: number): boolean {
    return (this.recordings[row]?.length ?? 0) > 0;
  }

  async gather(rows: Uint32Array, signal?: AbortSignal): Promise<Ports> {
    return this.#gather(rows, async (row, target) => {
      signal?.throwIfAborted();
      const { samples } = await this.sound(row);
      const middle = placed(samples, target.length, Math.floor((target.length - samples.length) / 2));
      const unit = unitOf(samples);
      for (const [i, value] of middle.entries()) target[i] = value * unit;
    });
  }

  /**
   * A row's recording.
   *
   * @param which of the row's recordings. Default: the first
   * @throws KindredError for a row that has no such recording; InputError for one of another rate.
   */
  async sound(row: number, which = 0): Promise<Sound> {
    const recorded = this.recordings[row]?.[which];
    if (!recorded) throw new KindredError(`row ${row} of ${this.name} has no recording ${which}`);
    if (typeof recorded !== "function") return recorded;
    const sound = await recorded();
    this.#requireRate(row, sound);
    return sound;
  }

  readonly vary: Vary = (_, seed) => {
    const noise = whiteNoise(Rng.of(seed, "noise"));
    return {
      ahead: 1,
      gather: (rows, epoch, batch) => {
        const rng = Rng.of(seed, "sound", epoch, batch);
        return this.#gather(rows, async (row, target) => {
          const which = rng.int(Math.max(1, this.recordings[row]?.length ?? 0));
          const { samples } = await this.sound(row, which);
          varySound(target, samples, this.sampleRate, this.#variation, noise, rng);
        });
      },
    };
  };

  readonly preview = async (row: number): Promise<Preview> => soundPreview(await this.sound(row));

  async fingerprint(): Promise<string> {
    let checksum = 0;
    for (const row of this.recordings.keys()) {
      checksum = crc32(Uint8Array.of(this.recordings[row]!.length & 255), checksum);
      for (const which of this.recordings[row]!.keys()) {
        const { samples } = await this.sound(row, which);
        const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
        checksum = crc32(bytes, checksum);
      }
    }
    return `${this.count}x${this.ports[0].shape[0]}-${checksum.toString(16).padStart(8, "0")}`;
  }

  async #gather(
    rows: Uint32Array,
    write: (row: number, target: Float32Array) => Promise<void>,
  ): Promise<Ports> {
    const length = this.ports[0].shape[0]!;
    const data = new Float32Array(rows.length * length);
    for (const [i, row] of rows.entries()) await write(row, data.subarray(i * length, (i + 1) * length));
    return { waveform: { dtype: "float32", shape: [rows.length, length], data } };
  }

  #requireRate(row: number, { sampleRate }: Sound): void {
    if (sampleRate === this.sampleRate) return;
    throw new InputError(
      `the recording of row ${row} of ${this.name} has ${sampleRate} samples a second, expected ${this.sampleRate}: resample it`,
    );
  }
}

/** Recordings as a column, see {@link AudioColumn}. */
export function audioColumn(
  name: string,
  recordings: readonly (readonly Recorded[])[],
  options: AudioColumnOptions,
): AudioColumn {
  return new AudioColumn(name, recordings, options);
}
