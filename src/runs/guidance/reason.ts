/** What was chosen, and why. */
export interface Reason {
  readonly what: string;
  readonly chosen: string;
  readonly why: string;
}

/** What is said of a choice that is the user's own. */
export function yours(option: string): string {
  return `you chose it (--${option})`;
}
