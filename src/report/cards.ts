import type { FigureContext } from "./drawnPicture.ts";

/** Sizes in a figure of cards, in its pixels. */
export interface CardStyle {
  readonly perRow: number;
  readonly margin: number;
  readonly headerHeight: number;
  readonly gap: number;
  readonly radius: number;
  /** Size of the text, and how far below the margin its baseline is. */
  readonly title: { readonly size: number; readonly baseline: number };
  readonly subtitle: { readonly size: number; readonly baseline: number };
}

/** Where cards of one size lie, and the size of the canvas to draw on. */
export interface CardsLayout<Card> {
  readonly width: number;
  readonly height: number;
  readonly cardWidth: number;
  readonly cardHeight: number;
  readonly cards: readonly Card[];
}

export const fontFamily = "Inter, sans-serif";

/**
 * Lays cards out from left to right and from top to bottom, below a header.
 *
 * @param place what a card holds, by where its top left corner is
 */
export function layOutCards<Item, Card>(
  items: readonly Item[],
  [cardWidth, cardHeight]: readonly [number, number],
  { perRow, margin, headerHeight, gap }: CardStyle,
  place: (item: Item, x: number, y: number) => Card,
): CardsLayout<Card> {
  const columns = Math.min(perRow, items.length);
  const rows = Math.ceil(items.length / columns);
  const cards = items.map((item, i) => {
    const x = margin + (i % columns) * (cardWidth + gap);
    const y = margin + headerHeight + Math.floor(i / columns) * (cardHeight + gap);
    return place(item, x, y);
  });
  return {
    width: 2 * margin + columns * (cardWidth + gap) - gap,
    height: 2 * margin + headerHeight + rows * (cardHeight + gap) - gap,
    cardWidth,
    cardHeight,
    cards,
  };
}

/** Draws the ground, the header and empty cards. */
export function drawCards(
  context: FigureContext,
  layout: CardsLayout<{ readonly x: number; readonly y: number }>,
  { margin, radius, ...style }: CardStyle,
  title: string,
  subtitle: string,
): void {
  const { width, height, cardWidth, cardHeight, cards } = layout;
  context.fillStyle = "#eef1f5";
  context.fillRect(0, 0, width, height);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const across = width - 2 * margin;
  context.fillStyle = "#141a24";
  context.font = `600 ${style.title.size}px ${fontFamily}`;
  context.fillText(title, margin, margin + style.title.baseline, across);
  context.fillStyle = "#4c5666";
  context.font = `400 ${style.subtitle.size}px ${fontFamily}`;
  context.fillText(subtitle, margin, margin + style.subtitle.baseline, across);
  context.fillStyle = "#ffffff";
  for (const { x, y } of cards) {
    context.beginPath();
    context.roundRect(x, y, cardWidth, cardHeight, radius);
    context.fill();
  }
}
