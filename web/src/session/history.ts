import type { StepHead } from "kindred/workspace";

/** Points of a curve that are kept. */
export const mostSteps = 400;
/** Maps that are kept. */
export const mostMaps = 60;

/**
 * The steps with one more. Where they would be more than `most`, each two neighbours become one: the later of them with the
 * mean of both losses, each weighed by the steps it stands for. So the curve keeps its mean, and no peak hides a stretch.
 */
export function withStep(steps: readonly StepHead[], step: StepHead, most: number = mostSteps): StepHead[] {
  const longer = [...steps, step];
  if (longer.length <= most) return longer;
  const merged: StepHead[] = [];
  for (let at = 0; at < longer.length; at += 2) {
    const first = longer[at]!;
    const second = longer[at + 1];
    if (second === undefined) {
      merged.push(first);
      continue;
    }
    const before = longer[at - 1]?.step ?? 0;
    const firstSpan = Math.max(1, first.step - before);
    const secondSpan = Math.max(1, second.step - first.step);
    const loss = (first.loss * firstSpan + second.loss * secondSpan) / (firstSpan + secondSpan);
    merged.push({ ...second, loss });
  }
  return merged;
}

/** The maps with one more. Where they would be more than `most`, every second goes, but never the newest. */
export function withMap<Map>(maps: readonly Map[], map: Map, most: number = mostMaps): Map[] {
  const longer = [...maps, map];
  if (longer.length <= most) return longer;
  const last = longer.length - 1;
  return longer.filter((_, index) => (last - index) % 2 === 0);
}
