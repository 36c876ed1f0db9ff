/** The place that a key leads to in a grid filled row by row, or null where the key is not for moving. */
export function placeAfterKey(key: string, at: number, count: number, columns: number): number | null {
  const within = (place: number): number => (place >= 0 && place < count ? place : at);
  switch (key) {
    case "ArrowLeft":
      return within(at - 1);
    case "ArrowRight":
      return within(at + 1);
    case "ArrowUp":
      return within(at - columns);
    case "ArrowDown":
      return within(at + columns);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

/** Columns that a CSS grid has now. */
export function columnsOf(grid: Element): number {
  return Math.max(1, getComputedStyle(grid).gridTemplateColumns.split(" ").filter(Boolean).length);
}
