import type { Layer } from "@deck.gl/core";
import { IconLayer } from "@deck.gl/layers";
import type { Device, Texture } from "@luma.gl/core";
import type { MapPictures } from "./mapTypes.ts";
import { PointsLayer } from "./pointsLayer.ts";

/** A binary attribute; the same object as before is not sent to the graphics processor again. */
export interface SceneAttribute {
  readonly value: Float32Array | Uint8Array;
  readonly size: number;
  /** Whether bytes stand for 0 to 1. */
  readonly normalized?: boolean;
}

export interface ScenePoints {
  readonly count: number;
  readonly dims: 2 | 3;
  readonly to: SceneAttribute;
  readonly from: SceneAttribute;
  readonly colours: SceneAttribute;
  readonly shapes: SceneAttribute;
}

export interface PicturesOnMap {
  readonly pictures: MapPictures;
  readonly texture: Texture;
  readonly items: readonly { readonly place: [number, number, number]; readonly icon: string }[];
}

export function pointsLayer(data: object, dims: 2 | 3, radius: number, blend: number): Layer {
  return new PointsLayer({
    id: "points",
    data,
    radius,
    blend,
    depth: dims === 3 ? 1 : 0,
    parameters: { depthCompare: "less-equal", depthWriteEnabled: true },
  });
}

/** What {@link pointsLayer} takes as data. */
export function pointsData({ count, to, from, colours, shapes }: ScenePoints): object {
  return {
    length: count,
    attributes: {
      instancePositions: to,
      instanceFrom: from,
      instanceColours: colours,
      instanceShapes: shapes,
    },
  };
}

/** The atlas on the graphics processor, and where each picture goes. */
export function picturesOnMap(device: Device, pictures: MapPictures, places: Float32Array): PicturesOnMap {
  const { atlas, rows } = pictures;
  const texture = device.createTexture({
    width: atlas.width,
    height: atlas.height,
    format: "rgba8unorm",
    sampler: { minFilter: "linear", magFilter: "linear" },
  });
  texture.copyExternalImage({ image: atlas, width: atlas.width, height: atlas.height });
  const items = Array.from(rows, (row, i) => ({
    place: [places[3 * row]!, places[3 * row + 1]!, places[3 * row + 2]!] as [number, number, number],
    icon: String(i),
  }));
  return { pictures, texture, items };
}

export function picturesLayer({ pictures, texture, items }: PicturesOnMap): Layer {
  const { across, cell } = pictures;
  const mapping = Object.fromEntries(
    items.map(({ icon }, i) => [
      icon,
      { x: (i % across) * cell, y: Math.floor(i / across) * cell, width: cell, height: cell, mask: false },
    ]),
  );
  return new IconLayer<PicturesOnMap["items"][number]>({
    id: "pictures",
    data: items as PicturesOnMap["items"][number][],
    iconAtlas: texture,
    iconMapping: mapping,
    getPosition: ({ place }) => place,
    getIcon: ({ icon }) => icon,
    getSize: pictures.size,
    sizeUnits: "pixels",
    parameters: { depthCompare: "always", depthWriteEnabled: false },
  });
}
