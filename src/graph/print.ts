import type { Graph } from "./graph.ts";
import { type ConstantSource, formatType, type Tensor } from "./tensor.ts";

/** A line an input, a node, an output and an update: what a reviewer reads when a graph changes. */
export function printGraph(graph: Graph): string {
  const names = new Map<Tensor, string>();
  const lines = [`graph ${graph.name} {`];
  for (const tensor of graph.inputs) {
    const { source } = tensor;
    names.set(tensor, source.name);
    const fill = source.role === "random" ? ` ~ ${source.fill.distribution}(${source.fill.drop})` : "";
    lines.push(`  ${source.role} ${source.name}: ${formatType(tensor)}${fill}`);
  }
  const show = (tensor: Tensor | null): string => {
    if (!tensor) return "none";
    if (tensor.source.kind === "constant") return formatConstant(tensor.source);
    return names.get(tensor) ?? "?";
  };
  let counter = 0;
  for (const node of graph.nodes) {
    for (const output of node.outputs) names.set(output, `%${counter++}`);
    const results = node.outputs.map((output) => `${show(output)}: ${formatType(output)}`).join(", ");
    const attributes = Object.entries(node.attributes).map(
      ([key, value]) => `${key}=${typeof value === "object" ? `[${value.join(",")}]` : value}`,
    );
    const braces = attributes.length > 0 ? ` {${attributes.join(" ")}}` : "";
    lines.push(`  ${results} = ${node.op}(${node.inputs.map(show).join(", ")})${braces}`);
  }
  for (const [name, tensor] of graph.outputs) lines.push(`  output ${name} = ${show(tensor)}`);
  for (const [target, value] of graph.updates) lines.push(`  update ${show(target)} <- ${show(value)}`);
  lines.push("}");
  return lines.join("\n");
}

function formatConstant({ data }: ConstantSource): string {
  const values =
    data.data.length <= 8 ? Array.from(data.data, String).join(",") : `… ${data.data.length} values`;
  if (data.shape.length === 0) return values;
  return data.dtype === "int64" ? `[${values}]` : `${formatType(data)}{${values}}`;
}
