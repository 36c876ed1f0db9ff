/** A voice of the synthesiser, and whose it is: voices of one speaker belong on one side of every split. */
export interface Voice {
  readonly name: string;
  readonly speaker: string;
}

/** The English voices of Flite. `kal` and `kal16` are one speaker at 8 and 16 kHz. */
export const voices: readonly Voice[] = [
  { name: "kal", speaker: "kal" },
  { name: "kal16", speaker: "kal" },
  { name: "awb", speaker: "awb" },
  { name: "rms", speaker: "rms" },
  { name: "slt", speaker: "slt" },
];

/** What is spoken, by whom, and how. */
export interface Utterance {
  readonly text: string;
  readonly voice: string;
  /** Factor of the fundamental frequency; the voice `rms` has its own in any case. */
  readonly pitch: number;
  /** Factor of the duration. */
  readonly stretch: number;
}

/** What was spoken: mono, 16 bit. */
export interface SpokenWord {
  /** Samples a second. */
  readonly rate: number;
  readonly samples: Int16Array;
}
