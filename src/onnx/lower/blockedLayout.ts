import type { Tensor } from "../../graph/index.ts";
import type { NodeList } from "./lowering.ts";

/** ONNX Runtime's internal domain of operators on blocked layouts. */
export const blockedDomain = "com.microsoft.nchwc";

/**
 * The tensors of a graph that have a form in ONNX Runtime's blocked layout `[n, c/B, h, w, B]`, so that none is laid
 * out twice, and none that comes from one blocked operator and goes to the next is laid out at all.
 */
export class BlockedLayout {
  /** Channels in a block. */
  readonly block: number;
  readonly #forms = new Map<Tensor, Tensor>();

  constructor(block: number) {
    this.block = block;
  }

  /** The blocked form of `x`. */
  of(list: NodeList, x: Tensor): Tensor {
    const known = this.#forms.get(x);
    if (known) return known;
    const form = list.add(
      { op: "ReorderInput", domain: blockedDomain, inputs: [x], attributes: { channels_last: 0 } },
      x.shape,
    );
    this.#forms.set(x, form);
    return form;
  }

  /** Makes `output` of its blocked form. */
  leave(list: NodeList, form: Tensor, output: Tensor): void {
    this.#forms.set(output, form);
    const attributes = { channels: output.shape[1]!, channels_last: 0 };
    list.add(
      { op: "ReorderOutput", domain: blockedDomain, inputs: [form], attributes },
      output.shape,
      output,
    );
  }
}
