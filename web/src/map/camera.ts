/** Where the viewer is; the rotations, in degrees, count in three dimensions only. */
export interface Camera {
  readonly target: readonly [number, number, number];
  /** log2 of the pixels of one unit. */
  readonly zoom: number;
  readonly rotationX: number;
  readonly rotationOrbit: number;
}

/** Part of the smaller side that the points fill at first. */
const filled = { 2: 0.9, 3: 0.72 } as const;
/** By how much it can be zoomed in and out from there, as powers of two. */
const nearest = 8;
const farthest = 1.5;
/** Part of the view that an arrow key moves it by, and degrees in three dimensions. */
const panPart = 0.12;
const turnDegrees = 12;

/** The zoom at which the unit circle or cube fills the view. */
export function fitZoom(width: number, height: number, dims: 2 | 3): number {
  return Math.log2(Math.max(1, Math.min(width, height) / 2) * filled[dims]);
}

export function zoomLimits(fit: number): { readonly minZoom: number; readonly maxZoom: number } {
  return { minZoom: fit - farthest, maxZoom: fit + nearest };
}

export function firstCamera(width: number, height: number, dims: 2 | 3): Camera {
  const zoom = fitZoom(width, height, dims);
  return { target: [0, 0, 0], zoom, rotationX: dims === 3 ? 18 : 0, rotationOrbit: dims === 3 ? -28 : 0 };
}

export function zoomed(camera: Camera, factor: number, fit: number): Camera {
  const { minZoom, maxZoom } = zoomLimits(fit);
  return { ...camera, zoom: Math.min(Math.max(camera.zoom + Math.log2(factor), minZoom), maxZoom) };
}

/** The camera after an arrow key: a pan in the plane, a turn in space. */
export function stepped(
  camera: Camera,
  direction: readonly [number, number],
  size: { readonly width: number; readonly height: number; readonly dims: 2 | 3 },
): Camera {
  const [right, up] = direction;
  if (size.dims === 3) {
    const rotationX = Math.min(Math.max(camera.rotationX + up * turnDegrees, -90), 90);
    return { ...camera, rotationX, rotationOrbit: camera.rotationOrbit + right * turnDegrees };
  }
  const step = (panPart * Math.min(size.width, size.height)) / 2 ** camera.zoom;
  const [x, y, z] = camera.target;
  return { ...camera, target: [x + right * step, y + up * step, z] };
}

/** Part of the way from one camera to another. */
export function cameraBetween(from: Camera, to: Camera, part: number): Camera {
  const mix = (a: number, b: number): number => a + (b - a) * part;
  return {
    target: [
      mix(from.target[0], to.target[0]),
      mix(from.target[1], to.target[1]),
      mix(from.target[2], to.target[2]),
    ],
    zoom: mix(from.zoom, to.zoom),
    rotationX: mix(from.rotationX, to.rotationX),
    rotationOrbit: mix(from.rotationOrbit, to.rotationOrbit),
  };
}

/** Slow at both ends. */
export function eased(part: number): number {
  return part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
}
