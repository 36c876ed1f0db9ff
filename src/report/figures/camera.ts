/** A point in space. */
export type Point3 = readonly [number, number, number];

/** Radians from the first axis, and above the plane of the first two. */
const azimuth = Math.PI / 4.6;
const elevation = Math.PI / 8.5;

/** Where a point is seen from far away (orthographically): to the right, upwards, and towards the viewer. */
export function seen([x, y, z]: Point3): Point3 {
  const [sa, ca] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [se, ce] = [Math.sin(elevation), Math.cos(elevation)];
  const forward = ca * x + sa * y;
  return [ca * y - sa * x, ce * z - se * forward, ce * forward + se * z];
}
