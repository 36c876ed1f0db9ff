import { describe, expect, it } from "vitest";
import { Rng } from "../../base/index.ts";
import { drawFrame } from "./drawFrame.ts";
import { type DrawnPoint, drawnPoints } from "./drawPoints.ts";
import { type Film, frameOf } from "./film.ts";
import { pcaPath } from "./path.ts";
import type { FilmContext } from "./style.ts";

const count = 60;
const dim = 8;
const classes = 3;

/** Unit rows that move from one heap to a direction of their own for each class; later bases are turned by nothing. */
function series(snapshots: number, rng = Rng.of(1)) {
  const noise = Float32Array.from({ length: count * dim }, () => rng.normal() * 0.1);
  return {
    count,
    dim,
    snapshots: Array.from({ length: snapshots }, (_, t) => {
      const rows = noise.map((value, at) => {
        const own = Math.floor(at / dim) % classes === at % dim ? t / (snapshots - 1) : 0;
        return value + own + (at % dim === dim - 1 ? 0.3 : 0);
      });
      for (let row = 0; row < count; row++) {
        const norm = Math.hypot(...rows.subarray(row * dim, (row + 1) * dim));
        for (let i = 0; i < dim; i++) rows[row * dim + i]! /= norm;
      }
      return rows;
    }),
  };
}

async function film(frames = 120): Promise<Film> {
  return {
    title: "title",
    subtitle: "subtitle",
    footnote: "footnote",
    path: await pcaPath(series(5)),
    classOf: Uint16Array.from({ length: count }, (_, i) => i % classes),
    classes: ["a", "b", "c"],
    colours: ["#ff0000", "#00aa00", "#0000ff"],
    symbols: ["circle", "circle", "circle"],
    moments: [0, 1, 2, 3, 4].map((i) => ({
      step: i * 100,
      epoch: i / 2,
      loss: i === 0 ? null : 1 / i,
      accuracy: 0.5 + i / 10,
    })),
    epochs: 2,
    frames,
    fps: 30,
  };
}

describe("the frames of a film", () => {
  it("stand still at the beginning and at the end, and go on in between", async () => {
    const shown = await film();
    const moments = Array.from({ length: shown.frames }, (_, i) => frameOf(shown, i).moment);
    expect(moments[0]).toBe(0);
    expect(moments.at(-1)).toBe(4);
    expect(moments.filter((moment) => moment === 0).length).toBeGreaterThan(5);
    expect(moments.filter((moment) => moment === 4).length).toBeGreaterThan(10);
    for (let i = 1; i < moments.length; i++) expect(moments[i]!).toBeGreaterThanOrEqual(moments[i - 1]!);
    const first = frameOf(shown, 0);
    expect({ step: first.step, epoch: first.epoch, loss: first.loss }).toEqual({
      step: 0,
      epoch: 0,
      loss: 1,
    });
    const last = frameOf(shown, 119);
    expect(last).toMatchObject({ step: 400, epoch: 2, loss: 0.25, accuracy: 0.9 });
    expect(last.places).toEqual(shown.path.places.at(-1));
    expect(() => frameOf(shown, 120)).toThrow(/^frame 120 was asked for, expected 0 to 119$/);
  });

  it("keep each class apart in the end, at the places that PCA of all snapshots gives", async () => {
    const shown = await film();
    const { places } = frameOf(shown, 119);
    const distance = (a: number, b: number): number =>
      Math.hypot(...[0, 1, 2].map((axis) => places[a * 3 + axis]! - places[b * 3 + axis]!));
    for (let i = 0; i < count; i++) {
      const nearest = Array.from({ length: count }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => distance(i, a) - distance(i, b))[0]!;
      expect(nearest % classes).toBe(i % classes);
    }
  });

  it("move each point little from one to the next: nothing flips", async () => {
    const shown = await film(240);
    const placed = (frame: number): readonly DrawnPoint[] =>
      drawnPoints(shown, frameOf(shown, frame)).sort((a, b) => a.row - b.row);
    let before = placed(0);
    for (let frame = 1; frame < shown.frames; frame++) {
      const now = placed(frame);
      for (const [row, point] of now.entries()) {
        expect(Math.hypot(point.x - before[row]!.x, point.y - before[row]!.y)).toBeLessThan(12);
      }
      before = now;
    }
  });

  it("are drawn within the frame: every point, every class once in the legend, the numbers", async () => {
    const shown = await film();
    const texts: string[] = [];
    const arcs: { x: number; y: number; colour: string }[] = [];
    const context: FilmContext = {
      fillStyle: "",
      strokeStyle: "",
      lineWidth: 1,
      lineJoin: "round",
      globalAlpha: 1,
      font: "",
      textAlign: "left",
      textBaseline: "alphabetic",
      save: () => undefined,
      restore: () => undefined,
      translate: () => undefined,
      scale: () => undefined,
      beginPath: () => undefined,
      closePath: () => undefined,
      moveTo: () => undefined,
      lineTo: () => undefined,
      fill: () => undefined,
      stroke: () => undefined,
      fillRect: () => undefined,
      arc: (x, y) => arcs.push({ x, y, colour: String(context.fillStyle) }),
      fillText: (text) => texts.push(text),
      measureText: (text) => ({ width: text.length * 8 }),
    };
    drawFrame(context, shown, 119);
    for (const { x, y } of arcs) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(1280);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(720);
    }
    for (const colour of shown.colours) {
      expect(arcs.filter((arc) => arc.colour === colour)).toHaveLength(count / classes + 1);
    }
    for (const text of ["title", "2.0", "of 2", "step 400", "0.250", "90.0 %", "a", "b", "c"]) {
      expect(texts).toContain(text);
    }
  });
});
