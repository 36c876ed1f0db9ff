import type { StyledClasses } from "kindred/workspace";
import { type ClassNames, classText } from "../words/classNames.ts";
import type { MapCaption } from "./mapTypes.ts";

/** More classes than this are not named on the map. */
const mostNamed = 20;
const longestName = 18;
/** Points of a class looked at to find its middle. */
const mostLookedAt = 600;

/** The name of each class shown, at the point of it that is nearest to the median of its points. */
export function classCaptions(
  positions: Float32Array,
  dims: 2 | 3,
  { styles, of }: StyledClasses,
  shown: readonly boolean[],
  names: ClassNames,
): MapCaption[] {
  if (styles.length > mostNamed) return [];
  const rows: number[][] = styles.map(() => []);
  const strides = styles.map(({ count }) => Math.max(1, Math.floor(count / mostLookedAt)));
  const seen = styles.map(() => 0);
  for (let row = 0; row < of.length; row++) {
    const place = of[row]!;
    if (seen[place]!++ % strides[place]! === 0) rows[place]!.push(row);
  }
  return styles.flatMap(({ label, colour }, place) => {
    const mine = rows[place]!;
    if (!shown[place] || mine.length === 0) return [];
    const middle = [0, 1, 2].map((axis) =>
      axis < dims ? median(mine.map((row) => positions[row * dims + axis]!)) : 0,
    );
    let best = mine[0]!;
    let least = Number.POSITIVE_INFINITY;
    for (const row of mine) {
      let distance = 0;
      for (let axis = 0; axis < dims; axis++)
        distance += (positions[row * dims + axis]! - middle[axis]!) ** 2;
      if (distance < least) {
        least = distance;
        best = row;
      }
    }
    const at = best * dims;
    const z = dims === 3 ? positions[at + 2]! : 0;
    return [
      { x: positions[at]!, y: positions[at + 1]!, z, text: shortened(classText(names, label)), colour },
    ];
  });
}

/** A name that hides no more of the map than it must. */
function shortened(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1).trimEnd()}…` : name;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
