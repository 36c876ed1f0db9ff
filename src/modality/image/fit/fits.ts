// Apart from the schema, because the worker of the page loads no zod.

/** How a picture of any size becomes a square one: cut to its middle, put on a ground as a whole, or stretched. */
export const fits = ["cover", "contain", "stretch"] as const;
export type Fit = (typeof fits)[number];

/** A colour as `#rrggbb`, in small letters. */
export const colourPattern = /^#[0-9a-f]{6}$/;
