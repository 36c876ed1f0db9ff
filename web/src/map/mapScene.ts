import { Deck } from "@deck.gl/core";
import type { Device } from "@luma.gl/core";
import {
  type Camera,
  cameraBetween,
  eased,
  firstCamera,
  fitZoom,
  stepped,
  zoomed,
  zoomLimits,
} from "./camera.ts";
import { between } from "./frame.ts";
import { MapOverlay, type OverlayContent } from "./mapOverlay.ts";
import { type MapPictures, type MapViewport, mostListed, type ProjectedPoints } from "./mapTypes.ts";
import { nearestPoint } from "./nearestPoint.ts";
import { listenToPointer } from "./pointer.ts";
import { type PixelMatrix, pixelOf, pixelsOf, rowsInside } from "./projection.ts";
import {
  type PicturesOnMap,
  picturesLayer,
  picturesOnMap,
  pointsData,
  pointsLayer,
  type SceneAttribute,
  type ScenePoints,
} from "./sceneLayers.ts";
import type { SceneEvents, SceneOverlay } from "./sceneTypes.ts";
import { controllerOf, type SceneView, type ViewState, viewOf } from "./sceneViews.ts";

/** Milliseconds of a camera's flight, and of rest before the view counts as come to rest. */
const flight = 320;
const rest = 140;
/** CSS pixels by which the pointer may miss a point. */
const missed = 3;
const noCircles = { value: new Float32Array(0), size: 1 };

