import { InputError, printable } from "../base/index.ts";
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

/** All in pixels of the figure. */
export interface DuplicatesLayout {
  readonly width: number;
  readonly height: number;
  readonly cardWidth: number;
  readonly cardHeight: number;
  readonly cards: readonly {
    readonly x: number;
    readonly y: number;
    readonly pictures: readonly (Placed & { readonly picture: LookedAt })[];
  }[];
}

/** A picture is enlarged by the greatest integer that keeps its longer side at most so long, or shrunk to it. */
const pictureSide = 128;
/** Characters of a name that fit below a picture. */
const mostOfName = 30;

const cardsPerRow = 2;
const margin = 32;
const headerHeight = 76;
const cardGap = 20;
const cardPadding = 20;
const slotWidth = 220;
const slotGap = 16;
const reasonHeight = 36;
const captionHeight = 52;
const fontFamily = "Inter, sans-serif";

/**
 * Where everything lies, and thereby the size of the canvas to draw on.
 *
 * @throws InputError when there is no pair, or the bytes of a picture do not fit its shape.
 */
export function layOutDuplicatesFigure(pairs: readonly DuplicatePair[]): DuplicatesLayout {
  if (pairs.length === 0) throw new InputError("a figure of 0 pairs was asked for, expected at least 1");
  const all = pairs.flatMap(({ pictures }) => pictures);
  for (const picture of all) requireWhole(picture);
  const box = Math.max(...all.map((picture) => sizeDrawn(picture)[1]));
  const cardWidth = 2 * cardPadding + 2 * slotWidth + slotGap;
  const cardHeight = 2 * cardPadding + reasonHeight + box + captionHeight;
  const perRow = Math.min(cardsPerRow, pairs.length);
  const rows = Math.ceil(pairs.length / perRow);
  const cards = pairs.map(({ pictures }, i) => {
    const x = margin + (i % perRow) * (cardWidth + cardGap);
    const y = margin + headerHeight + Math.floor(i / perRow) * (cardHeight + cardGap);
    const placed = pictures.map((picture, column) => {
      const [width, height] = sizeDrawn(picture);
      const left = x + cardPadding + column * (slotWidth + slotGap) + Math.floor((slotWidth - width) / 2);
      const top = y + cardPadding + reasonHeight + Math.floor((box - height) / 2);
      return { picture, x: left, y: top, width, height };
    });
    return { x, y, pictures: placed };
  });
  return {
    width: 2 * margin + perRow * (cardWidth + cardGap) - cardGap,
    height: 2 * margin + headerHeight + rows * (cardHeight + cardGap) - cardGap,
    cardWidth,
    cardHeight,
    cards,
  };
}

/**
 * Draws a card for each pair: why the two may be copies, the two side by side, and their names.
 *
 * @param context that of a canvas of the size that {@link layOutDuplicatesFigure} gives, untransformed.
 * @throws InputError as {@link layOutDuplicatesFigure} does.
 */
export function drawDuplicatesFigure(context: FigureContext, pairs: readonly DuplicatePair[]): void {
  const { width, height, cardWidth, cardHeight, cards } = layOutDuplicatesFigure(pairs);
  const write = (text: string, x: number, y: number, most: number, font: string, colour: string): void => {
    context.font = `${font} ${fontFamily}`;
    context.fillStyle = colour;
    context.fillText(text, x, y, most);
  };
  context.fillStyle = "#eef1f5";
  context.fillRect(0, 0, width, height);
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  const across = width - 2 * margin;
  write("Pictures that may be copies", margin, margin + 24, across, "600 26px", "#141a24");
  const advice = "One of two copies is enough. Keep both where they differ.";
  write(advice, margin, margin + 50, across, "400 15px", "#4c5666");
  for (const [i, { x, y, pictures }] of cards.entries()) {
    context.fillStyle = "#ffffff";
    context.beginPath();
    context.roundRect(x, y, cardWidth, cardHeight, 10);
    context.fill();
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
