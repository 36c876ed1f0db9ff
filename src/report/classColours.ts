/**
 * Ten colours for classes, found by a search for the greatest least difference among all pairs as seen with normal colour
 * vision, deuteranopia, protanopia and tritanopia, and visible on white as on near-black.
 *
 * The least CIEDE2000 difference of two is 25 for normal vision, 18 for deuteranopia and protanopia, 15 for tritanopia; of
 * Plotly's own ten it is 16, 3, 1 and 9.
 */
export const classColours: readonly string[] = [
  "#328eff",
  "#d26e01",
  "#48745d",
  "#ac040c",
  "#4e05ff",
  "#f3c900",
  "#29e0fd",
  "#b5879f",
  "#644c6d",
  "#b8d4af",
];

/**
 * The same for a dark ground: of a contrast of 3 to 1 or more with `#0f1318` (by WCAG 2), found by the same search, each
 * put in the place of the colour above that it is most like. The least differences are as above.
 */
export const darkClassColours: readonly string[] = [
  "#6a66ff",
  "#da9302",
  "#8f9e84",
  "#ca0006",
  "#ad3086",
  "#ffff28",
  "#e0edfb",
  "#b394b4",
  "#71635a",
  "#76ffc3",
];
