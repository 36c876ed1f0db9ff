import { InputError, printable } from "../base/index.ts";
import { type CardStyle, type CardsLayout, drawCards, fontFamily, layOutCards } from "./cards.ts";
import { drawPicture, type FigureContext, type Picture, type Placed, requireWhole } from "./drawnPicture.ts";

/** Two pictures that may be copies, and why. */
export interface DuplicatePair {
  /** Such as `the same pixels at 28 x 28`. */
  readonly reason: string;
  /** Their captions are their names. */
  readonly pictures: readonly [LookedAt, LookedAt];
}

/** A picture of such a pair. */
export interface LookedAt extends Picture {
  /** What it is beside its name, such as `cat, training`. */
  readonly detail: string;
}

interface Card {
  readonly x: number;
  readonly y: number;
  readonly pictures: readonly (Placed & { readonly picture: LookedAt })[];
}

/** A picture is enlarged by the greatest integer that keeps its longer side at most so long, or shrunk to it. */
const pictureSide = 128;
/** Characters of a name that fit below a picture. */
const mostOfName = 30;

const style: CardStyle = {
  ...{ perRow: 2, margin: 32, headerHeight: 76, gap: 20, radius: 10 },
  title: { size: 26, baseline: 24 },
  subtitle: { size: 15, baseline: 50 },
};
const cardPadding = 20;
const slotWidth = 220;
const slotGap = 16;
const reasonHeight = 36;
const captionHeight = 52;

/**
 * Where everything lies, and thereby the size of the canvas to draw on.
 *
 * @throws InputError when there is no pair, or the bytes of a picture do not fit its shape.
 */
export function layOutDuplicatesFigure(pairs: readonly DuplicatePair[]): CardsLayout<Card> {
  if (pairs.length === 0) throw new InputError("a figure of 0 pairs was asked for, expected at least 1");
  const all = pairs.flatMap(({ pictures }) => pictures);
  for (const picture of all) requireWhole(picture);
  const box = Math.max(...all.map((picture) => sizeDrawn(picture)[1]));
  const cardWidth = 2 * cardPadding + 2 * slotWidth + slotGap;
  const cardHeight = 2 * cardPadding + reasonHeight + box + captionHeight;
  return layOutCards(pairs, [cardWidth, cardHeight], style, ({ pictures }, x, y) => {
    const placed = pictures.map((picture, column) => {
      const [width, height] = sizeDrawn(picture);
      const left = x + cardPadding + column * (slotWidth + slotGap) + Math.floor((slotWidth - width) / 2);
      const top = y + cardPadding + reasonHeight + Math.floor((box - height) / 2);
      return { picture, x: left, y: top, width, height };
    });
    return { x, y, pictures: placed };
  });
}

/**
 * Draws a card for each pair: why the two may be copies, the two side by side, and their names.
 *
 * @param context that of a canvas of the size that {@link layOutDuplicatesFigure} gives, untransformed.
 * @throws InputError as {@link layOutDuplicatesFigure} does.
 */
export function drawDuplicatesFigure(context: FigureContext, pairs: readonly DuplicatePair[]): void {
  const layout = layOutDuplicatesFigure(pairs);
  const { cardWidth, cardHeight, cards } = layout;
  const write = (text: string, x: number, y: number, most: number, font: string, colour: string): void => {
    context.font = `${font} ${fontFamily}`;
    context.fillStyle = colour;
    context.fillText(text, x, y, most);
  };
  const advice = "One of two copies is enough. Keep both where they differ.";
  drawCards(context, layout, style, "Pictures that may be copies", advice);
  for (const [i, { x, y, pictures }] of cards.entries()) {
    context.textAlign = "left";
    const within = cardWidth - 2 * cardPadding;
    write(pairs[i]!.reason, x + cardPadding, y + cardPadding + 15, within, "600 15px", "#141a24");
    context.textAlign = "center";
    const captions = y + cardHeight - cardPadding - captionHeight;
    for (const placed of pictures) {
      drawPicture(context, placed.picture, placed);
      const centre = placed.x + placed.width / 2;
      const { caption, detail } = placed.picture;
      write(shortened(printable(caption)), centre, captions + 24, slotWidth, "600 13px", "#3d4654");
      write(shortened(printable(detail)), centre, captions + 44, slotWidth, "400 13px", "#4c5666");
    }
  }
}

/** A name without its middle where it is too long: how it begins and ends tells more. */
function shortened(name: string): string {
  const characters = [...name];
  if (characters.length <= mostOfName) return name;
  const kept = mostOfName - 1;
  const end = Math.ceil(kept / 2);
  return `${characters.slice(0, kept - end).join("")}…${characters.slice(-end).join("")}`;
}

function sizeDrawn({ width, height }: Picture): [number, number] {
  const longer = Math.max(width, height);
  const scale = longer > pictureSide ? pictureSide / longer : Math.floor(pictureSide / longer);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
