/** The size that a frame is laid out in. */
export const frameWidth = 1280;
export const frameHeight = 720;

/** Near-white, on which all class colours stand out, and greys of one blue hue. */
export const ink = {
  background: "#f6f7f9",
  line: "#c9d0da",
  soft: "#56616f",
  strong: "#141a24",
  curve: "#3d4654",
} as const;

const fontFamily = "Inter, sans-serif";

/** The part of a 2D context that a frame needs; a browser's `CanvasRenderingContext2D` has it. */
export interface FilmContext {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  lineJoin: "bevel" | "miter" | "round";
  globalAlpha: number;
  font: string;
  textAlign: "center" | "end" | "left" | "right" | "start";
  textBaseline: "alphabetic" | "bottom" | "hanging" | "ideographic" | "middle" | "top";
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  scale(x: number, y: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number, maxWidth?: number): void;
  measureText(text: string): { readonly width: number };
}

export interface TextStyle {
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly size: number;
  readonly weight?: 400 | 600;
  readonly colour: string;
  readonly align?: "center" | "left" | "right";
  /** Wider text is made narrower. */
  readonly most?: number;
}

/** @returns the width of the text. */
export function textIn(context: FilmContext, text: string, style: TextStyle): number {
  const { x, y, size, weight = 400, colour, align = "left", most } = style;
  context.font = `${weight} ${size}px ${fontFamily}`;
  context.textAlign = align;
  context.textBaseline = "alphabetic";
  context.fillStyle = colour;
  context.fillText(text, x, y, most);
  return context.measureText(text).width;
}

/** `1,234` */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
