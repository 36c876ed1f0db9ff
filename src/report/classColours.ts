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
