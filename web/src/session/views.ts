/** The views of the page, in the order of the navigation; their names are the hash routes. */
export const viewNames = ["train", "space", "neighbours", "draw", "lesson"] as const;
export type ViewName = (typeof viewNames)[number];

const viewTitles: Readonly<Record<ViewName, string>> = {
  train: "Train",
  space: "Space",
  neighbours: "Neighbours",
  draw: "Draw",
  lesson: "Lesson",
};

/** What the view in which one asks about a picture of one's own is called where none can be drawn. */
const searchName = "search";

/** The title of a view. @param searches whether one looks for photos, rather than draw */
export function titleOf(view: ViewName, searches: boolean): string {
  return view === "draw" && searches ? "Search" : viewTitles[view];
}

/** The hash that leads to a view. */
export function hashOf(view: ViewName, searches: boolean): string {
  return view === "draw" && searches ? searchName : view;
}

/** The view that a location's hash names, such as `#lesson/4`; the first for none or an unknown one. */
export function viewOfHash(hash: string): ViewName {
  const [name] = hash.replace(/^#\/?/, "").split("/", 1);
  if (name === searchName) return "draw";
  return viewNames.find((view) => view === name) ?? viewNames[0];
}
