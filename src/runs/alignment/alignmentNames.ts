/** The lesson's second part: digits, written, named and spoken. */
export const sensesRecipe = "senses";

/** How modalities are trained to meet in one space: the lesson's second part, or `align`, which takes data of one's own. */
export const alignmentRecipes = [sensesRecipe, "align"] as const;
export type AlignmentRecipe = (typeof alignmentRecipes)[number];

export const alignmentLosses = ["clip", "siglip"] as const;
