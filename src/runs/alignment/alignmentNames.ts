/** How modalities are trained to meet in one space: `senses` is the lesson's second part, `align` takes data of one's own. */
export const alignmentRecipes = ["senses", "align"] as const;
export type AlignmentRecipe = (typeof alignmentRecipes)[number];

export const alignmentLosses = ["clip", "siglip"] as const;
