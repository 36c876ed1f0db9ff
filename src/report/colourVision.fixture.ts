/** sRGB, 0 to 1. */
export type Rgb = readonly [number, number, number];

type Matrix = readonly [Rgb, Rgb, Rgb];

/**
 * How dichromats see linear sRGB: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
 * color vision deficiency" (2009), severity 1.
 */
const simulations: Readonly<Record<"deuteranopia" | "protanopia" | "tritanopia", Matrix>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

export type Vision = "normal" | keyof typeof simulations;
export const visions: readonly Vision[] = ["normal", "deuteranopia", "protanopia", "tritanopia"];

export function parseHex(hex: string): Rgb {
  const channel = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [channel(1), channel(3), channel(5)];
}

const linear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

function apply(matrix: Matrix, [r, g, b]: Rgb): Rgb {
  const row = ([x, y, z]: Rgb): number => x * r + y * g + z * b;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function seenLinear(colour: Rgb, vision: Vision): Rgb {
  const light: Rgb = [linear(colour[0]), linear(colour[1]), linear(colour[2])];
  if (vision === "normal") return light;
  const [r, g, b] = apply(simulations[vision], light);
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  return [clip(r), clip(g), clip(b)];
}

/** CIELAB under D65 of a colour as someone sees it. */
export function labOf(colour: Rgb, vision: Vision): Rgb {
  const [x, y, z] = apply(
    [
      [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883],
    ],
    seenLinear(colour, vision),
  ).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116)) as [
    number,
    number,
    number,
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The ratio of luminances of WCAG 2, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const luminance = (colour: Rgb): number => {
    const [r, g, bl] = seenLinear(colour, "normal");
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const { atan2, cos, exp, hypot, sin, sqrt } = Math;
const degrees = 180 / Math.PI;

/** CIEDE2000 of two CIELAB colours; Sharma, Wu and Dalal (2005). */
export function difference([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb): number {
  const meanChroma = (hypot(a1, b1) + hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - sqrt(meanChroma ** 7 / (meanChroma ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [hypot(p1, b1), hypot(p2, b2)];
  const hue = (b: number, a: number): number =>
    a === 0 && b === 0 ? 0 : (atan2(b, a) * degrees + 360) % 360;
  const [h1, h2] = [hue(b1, p1), hue(b2, p2)];
  const grey = c1 * c2 === 0;
  const turn = h2 - h1;
  const dh = grey ? 0 : turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
  const dH = 2 * sqrt(c1 * c2) * sin(dh / 2 / degrees);
  const sum = h1 + h2;
  const h = grey ? sum : Math.abs(turn) <= 180 ? sum / 2 : sum < 360 ? sum / 2 + 180 : sum / 2 - 180;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const cosine = (angle: number): number => cos(angle / degrees);
  const t =
    1 - 0.17 * cosine(h - 30) + 0.24 * cosine(2 * h) + 0.32 * cosine(3 * h + 6) - 0.2 * cosine(4 * h - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const rc = 2 * sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const rt = -rc * sin((60 * exp(-(((h - 275) / 25) ** 2))) / degrees);
  const [x, y, z] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return sqrt(x * x + y * y + z * z + rt * y * z);
}
