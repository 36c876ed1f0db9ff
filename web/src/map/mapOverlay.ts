import type { MapCaption, MapLink, MapMark } from "./mapTypes.ts";

/** Where something is on the screen, or null where it cannot be seen. */
export type ToPixels = (place: readonly [number, number, number]) => readonly [number, number, number] | null;
type Place = readonly [number, number, number];

/** What lies over the points, with places in the map's own frame. */
export interface OverlayContent {
  readonly selected: Place | null;
  /** Radius of the ring around it, in CSS pixels. */
  readonly ring: number;
  readonly links: readonly { readonly from: Place; readonly to: Place; readonly link: MapLink }[];
  readonly marks: readonly { readonly place: Place; readonly mark: MapMark }[];
  readonly captions: readonly { readonly place: Place; readonly caption: MapCaption }[];
}

/** Of a mark with its halo, in CSS pixels. */
const markRadius = 9;

/** From a caption to the map's edge, in CSS pixels. */
const captionGap = 4;
/** Longer captions would hide the points of a small class. */
const longestWithin = 2;

const svgNames = "http://www.w3.org/2000/svg";

/** The few things over the points: the ring, links, marks and names. They follow the view with every frame drawn. */
export class MapOverlay {
  readonly #svg: SVGSVGElement;
  readonly #texts: HTMLElement;
  #shape = "";

  constructor(svg: SVGSVGElement, texts: HTMLElement) {
    this.#svg = svg;
    this.#texts = texts;
  }

  update({ selected, ring, links, marks, captions }: OverlayContent, toPixels: ToPixels): void {
    this.#rebuild(
      `${selected ? 1 : 0} ${links.map(({ link }) => link.colour ?? "").join()} ${marks.map(({ mark }) => mark.label + mark.colour).join()} ${captions.map(({ caption }) => caption.text + caption.colour).join()}`,
      { selected, ring, links, marks, captions },
    );
    const shapes = this.#svg.children;
    const texts = this.#texts.children;
    let at = 0;
    for (const { from, to } of links) {
      const line = shapes[at++]!;
      const a = toPixels(from);
      const b = toPixels(to);
      line.setAttribute("visibility", a && b ? "visible" : "hidden");
      if (!a || !b) continue;
      line.setAttribute("d", `M${a[0]} ${a[1]}L${b[0]} ${b[1]}`);
    }
    let text = 0;
    const width = this.#texts.clientWidth;
    // All are measured before any is moved, as to measure after a move takes the styles to be worked out again.
    const halves = captions.map((_, i) => (texts[i] as HTMLElement).offsetWidth / 2);
    for (const [i, { place }] of captions.entries()) {
      put(texts[text++] as HTMLElement, withinEdges(toPixels(place), halves[i]! + captionGap, width));
    }
    for (const { place } of marks) {
      const pixel = toPixels(place);
      move(shapes[at++]!, pixel);
      const label = texts[text++] as HTMLElement;
      put(label, pixel);
      // On the other side where it would be cut off.
      const room = width - (pixel?.[0] ?? 0);
      label.classList.toggle("before", pixel !== null && room < label.offsetWidth + 2 * markRadius);
    }
    const mark = shapes[at];
    if (!selected || !mark) return;
    move(mark, toPixels(selected));
    for (const each of mark.children) each.setAttribute("r", String(ring));
  }

  #rebuild(shape: string, { selected, links, marks, captions }: OverlayContent): void {
    if (shape === this.#shape) return;
    this.#shape = shape;
    const shapes = [
      ...links.map(({ link }) => svg("path", "link", link.colour)),
      ...marks.map(({ mark }) => {
        const group = svg("g", "mark", mark.colour);
        group.append(circle(markRadius, "halo"), circle(6, "dot"));
        return group;
      }),
    ];
    if (selected) {
      const ring = svg("g", "ring");
      ring.append(circle(9, "halo"), circle(9, "line"));
      shapes.push(ring);
    }
    this.#svg.replaceChildren(...shapes);
    this.#texts.replaceChildren(
      ...captions.map(({ caption: { text, colour } }) =>
        name(text.length > longestWithin ? "caption over" : "caption", text, colour),
      ),
      ...marks.map(({ mark }) => name("name", mark.label, mark.colour)),
    );
  }
}

function svg(kind: string, className: string, colour?: string): SVGElement {
  const element = document.createElementNS(svgNames, kind);
  element.setAttribute("class", className);
  if (colour !== undefined) element.style.setProperty("--colour", colour);
  return element;
}

function circle(radius: number, className: string): SVGElement {
  const element = svg("circle", className);
  element.setAttribute("r", String(radius));
  return element;
}

function name(className: string, text: string, colour: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  element.style.setProperty("--colour", colour);
  return element;
}

function move(shape: Element, pixel: readonly [number, number, number] | null): void {
  shape.setAttribute("visibility", pixel ? "visible" : "hidden");
  if (pixel) shape.setAttribute("transform", `translate(${pixel[0]} ${pixel[1]})`);
}

/** Where the middle of a caption goes whose place is on the map, so that none of it is cut off. */
function withinEdges(
  pixel: readonly [number, number, number] | null,
  margin: number,
  width: number,
): readonly [number, number, number] | null {
  if (pixel === null || pixel[0] < 0 || pixel[0] > width || width < 2 * margin) return pixel;
  return [Math.min(Math.max(pixel[0], margin), width - margin), pixel[1], pixel[2]];
}

function put(text: HTMLElement, pixel: readonly [number, number, number] | null): void {
  text.hidden = pixel === null;
  if (pixel) text.style.transform = `translate(${pixel[0].toFixed(1)}px, ${pixel[1].toFixed(1)}px)`;
}
