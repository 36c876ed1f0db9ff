/** The rows that someone went through, from neighbour to neighbour, and where in it they are. */
export interface Walk {
  readonly rows: readonly number[];
  readonly at: number;
}

/** Rows of a walk that are kept. */
export const longestWalk = 40;

export function walkFrom(row: number): Walk {
  return { rows: [row], at: 0 };
}

/** A step on; what lay ahead after steps back is forgotten, and so are the first rows of a very long walk. */
export function walkTo(walk: Walk, row: number): Walk {
  if (walk.rows[walk.at] === row) return walk;
  const rows = [...walk.rows.slice(0, walk.at + 1), row].slice(-longestWalk);
  return { rows, at: rows.length - 1 };
}

/** Back or forward to a place of the walk; the nearest there is. */
export function walkBackTo(walk: Walk, at: number): Walk {
  return { ...walk, at: Math.min(walk.rows.length - 1, Math.max(0, at)) };
}
