import { describe, expect, it } from "vitest";
import { drawStroke, inkPoint, longer, type Pen, strokeWidth } from "./strokes.ts";

function recorded(): { readonly pen: Pen; readonly calls: (string | number)[][] } {
  const calls: (string | number)[][] = [];
  const note =
    (name: string) =>
    (...values: number[]): void => {
      calls.push([name, ...values]);
    };
  const pen: Pen = {
    beginPath: note("begin"),
    moveTo: note("move"),
    lineTo: note("line"),
    quadraticCurveTo: note("curve"),
    stroke: () => {
      calls.push(["stroke"]);
    },
  };
  return { pen, calls };
}

describe("drawStroke", () => {
  it("bends through the middles between points, and ends at the last", () => {
    const { pen, calls } = recorded();
    const stroke = [
      { x: 0, y: 0 },
      { x: 0.5, y: 0 },
      { x: 0.5, y: 1 },
    ];
    drawStroke(pen, stroke, 100);
    expect(calls).toEqual([
      ["begin"],
      ["move", 0, 0],
      ["curve", 50, 0, 50, 50],
      ["line", 50, 100],
      ["stroke"],
    ]);
  });

  it("draws a dot for a single point, and nothing for none", () => {
    const { pen, calls } = recorded();
    drawStroke(pen, [], 100);
    expect(calls).toEqual([]);
    drawStroke(pen, [{ x: 0.25, y: 0.5 }], 100);
    expect(calls).toEqual([["begin"], ["move", 25, 50], ["line", 25, 50], ["stroke"]]);
  });
});

describe("longer", () => {
  it("adds points but for those that hardly differ from the one before", () => {
    const stroke = longer(
      [{ x: 0.5, y: 0.5 }],
      [
        { x: 0.501, y: 0.5 },
        { x: 0.503, y: 0.503 },
        { x: 0.6, y: 0.5 },
      ],
    );
    expect(stroke).toEqual([
      { x: 0.5, y: 0.5 },
      { x: 0.503, y: 0.503 },
      { x: 0.6, y: 0.5 },
    ]);
  });
});

describe("inkPoint", () => {
  const box = { left: 10, top: 20, width: 200, height: 200 };

  it("is a part of the surface", () => {
    expect(inkPoint({ clientX: 60, clientY: 120 }, box)).toEqual({ x: 0.25, y: 0.5 });
  });

  it("keeps the whole stroke within", () => {
    expect(inkPoint({ clientX: 0, clientY: 999 }, box)).toEqual({
      x: strokeWidth / 2,
      y: 1 - strokeWidth / 2,
    });
  });
});
