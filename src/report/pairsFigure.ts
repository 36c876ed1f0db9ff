import { InputError } from "../base/index.ts";
import { type CardStyle, type CardsLayout, drawCards, fontFamily, layOutCards } from "./cards.ts";
import { drawPicture, type FigureContext, type Picture, type Placed, requireWhole } from "./drawnPicture.ts";

/** An anchor with an image of its label and one of another. */
export interface PictureTriplet {
  readonly anchor: Picture;
  readonly positive: Picture;
  readonly negative: Picture;
}

/** What {@link drawPairsFigure} draws. */
export interface PairsFigure {
  readonly title: string;
  readonly subtitle: string;
  /** One card each, from left to right and from top to bottom. */
  readonly triplets: readonly PictureTriplet[];
}

/** Where an image lies in the figure, in pixels. */
export interface Tile extends Placed {
  readonly role: keyof PictureTriplet;
  readonly picture: Picture;
}

interface Card {
  readonly x: number;
  readonly y: number;
  readonly tiles: readonly Tile[];
}

const roles = ["anchor", "positive", "negative"] as const;

/** Blue and orange in the manner of Okabe and Ito, which every kind of colour vision tells apart. */
const colours: Readonly<Record<keyof PictureTriplet, string>> = {
  anchor: "#3d4654",
  positive: "#0067a8",
  negative: "#c24e00",
};

/** All in pixels of the figure, which is meant to be shown at half its size on a usual screen. */
const style: CardStyle = {
  ...{ perRow: 4, margin: 72, headerHeight: 148, gap: 36, radius: 20 },
  title: { size: 52, baseline: 44 },
  subtitle: { size: 30, baseline: 98 },
};
/** An image is enlarged by the integer that brings its longer side nearest to this, or shrunk to it. */
const imageSide = 168;
const cardPadding = 32;
const tileGap = 28;
const frame = 6;
const captionHeight = 48;

/**
 * Where everything lies, and thereby the size of the canvas to draw on.
 *
 * @throws InputError when there is no triplet, or the bytes of an image do not fit its shape.
 */
export function layOutPairsFigure({ triplets }: PairsFigure): CardsLayout<Card> {
  if (triplets.length === 0)
    throw new InputError("a figure of 0 triplets was asked for, expected at least 1");
  const pictures = triplets.flatMap((triplet) => roles.map((role) => triplet[role]));
  for (const picture of pictures) requireWhole(picture);
  const box = Math.max(...pictures.map((picture) => Math.max(...sizeDrawn(picture))));
  const slot = box + 2 * frame;
  const cardWidth = 2 * cardPadding + roles.length * slot + (roles.length - 1) * tileGap;
  const cardHeight = cardPadding + slot + captionHeight + cardPadding / 2;
  return layOutCards(triplets, [cardWidth, cardHeight], style, (triplet, x, y) => {
    const tiles = roles.map((role, column): Tile => {
      const picture = triplet[role];
      const [width, height] = sizeDrawn(picture);
      return {
        role,
        picture,
        x: x + cardPadding + frame + column * (slot + tileGap) + Math.floor((box - width) / 2),
        y: y + cardPadding + frame + Math.floor((box - height) / 2),
        width,
        height,
      };
    });
    return { x, y, tiles };
  });
}

/**
 * Draws a card for each triplet: the anchor, a positive (blue) and a negative (orange) side by side.
 *
 * @param context that of a canvas of the size that {@link layOutPairsFigure} gives, untransformed.
 * @throws InputError as {@link layOutPairsFigure} does.
 */
export function drawPairsFigure(context: FigureContext, figure: PairsFigure): void {
  const layout = layOutPairsFigure(figure);
  const { cardWidth } = layout;
  drawCards(context, layout, style, figure.title, figure.subtitle);
  context.textAlign = "center";
  context.font = `600 26px ${fontFamily}`;
  for (const { y, tiles } of layout.cards) {
    const slot = (cardWidth - 2 * cardPadding - (roles.length - 1) * tileGap) / roles.length;
    for (const tile of tiles) {
      context.fillStyle = colours[tile.role];
      context.fillRect(tile.x - frame, tile.y - frame, tile.width + 2 * frame, tile.height + 2 * frame);
      drawPicture(context, tile.picture, tile);
      context.fillStyle = colours[tile.role];
      const baseline = y + cardPadding + slot + captionHeight - 10;
      context.fillText(tile.picture.caption, tile.x + tile.width / 2, baseline, slot + tileGap - 8);
    }
  }
}

/** The width and height of an image in the figure: those of its pixels times an integer, unless it is large. */
function sizeDrawn({ width, height }: Picture): [number, number] {
  const longer = Math.max(width, height);
  const scale = longer > 2 * imageSide ? imageSide / longer : Math.max(1, Math.round(imageSide / longer));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
