/** The steps of the lesson, in their order; the first is number 1. */
export const lessonSteps = [
  "The pictures",
  "Pairs",
  "The encoder",
  "The loss",
  "The training",
  "The checkpoints",
  "The space",
  "The film",
] as const;

export const stepCount = lessonSteps.length;

/** The step that a location's hash such as `#lesson/4` names, from 1; null for none. */
export function stepOfHash(hash: string): number | null {
  const [, digits] = /^#\/?lesson\/(\d+)$/.exec(hash) ?? [];
  const step = Number(digits);
  return digits !== undefined && step >= 1 && step <= stepCount ? step : null;
}

/** The step that a key leads to, or null where the key is not for that. */
export function stepAfterKey(key: string, step: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "PageDown":
      return Math.min(stepCount, step + 1);
    case "ArrowLeft":
    case "PageUp":
      return Math.max(1, step - 1);
    default:
      return null;
  }
}

const key = "kindred-lesson-step";

/** The step that was open last, or the first. */
export function keptStep(storage: Pick<Storage, "getItem">): number {
  const step = Number(storage.getItem(key));
  return Number.isInteger(step) && step >= 1 && step <= stepCount ? step : 1;
}

export function keepStep(storage: Pick<Storage, "setItem">, step: number): void {
  storage.setItem(key, String(step));
}
