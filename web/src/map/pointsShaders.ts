export const uniformBlock = /* glsl */ `\
layout(std140) uniform pointsUniforms {
  float radius;
  float blend;
  float depth;
} points;
`;

export const vertexShader = /* glsl */ `\
#version 300 es
#define SHADER_NAME points-layer-vertex

in vec3 positions;
in vec3 instancePositions;
in vec3 instanceFrom;
in vec4 instanceColours;
in float instanceShapes;

out vec4 vColour;
out vec2 vUnit;
out float vRadius;
flat out int vShape;

void main(void) {
  vec3 place = mix(instanceFrom, instancePositions, points.blend);
  geometry.worldPosition = place;
  geometry.pickingColor = picking_getPickingColorFromInstanceID();
  gl_Position = project_position_to_clipspace(place, vec3(0.0), vec3(0.0), geometry.position);
  float nearness = points.depth > 0.5 ? clamp(project.focalDistance / gl_Position.w, 0.35, 2.5) : 1.0;
  bool over = instanceShapes > 7.5;
  vShape = int(instanceShapes + 0.5) - (over ? 8 : 0);
  // Of one area as seen, whatever the shape.
  vRadius = points.radius * nearness * (vShape == 0 ? 1.0 : 1.25);
  vUnit = positions.xy * (vRadius + 0.75) / vRadius;
  geometry.uv = vUnit;
  DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
  vec3 offset = vec3(vUnit * vRadius, 0.0);
  DECKGL_FILTER_SIZE(offset, geometry);
  gl_Position.xy += project_pixel_size_to_clipspace(offset.xy);
  if (points.depth < 0.5) gl_Position.z = (over ? -0.5 : 0.5) * gl_Position.w;
  // What was made faint hides nothing, in space either.
  else if (instanceColours.a < 0.2) gl_Position.z = 0.999 * gl_Position.w;
  // A point that is hidden is moved out of the picture, so that it cannot be picked either.
  if (instanceColours.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  // What is far off fades a little into the ground.
  float fade = points.depth > 0.5 ? clamp(0.35 + 0.65 * nearness, 0.4, 1.0) : 1.0;
  vColour = vec4(instanceColours.rgb, instanceColours.a * layer.opacity * fade);
  DECKGL_FILTER_COLOR(vColour, geometry);
}
`;

/** Distances from the edges of the shapes, negative inside, in units of the radius. */
export const fragmentShader = /* glsl */ `\
#version 300 es
#define SHADER_NAME points-layer-fragment
precision highp float;

in vec4 vColour;
in vec2 vUnit;
in float vRadius;
flat in int vShape;

out vec4 fragColor;

float edge(vec2 p, int shape) {
  vec2 a = abs(p);
  if (shape == 1) return (a.x + a.y - 1.0) * 0.7071;
  if (shape == 5) return max(-p.y - 0.72, (a.x * 1.714 + p.y - 1.0) * 0.504);
  if (shape == 2) return max(a.x, a.y) - 0.8;
  if (shape == 4) a = abs(vec2(p.x - p.y, p.x + p.y) * 0.7071);
  if (shape >= 3) return max(min(a.x, a.y) - 0.34, max(a.x, a.y) - 0.95);
  return length(p) - 1.0;
}

void main(void) {
  geometry.uv = vUnit;
  float cover = 1.0 - smoothstep(-0.5, 0.5, edge(vUnit, vShape) * vRadius);
  if (cover <= 0.02) discard;
  if (points.depth > 0.5 && cover < 0.5) discard;
  fragColor = vec4(vColour.rgb, vColour.a * (points.depth > 0.5 ? 1.0 : cover));
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;
