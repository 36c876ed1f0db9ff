import { drawFrame, font, ink, type PlotContext } from "../figures/frame.ts";
import { drawMatrix } from "../figures/similarityFigure.ts";

/** Mean similarities of the classes of two modalities. */
export interface ModalityPair {
  /** Its classes are the rows. */
  readonly a: string;
  /** Its classes are the columns. */
  readonly b: string;
  readonly names: readonly string[];
  /** Mean cosine similarities `[classes, classes]`, as the embeddings are, and with each modality centred. */
  readonly plain: Float64Array;
  readonly centred: Float64Array;
}

/** What {@link drawSimilaritiesFigure} draws. */
export interface SimilaritiesFigure {
  readonly subtitle: string;
  readonly pairs: readonly ModalityPair[];
}

export const similaritiesTitle = "Mean similarity between modalities, class by class";

/** Draws the matrices of every pair of modalities, before centring above those after it; of one pair, beside each other. */
export function drawSimilaritiesFigure(context: PlotContext, { subtitle, pairs }: SimilaritiesFigure): void {
  const whole = drawFrame(context, { title: similaritiesTitle, subtitle });
  const one = pairs.length === 1;
  const columns = one ? 2 : pairs.length;
  const rows = one ? 1 : 2;
  const each = { width: whole.width / columns, height: whole.height / rows };
  for (const [index, pair] of pairs.entries()) {
    for (const [after, means] of [pair.plain, pair.centred].entries()) {
      const left = whole.x + (one ? after : index) * each.width;
      const top = whole.y + (one ? 0 : after) * each.height;
      context.textAlign = "left";
      context.textBaseline = "alphabetic";
      context.fillStyle = ink.text;
      context.font = font(32, 600);
      const heading = `${pair.a} by row, ${pair.b} by column`;
      context.fillText(heading, left, top + 24);
      const used = context.measureText(heading).width;
      context.fillStyle = ink.faint;
      context.font = font(28);
      context.fillText(after === 0 ? "as they are" : "each centred", left + used + 20, top + 24);
      // Names are words, and want more room than digits do.
      const room = pair.names.some((name) => name.length > 4) ? 190 : 60;
      const side = Math.min(each.width - room - 40, each.height - (room > 100 ? 200 : 120));
      const box = { x: left + room, y: top + 60, width: side, height: side };
      drawMatrix(context, box, { names: pair.names, means }, room, null);
    }
  }
}
