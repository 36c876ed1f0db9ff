import type { ImageDataset } from "../../../modality/image/index.ts";
import { duplicatesFigureName, type Guidance, type RunConfig, warnsOfCopies } from "../../../runs/index.ts";
import { CanvasError } from "../figures/canvas.ts";
import { type PairedData, renderDuplicatesFigure } from "../figures/duplicatesFigure.ts";
import { renderPairsFigure } from "../figures/pairsFigure.ts";

export interface RunFiguresOptions {
  readonly config: Pick<RunConfig, "seed" | "augmentation">;
  /** What the encoder trains on. */
  readonly training: ImageDataset;
  /** What was seen of the pictures; figures that go by it are left out without. */
  readonly guidance: Guidance | undefined;
  readonly pictures: PairedData;
  /** Called with what of it cannot be drawn, and why. */
  readonly onNote: (text: string) => void;
}

/**
 * The figures of a run that are drawn before its first step, as PNG by name. One that cannot be drawn, as the canvas is not
 * installed, is no reason not to train.
 *
 * @throws InputError when there are fewer than two pictures.
 */
export async function runFigures(options: RunFiguresOptions): Promise<ReadonlyMap<string, Uint8Array>> {
  const { config, training, guidance, pictures, onNote } = options;
  const { seed, augmentation } = config;
  const figures = new Map<string, Uint8Array>();
  const draw = async (name: string, render: () => Promise<Uint8Array>): Promise<void> => {
    const png = await drawnOrNoted(name, render, onNote);
    if (png) figures.set(name, png);
  };
  await draw("pairs.png", () => renderPairsFigure(training, { seed, augmentation }));
  if (guidance && warnsOfCopies(guidance.warnings)) {
    const { pairs } = guidance.data.duplicates;
    await draw(duplicatesFigureName, () => renderDuplicatesFigure(pairs, pictures));
  }
  return figures;
}

/** A figure as PNG; null where there is no canvas to draw it on, which is said. */
export async function drawnOrNoted(
  name: string,
  render: () => Promise<Uint8Array>,
  onNote: (text: string) => void,
): Promise<Uint8Array | null> {
  try {
    return await render();
  } catch (error) {
    if (!(error instanceof CanvasError)) throw error;
    onNote(`figures/${name} is left out: ${error.message}`);
    return null;
  }
}
