import type { OpDefinition, OpName } from "../graph/index.ts";
import * as activation from "./activation.ts";
import * as comparison from "./comparison.ts";
import * as convolution from "./convolution.ts";
import * as elementwise from "./elementwise.ts";
import * as layout from "./layout.ts";
import * as linear from "./linear.ts";
import * as normalization from "./normalization.ts";
import * as pooling from "./pooling.ts";
import * as reduction from "./reduction.ts";
import * as softmax from "./softmax.ts";

/** Every operator's definition: an operator of the schema that is missing here, or has no gradient rule, does not compile. */
export const ops: { readonly [K in OpName]: OpDefinition<K> } = {
  ...activation,
  ...comparison,
  ...convolution,
  ...elementwise,
  ...layout,
  ...linear,
  ...normalization,
  ...pooling,
  ...reduction,
  ...softmax,
};
