import { sizeOf, type TensorData } from "../base/index.ts";
import { type Optimizer, slotName } from "../optim/index.ts";
import type { Task } from "./task.ts";

/** What an optimizer keeps for each trained parameter, as it begins: zeros. */
export function optimizerSlots({
  task,
  optimizer,
}: {
  task: Task;
  optimizer: Optimizer;
}): Map<string, TensorData> {
  const slots = new Map<string, TensorData>();
  for (const { name, shape, trainable } of task.state) {
    if (!trainable) continue;
    for (const slot of optimizer.slots) {
      slots.set(slotName(optimizer, slot, name), {
        dtype: "float32",
        shape,
        data: new Float32Array(sizeOf(shape)),
      });
    }
  }
  return slots;
}
