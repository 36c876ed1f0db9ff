/** Numbers for people. */
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `12,345` */
export function countText(count: number): string {
  return whole.format(count);
}

/** `97.3 %` of a part from 0 to 1. */
export function percentText(part: number): string {
  return `${(100 * part).toFixed(1)}\u00a0%`;
}

/** A loss with three digits that matter. */
export function lossText(loss: number): string {
  if (!Number.isFinite(loss)) return "not a number";
  const size = Math.abs(loss);
  if (size >= 100) return loss.toFixed(0);
  if (size >= 10) return loss.toFixed(1);
  if (size >= 1) return loss.toFixed(2);
  return size >= 0.001 || size === 0 ? loss.toFixed(3) : loss.toExponential(1);
}

/** `42 s`, `3 min 20 s`, `1 h 05 min`. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const all = Math.max(0, Math.round(seconds));
  if (all < 60) return `${all} s`;
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return `${minutes} min ${String(all % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `2,312 pairs/s` */
export function rateText(perSecond: number, unit: string): string {
  return `${countText(perSecond)} ${unit}/s`;
}

/** `1 epoch`, `2 epochs`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
