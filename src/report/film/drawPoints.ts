import { drawMarker } from "../figures/frame.ts";
import type { Film, FilmFrame } from "./film.ts";
import { type FilmContext, ink } from "./style.ts";

/** Where the points are drawn: the origin's place, and the pixels that a length of 1 takes. */
const centreX = 440;
const centreY = 400;
const unit = 256;

/** How far the eye is from the origin, and how far above the horizon it looks from, in radians. */
const eye = 5;
const tilt = 0.32;

/** A point on the frame. */
export interface DrawnPoint {
  /** Its row in the sample. */
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly opacity: number;
  /** Larger is farther away. */
  readonly depth: number;
  readonly classIndex: number;
}

/** The points of a frame as they lie on it, the farthest first. */
export function drawnPoints({ path, classOf }: Film, { places, angle }: FilmFrame): DrawnPoint[] {
  const { count, dims } = path;
  const size = count <= 300 ? 6 : dims === 3 ? 5 : 4.5;
  const points: DrawnPoint[] = [];
  for (let i = 0; i < count; i++) {
    const classIndex = classOf[i]!;
    if (dims === 2) {
      const x = centreX + places[i * 2]! * unit;
      const y = centreY - places[i * 2 + 1]! * unit;
      points.push({ row: i, x, y, radius: size, opacity: 0.85, depth: 0, classIndex });
    } else {
      const seen = project(places[i * 3]!, places[i * 3 + 1]!, places[i * 3 + 2]!, angle);
      const near = Math.min(Math.max((1 - seen.depth) / 2, 0), 1);
      points.push({
        row: i,
        x: seen.x,
        y: seen.y,
        radius: size * seen.scale,
        opacity: 0.4 + 0.55 * near,
        depth: seen.depth,
        classIndex,
      });
    }
  }
  return dims === 3 ? points.sort((a, b) => b.depth - a.depth) : points;
}

export function drawPoints(context: FilmContext, film: Film, frame: FilmFrame): void {
  if (film.path.dims === 3) drawCube(context, frame.angle);
  const { marks } = film;
  for (const { row, x, y, radius, opacity, classIndex } of drawnPoints(film, frame)) {
    context.globalAlpha = opacity;
    context.fillStyle = film.colours[classIndex]!;
    drawMarker(context, marks ? marks.symbols[marks.of[row]!]! : film.symbols[classIndex]!, x, y, radius);
  }
  context.globalAlpha = 1;
}

/** A point in space, the third axis upwards, as the eye sees it. */
function project(
  x: number,
  y: number,
  z: number,
  angle: number,
): { readonly x: number; readonly y: number; readonly depth: number; readonly scale: number } {
  const right = x * Math.cos(angle) - y * Math.sin(angle);
  const away = x * Math.sin(angle) + y * Math.cos(angle);
  const depth = away * Math.cos(tilt) - z * Math.sin(tilt);
  const up = away * Math.sin(tilt) + z * Math.cos(tilt);
  const scale = eye / (eye + depth);
  return { x: centreX + right * scale * unit, y: centreY - up * scale * unit, depth, scale };
}

const side = 0.66;

/** The edges of a cube around the points: it shows which way the view turns. */
function drawCube(context: FilmContext, angle: number): void {
  context.strokeStyle = ink.line;
  context.lineWidth = 1.2;
  const corner = (bits: number): ReturnType<typeof project> =>
    project(bits & 1 ? side : -side, bits & 2 ? side : -side, bits & 4 ? side : -side, angle);
  for (let from = 0; from < 8; from++) {
    for (const axis of [1, 2, 4]) {
      if (from & axis) continue;
      const a = corner(from);
      const b = corner(from | axis);
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.lineTo(b.x, b.y);
      context.stroke();
    }
  }
}
