import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../base/index.ts";
import { drawFrame, type FilmContext, frameOf } from "../report/film/index.ts";
import { type JointRecording, jointFilmOf } from "./jointFilm.ts";

const dim = 5;
const rng = Rng.of(6);
const classes = 4;
const centres = Float32Array.from({ length: classes * dim }, () => rng.normal());
const sizes = { image: 24, text: 8, audio: 12 };
const modalities = Object.entries(sizes).map(([modality, rows]) => ({
  modality,
  labels: Array.from({ length: rows }, (_, row) => row % classes),
}));
/** At 0 each modality is a cloud of its own; at 1 each class is one, of all modalities. */
const at = (part: number): Float32Array[] =>
  modalities.map(({ labels }, index) =>
    Float32Array.from({ length: labels.length * dim }, (_, place) => {
      const centre = centres[labels[Math.floor(place / dim)]! * dim + (place % dim)]!;
      const apart = place % dim === index ? 4 : 0;
      return part * centre + (1 - part) * apart + 0.05 * rng.normal();
    }),
  );
const recording: JointRecording = {
  dim,
  modalities,
  classNames: ["zero", "one", "two", "three"],
  snapshots: [0, 0.5, 1].map((part, epoch) => ({
    step: 10 * epoch,
    epoch,
    loss: epoch === 0 ? null : 1 / epoch,
    embeddings: at(part),
  })),
};
const options = { seconds: 2, fps: 5, seed: 1 };

/** Writes down what a frame's text says. */
function textsOf(draw: (context: FilmContext) => void): string[] {
  const texts: string[] = [];
  const nothing = (): void => undefined;
  draw({
    fillStyle: "",
    strokeStyle: "",
    lineWidth: 1,
    lineJoin: "round",
    globalAlpha: 1,
    font: "",
    textAlign: "left",
    textBaseline: "alphabetic",
    save: nothing,
    restore: nothing,
    translate: nothing,
    scale: nothing,
    beginPath: nothing,
    closePath: nothing,
    moveTo: nothing,
    lineTo: nothing,
    arc: nothing,
    fill: nothing,
    stroke: nothing,
    fillRect: nothing,
    fillText: (text) => texts.push(text),
    measureText: (text) => ({ width: 8 * text.length }),
  });
  return texts;
}

describe("jointFilmOf", () => {
  it.each(["pca", "umap"] as const)(
    "brings the modalities of one class together, seen by %s",
    async (view) => {
      const film = await jointFilmOf(recording, { ...options, view });
      const { count, dims } = film.path;
      expect([count, film.frames]).toEqual([44, 10]);
      expect(film.marks!.names).toEqual(["image", "text", "audio"]);
      expect(new Set(film.marks!.symbols).size).toBe(3);
      expect([film.marks!.of[23], film.marks!.of[24], film.marks!.of[43]]).toEqual([0, 1, 2]);
      // Points of one class but of two modalities, against points of one modality but of two classes.
      const meanDistance = (places: Float32Array, wanted: (i: number, j: number) => boolean): number => {
        let [sum, pairs] = [0, 0];
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < i; j++) {
            if (!wanted(i, j)) continue;
            const squares = Array.from(
              { length: dims },
              (_, d) => (places[i * dims + d]! - places[j * dims + d]!) ** 2,
            );
            sum += Math.sqrt(squares.reduce((a, b) => a + b, 0));
            pairs++;
          }
        }
        return sum / pairs;
      };
      const mark = film.marks!.of;
      const ofClass = (i: number, j: number): boolean =>
        mark[i] !== mark[j] && film.classOf[i] === film.classOf[j];
      const ofModality = (i: number, j: number): boolean =>
        mark[i] === mark[j] && film.classOf[i] !== film.classOf[j];
      const [first, last] = [frameOf(film, 0), frameOf(film, 9)];
      const ratio = ({ places }: typeof first): number =>
        meanDistance(places, ofClass) / meanDistance(places, ofModality);
      expect(ratio(first)).toBeGreaterThan(1.5);
      if (view === "pca") expect(ratio(last)).toBeLessThan(0.3);
      expect(ratio(last)).toBeLessThan(ratio(first));
      expect(last.accuracy).toBe(1);
      expect(first.accuracy).toBeLessThan(0.7);
    },
  );

  it("says what markers and colours are, and what the curve shows", async () => {
    const film = await jointFilmOf(recording, { ...options, view: "pca" });
    const texts = textsOf((context) => drawFrame(context, film, 9));
    for (const text of ["image", "text", "audio", "zero", "three", "Recall@1 across", "100.0 %"]) {
      expect(texts).toContain(text);
    }
    expect(texts).toContain("image 24, text 8, audio 12; PCA of 5 dimensions to 3");
  });

  it("refuses a single modality, and a snapshot that lacks rows", async () => {
    const alone = { ...recording, modalities: modalities.slice(0, 1) };
    await expect(jointFilmOf(alone, { ...options, view: "pca" })).rejects.toThrow(InputError);
    const [first, ...rest] = recording.snapshots;
    const lacking = {
      ...recording,
      snapshots: [{ ...first!, embeddings: first!.embeddings.slice(0, 2) }, ...rest],
    };
    await expect(jointFilmOf(lacking, { ...options, view: "pca" })).rejects.toThrow(
      /^snapshot 0 holds 0 numbers of audio, expected 12 rows x dim 5 = 60$/,
    );
  });
});