/** The drawing of a map: deck.gl with the points, and the overlay. The camera is kept here. */
export class MapScene {
  readonly #deck: Deck<SceneView>;
  readonly #events: SceneEvents;
  readonly #overlay: MapOverlay;
  #device: Device | null = null;
  #width = 1;
  #height = 1;
  #points: ScenePoints | null = null;
  #data: object | null = null;
  #radius: number | null = null;
  #camera: Camera = firstCamera(1, 1, 2);
  /** Whether a person has moved the view, which then stays when its size changes. */
  #moved = false;
  #glide: { readonly start: number; readonly time: number } | null = null;
  #flight: {
    readonly from: Camera;
    readonly to: Camera;
    readonly start: number;
    readonly time: number;
  } | null = null;
  #pictures: PicturesOnMap | null = null;
  #content: SceneOverlay = { selected: null, links: [], marks: [], captions: [] };
  #asked = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #painted = false;
  #hovering = false;
  /** Of the view as it is, until it changes. */
  #pixels: Float32Array | null = null;
  #closed = false;

  constructor(canvas: HTMLCanvasElement, svg: SVGSVGElement, texts: HTMLElement, events: SceneEvents) {
    this.#events = events;
    this.#overlay = new MapOverlay(svg, texts);
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      if (!this.#closed) events.lost();
    });
    listenToPointer(canvas.parentElement ?? canvas, {
      click: (x, y) => events.pick(this.#rowAt(x, y)),
      hover: (x, y) => {
        const row = this.#rowAt(x, y);
        this.#hovering = row !== null;
        canvas.style.cursor = this.#hovering ? "pointer" : "grab";
        events.hover(row, x, y);
      },
    });
    this.#deck = new Deck<SceneView>({
      canvas,
      views: viewOf(2),
      viewState: this.#viewState(),
      controller: controllerOf(2),
      useDevicePixels: true,
      layers: [],
      getCursor: ({ isDragging }) => (isDragging ? "grabbing" : this.#hovering ? "pointer" : "grab"),
      onDeviceInitialized: (device) => {
        this.#device = device;
      },
      onResize: ({ width, height }) => this.#resize(width, height),
      onViewStateChange: ({ viewState }) => this.#follow(viewState as ViewState),
      onAfterRender: () => this.#afterRender(),
      onError: () => {
        if (!this.#closed) events.lost();
      },
    });
  }

  close(): void {
    this.#closed = true;
    cancelAnimationFrame(this.#asked);
    clearTimeout(this.#resting);
    this.#pictures?.texture.destroy();
    this.#deck.finalize();
  }

  /**
   * Shows other places.
   *
   * @param places `[count, 3]` in the map's own frame
   * @param glide milliseconds on the way from where they are
   */
  setPlaces(places: Float32Array, dims: 2 | 3, count: number, glide: number): void {
    const before = this.#points;
    const to: SceneAttribute = { value: places, size: 3 };
    const glides = glide > 0 && before !== null && before.count === count;
    const from = glides ? { value: this.#placesNow(), size: 3 } : to;
    const colours = before?.colours ?? { value: new Uint8Array(4 * count), size: 4, normalized: true };
    this.#points = { count, dims, to, from, colours, shapes: before?.shapes ?? noCircles };
    this.#glide = glides ? { start: performance.now(), time: glide } : null;
    this.#setPictures(null);
    if (before?.dims !== dims) {
      this.#flight = null;
      this.#moved = false;
      this.#camera = firstCamera(this.#width, this.#height, dims);
      // The space turns out of the plane, rather than jumping.
      if (before && dims === 3 && glide > 0) {
        this.#fly(this.#camera, { ...this.#camera, rotationX: 0, rotationOrbit: 0 }, glide);
      }
      this.#deck.setProps({
        views: viewOf(dims),
        viewState: this.#viewState(),
        controller: controllerOf(dims),
      });
    }
    this.#dataChanged();
  }

  setColours(colours: Uint8Array, shapes: Float32Array | null): void {
    if (!this.#points) return;
    const { count } = this.#points;
    const shown = shapes ?? (this.#points.shapes.value.length === count ? null : new Float32Array(count));
    this.#points = {
      ...this.#points,
      colours:
        this.#points.colours.value === colours
          ? this.#points.colours
          : { value: colours, size: 4, normalized: true },
      shapes: shown && this.#points.shapes.value !== shown ? { value: shown, size: 1 } : this.#points.shapes,
    };
    this.#dataChanged();
  }

  setRadius(radius: number | null): void {
    this.#radius = radius;
    this.#ask();
  }

  /** Shows other marks, links and names. They lie over the canvas, so that the points are not drawn again for them. */
  setOverlay(content: SceneOverlay): void {
    this.#content = content;
    this.#drawOverlay();
  }

  setPictures(pictures: MapPictures | null): void {
    this.#setPictures(this.#glide ? null : pictures);
    this.#ask();
  }

  reset(): void {
    this.#moved = false;
    this.#fly(firstCamera(this.#width, this.#height, this.#dims));
  }

  zoom(factor: number): void {
    this.#moved = true;
    this.#fly(zoomed(this.#flight?.to ?? this.#camera, factor, this.#fit));
  }

  step(right: number, up: number): void {
    this.#moved = true;
    const size = { width: this.#width, height: this.#height, dims: this.#dims };
    this.#fly(stepped(this.#flight?.to ?? this.#camera, [right, up], size));
  }

  focus(row: number, magnification: number): void {
    const places = this.#points?.to.value;
    if (!places) return;
    this.#moved = true;
    const zoom = Math.max(this.#camera.zoom, this.#fit + Math.log2(magnification));
    const target = [places[3 * row]!, places[3 * row + 1]!, places[3 * row + 2]!] as const;
    this.#fly({ ...this.#camera, target, zoom });
  }

  project(): ProjectedPoints {
    const matrix = this.#matrix();
    const places = matrix ? pixelsOf(matrix, this.#placesNow()) : new Float32Array(0);
    return { width: this.#width, height: this.#height, places };
  }

  rowsInside(polygon: readonly number[]): Uint32Array {
    const colours = this.#points?.colours.value;
    if (!colours) return new Uint32Array(0);
    return rowsInside(this.project().places, polygon, (row) => colours[4 * row + 3]! > 0);
  }

  viewport(): MapViewport {
    const { width, height, places } = this.project();
    const colours = this.#points?.colours.value;
    const rows: number[] = [];
    let inView = 0;
    for (let row = 0; row < places.length / 3; row++) {
      const x = places[3 * row]!;
      const y = places[3 * row + 1]!;
      if (!(x >= 0 && x <= width && y >= 0 && y <= height) || colours?.[4 * row + 3] === 0) continue;
      inView++;
      if (inView <= mostListed) rows.push(row);
    }
    return {
      width,
      height,
      rows: Uint32Array.from(rows),
      inView,
      magnification: 2 ** (this.#camera.zoom - this.#fit),
    };
  }

  get #dims(): 2 | 3 {
    return this.#points?.dims ?? 2;
  }
  get #fit(): number {
    return fitZoom(this.#width, this.#height, this.#dims);
  }

  #resize(width: number, height: number): void {
    const before = this.#fit;
    this.#width = Math.max(1, width);
    this.#height = Math.max(1, height);
    // A flight that was begun, perhaps before the map had any size, has arrived.
    const camera = this.#flight?.to ?? this.#camera;
    this.#flight = null;
    this.#camera = this.#moved
      ? { ...camera, zoom: camera.zoom + this.#fit - before }
      : firstCamera(this.#width, this.#height, this.#dims);
    this.#deck.setProps({ viewState: this.#viewState() });
    this.#ask();
    this.#rest();
  }

  #follow({ target, zoom, rotationX = 0, rotationOrbit = 0 }: ViewState): void {
    this.#flight = null;
    this.#moved = true;
    // What was under the pointer is elsewhere now.
    this.#events.hover(null, 0, 0);
    const [x = 0, y = 0, z = 0] = target;
    this.#camera = { target: [x, y, z], zoom, rotationX, rotationOrbit };
    this.#ask();
    this.#rest();
  }

  #fly(to: Camera, from = this.#camera, time = flight): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#flight = { from, to, start: performance.now(), time: still ? 0 : time };
    this.#ask();
  }

  #dataChanged(): void {
    const points = this.#points;
    this.#data = points && points.shapes.value.length === points.count ? pointsData(points) : null;
    if (points && points.colours.value.length !== 4 * points.count) this.#data = null;
    this.#rest();
    this.#ask();
  }

  #setPictures(pictures: MapPictures | null): void {
    if (this.#pictures?.pictures === pictures) return;
    this.#pictures?.texture.destroy();
    this.#pictures =
      pictures && this.#device && this.#points
        ? picturesOnMap(this.#device, pictures, this.#points.to.value as Float32Array)
        : null;
  }

  #ask(): void {
    if (this.#asked === 0 && !this.#closed) this.#asked = requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now: number): void {
    this.#asked = 0;
    this.#pixels = null;
    const moves = this.#flight !== null || this.#glide !== null;
    if (this.#flight) {
      const { from, to, start, time } = this.#flight;
      const part = time > 0 ? Math.min(1, Math.max(0, now - start) / time) : 1;
      this.#camera = cameraBetween(from, to, eased(part));
      if (part === 1) this.#flight = null;
    }
    const blend = this.#blend(now);
    if (this.#glide && blend === 1) this.#glide = null;
    const layers = this.#data ? [pointsLayer(this.#data, this.#dims, this.#pixelRadius(), blend)] : [];
    if (this.#pictures) layers.push(picturesLayer(this.#pictures));
    this.#deck.setProps({ layers, viewState: this.#viewState() });
    if (this.#glide || this.#flight) this.#ask();
    else if (moves) this.#rest();
  }

  #rest(): void {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#events.view(), rest);
  }

  #afterRender(): void {
    this.#drawOverlay();
    if (!this.#painted && this.#data && this.#width > 1) {
      this.#painted = true;
      this.#events.painted();
    }
  }

  #drawOverlay(): void {
    const matrix = this.#matrix();
    const { selected, links, marks, captions } = this.#content;
    const points = this.#points;
    if (!matrix || !points) return;
    const blend = this.#blend(performance.now());
    const placeOf = (row: number): readonly [number, number, number] => {
      const axis = (i: number): number => {
        const from = points.from.value[3 * row + i] ?? 0;
        return from + ((points.to.value[3 * row + i] ?? 0) - from) * blend;
      };
      return [axis(0), axis(1), axis(2)];
    };
    const content: OverlayContent = {
      ring: this.#pictures ? 0.75 * this.#pictures.pictures.size : 9,
      selected: selected !== null && selected < points.count ? placeOf(selected) : null,
      links: links.map(({ from, to, link }) => ({
        from: typeof from === "number" ? placeOf(from) : from,
        to: placeOf(to),
        link,
      })),
      marks,
      captions,
    };
    this.#overlay.update(content, ([x, y, z]) => pixelOf(matrix, x, y, z));
  }

  #blend(now: number): number {
    if (!this.#glide) return 1;
    return eased(Math.min(1, Math.max(0, now - this.#glide.start) / this.#glide.time));
  }

  #placesNow(): Float32Array {
    if (!this.#points) return new Float32Array(0);
    const { from, to } = this.#points;
    const blend = this.#blend(performance.now());
    return between(from.value as Float32Array, to.value as Float32Array, blend);
  }

  /** Points are drawn larger the nearer the view is, but grow by less than the distances between them. */
  #pixelRadius(): number {
    const count = this.#points?.count ?? 1;
    const spread = 0.42 * Math.sqrt((this.#width * this.#height) / Math.max(1, count));
    const base = this.#radius ?? Math.min(Math.max(spread, 1.2), 4.5);
    return base * Math.min(Math.max(2 ** (0.4 * (this.#camera.zoom - this.#fit)), 0.7), 4);
  }

  #matrix(): PixelMatrix | null {
    if (this.#width <= 1) return null;
    const viewport = viewOf(this.#dims).makeViewport({
      width: this.#width,
      height: this.#height,
      viewState: this.#viewState(),
    });
    return viewport ? viewport.pixelProjectionMatrix : null;
  }

  #viewState(): ViewState {
    const { target, zoom, rotationX, rotationOrbit } = this.#camera;
    return { target: [...target], zoom, rotationX, rotationOrbit, ...zoomLimits(this.#fit) };
  }

  #rowAt(x: number, y: number): number | null {
    const colours = this.#points?.colours.value;
    if (!colours || this.#glide) return null;
    this.#pixels ??= this.project().places;
    const reach = this.#pictures ? this.#pictures.pictures.size / 2 : this.#pixelRadius() + missed;
    const shown = (row: number): boolean => colours[4 * row + 3]! > 0;
    return nearestPoint(this.#pixels, [x, y], reach, shown, this.#dims === 3);
  }
}
