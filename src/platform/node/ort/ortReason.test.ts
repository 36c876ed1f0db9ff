import { expect, it } from "vitest";
import { ortReason } from "./ortReason.ts";

// As ONNX Runtime 1.30 writes them.
const said: readonly [string, string][] = [
  [
    "Load model from /models/a b.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:180 onnxruntime::Model::Model(onnx::ModelProto&&, const PathString&, const onnxruntime::IOnnxRuntimeOpSchemaRegistryList*, const onnxruntime::logging::Logger&, const onnxruntime::ModelOptions&) Unsupported model IR version: 99, max supported IR version: 13\n",
    "Unsupported model IR version: 99, max supported IR version: 13",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::model_load_utils::ValidateOpsetForDomain(const std::unordered_map<std::__cxx11::basic_string<char>, int>&, const onnxruntime::logging::Logger&, bool, const std::string&, int) ONNX Runtime only *guarantees* support up to 25.",
    "ONNX Runtime only *guarantees* support up to 25.",
  ],
  [
    "Non-zero status code returned while running Add node. Name:'trunk//Add' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:560 void onnxruntime::BroadcastIterator::Append(ptrdiff_t, ptrdiff_t) axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 17 by 197\n\nmore",
    "Add /Add: axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 17 by 197",
  ],
  [
    "Non-zero status code returned while running Mod node. Name:'' Status Message: element_wise_ops.cc:2256 operator() Integer modulo by zero",
    "Mod: Integer modulo by zero",
  ],
  [
    "Fatal error: com.example:Odd(-1) is not a registered function/op",
    "Fatal error: com.example:Odd(-1) is not a registered function/op",
  ],
];

it("is what ONNX Runtime says, less where in its source it says so", () => {
  for (const [message, expected] of said) expect(ortReason(new Error(message))).toBe(expected);
  expect(ortReason(`a${"b".repeat(400)}`)).toHaveLength(301);
  expect(ortReason("")).toBe("for no reason that it names");
});
