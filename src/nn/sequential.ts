import type { Module } from "./module.ts";

/**
 * Modules one after the other, under the names given or under their positions: state is named as PyTorch names
 * that of its `Sequential` (`conv1.0.weight`), so that checkpoints fit both ways.
 */
export function sequential(modules: Readonly<Record<string, Module>> | readonly Module[]): Module {
  const entries = Object.entries(modules);
  return {
    state: entries.flatMap(([name, module]) =>
      module.state.map((spec) => ({ ...spec, name: `${name}.${spec.name}` })),
    ),
    forward: (x, pass) =>
      entries.reduce((value, [name, module]) => module.forward(value, pass.within(name)), x),
  };
}
