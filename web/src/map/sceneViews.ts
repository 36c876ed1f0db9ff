import { OrbitView, OrthographicView } from "@deck.gl/core";

/** A camera as deck.gl has it. */
export interface ViewState {
  readonly target: [number, number, number];
  readonly zoom: number;
  readonly rotationX?: number;
  readonly rotationOrbit?: number;
  readonly minZoom?: number;
  readonly maxZoom?: number;
}

export type SceneView = OrthographicView | OrbitView;

const plane = new OrthographicView({ id: "plane", flipY: false });
const space = new OrbitView({ id: "space", orbitAxis: "Y", fovy: 40 });

export function viewOf(dims: 2 | 3): SceneView {
  return dims === 2 ? plane : space;
}

export function controllerOf(dims: 2 | 3): object {
  // The page has its own keys, in both views alike.
  const common = { keyboard: false, doubleClickZoom: true, scrollZoom: { speed: 0.012, smooth: false } };
  return dims === 2 ? { ...common, inertia: 250 } : { ...common, inertia: 300 };
}
