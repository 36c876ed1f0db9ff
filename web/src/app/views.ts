/** The views of the page, in the order of the navigation; their names are the hash routes. */
export const viewNames = ["train", "space", "neighbours", "draw", "lesson"] as const;
export type ViewName = (typeof viewNames)[number];

export const viewTitles: Readonly<Record<ViewName, string>> = {
  train: "Train",
  space: "Space",
  neighbours: "Neighbours",
  draw: "Draw",
  lesson: "Lesson",
};

/** The view that a location's hash names, such as `#lesson/4`; the first for none or an unknown one. */
export function viewOfHash(hash: string): ViewName {
  const [name] = hash.replace(/^#\/?/, "").split("/", 1);
  return viewNames.find((view) => view === name) ?? viewNames[0];
}
