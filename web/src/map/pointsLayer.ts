import { color, type DefaultProps, Layer, type LayerProps, picking, project32 } from "@deck.gl/core";
import { Geometry, Model } from "@luma.gl/engine";
import type { ShaderModule } from "@luma.gl/shadertools";
import { fragmentShader, uniformBlock, vertexShader } from "./pointsShaders.ts";

interface PointsUniforms {
  readonly radius: number;
  readonly blend: number;
  readonly depth: number;
}

const pointsUniforms = {
  name: "points",
  vs: uniformBlock,
  fs: uniformBlock,
  uniformTypes: { radius: "f32", blend: "f32", depth: "f32" },
} as const satisfies ShaderModule<PointsUniforms>;

/**
 * The points come as binary attributes in `data`: `instancePositions` and `instanceFrom` float32 `[count, 3]`,
 * `instanceColours` uint8 `[count, 4]` (alpha 0 hides a point) and `instanceShapes` float32 `[count]`, 0 to 5 as in
 * `markerShapes`, and 8 more for a point that lies over the others in the plane.
 */
export interface PointsLayerProps extends LayerProps {
  /** Of a point, in CSS pixels. */
  readonly radius?: number;
  /** How far the points are on their way from `instanceFrom` to `instancePositions`. */
  readonly blend?: number;
  /** 1 to draw near points larger than far ones, 0 to draw all alike. */
  readonly depth?: number;
}

const defaultProps: DefaultProps<PointsLayerProps> = {
  radius: { type: "number", min: 0, value: 2 },
  blend: { type: "number", min: 0, max: 1, value: 1 },
  depth: { type: "number", min: 0, max: 1, value: 0 },
};

/** Points that move from one place to another on the graphics processor, by a single number that changes. */
export class PointsLayer extends Layer<PointsLayerProps> {
  static override readonly layerName = "PointsLayer";
  static override readonly defaultProps = defaultProps;
  declare state: { model?: Model };

  override initializeState(): void {
    this.getAttributeManager()?.addInstanced({
      instancePositions: { size: 3, type: "float32", noAlloc: true },
      instanceFrom: { size: 3, type: "float32", noAlloc: true },
      instanceColours: { size: 4, type: "unorm8", noAlloc: true },
      instanceShapes: { size: 1, type: "float32", noAlloc: true },
    });
    this.setState({ model: this.#model() });
  }

  override draw(): void {
    const model = this.state.model;
    if (!model) return;
    const { radius = 2, blend = 1, depth = 0 } = this.props;
    model.shaderInputs.setProps({ points: { radius, blend, depth } });
    model.draw(this.context.renderPass);
  }

  #model(): Model {
    const shaders = super.getShaders({
      vs: vertexShader,
      fs: fragmentShader,
      modules: [project32, color, picking, pointsUniforms],
    });
    return new Model(this.context.device, {
      ...shaders,
      id: this.props.id,
      bufferLayout: this.getAttributeManager()?.getBufferLayouts() ?? [],
      geometry: new Geometry({
        topology: "triangle-strip",
        attributes: {
          positions: { size: 3, value: new Float32Array([-1, -1, 0, 1, -1, 0, -1, 1, 0, 1, 1, 0]) },
        },
      }),
      isInstanced: true,
    });
  }
}
