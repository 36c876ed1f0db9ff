/** CSS pixels that a pointer may move by, and milliseconds that it may stay down, for a click. */
const mostMoved = 5;
const longest = 800;

/** x and y in CSS pixels from the element's left top corner. */
export interface PointerEvents {
  readonly click: (x: number, y: number) => void;
  /** At most once a frame, while no button is down. */
  readonly hover: (x: number, y: number) => void;
}

/** Tells of clicks and of where the pointer is. A click does not wait for a second one to follow. */
export function listenToPointer(element: HTMLElement, { click, hover }: PointerEvents): void {
  let down: { readonly x: number; readonly y: number; readonly time: number } | null = null;
  let at: readonly [number, number] | null = null;
  const inside = (x: number, y: number): [number, number] => {
    const { left, top } = element.getBoundingClientRect();
    return [x - left, y - top];
  };
  element.addEventListener("pointermove", ({ buttons, clientX, clientY }) => {
    if (buttons !== 0) return;
    if (!at) {
      requestAnimationFrame(() => {
        if (at) hover(...inside(...at));
        at = null;
      });
    }
    at = [clientX, clientY];
  });
  element.addEventListener("pointerleave", () => {
    at = null;
  });
  element.addEventListener("pointerdown", ({ button, isPrimary, clientX, clientY, timeStamp }) => {
    down = button === 0 && isPrimary ? { x: clientX, y: clientY, time: timeStamp } : null;
  });
  element.addEventListener("pointerup", ({ isPrimary, clientX, clientY, timeStamp }) => {
    const from = down;
    down = null;
    if (!from || !isPrimary || timeStamp - from.time > longest) return;
    if (Math.hypot(clientX - from.x, clientY - from.y) <= mostMoved) click(...inside(clientX, clientY));
  });
}
