import fc from "fast-check";
import { type DType, sizeOf, type TensorData } from "../../base/index.ts";

/** Values of each element type; float32 with NaN, infinities and -0. */
const valuesOf: { [D in DType]: (length: number) => fc.Arbitrary<TensorData<D>["data"]> } = {
  float32: (length) => fc.float32Array({ minLength: length, maxLength: length }),
  int64: (length) => fc.bigInt64Array({ minLength: length, maxLength: length }),
  int32: (length) => fc.int32Array({ minLength: length, maxLength: length }),
  uint8: (length) => fc.uint8Array({ minLength: length, maxLength: length }),
  bool: (length) => fc.uint8Array({ minLength: length, maxLength: length, max: 1 }),
};

const tensor: fc.Arbitrary<TensorData> = fc
  .tuple(
    fc.constantFrom<DType>("float32", "int64", "int32", "uint8", "bool"),
    fc.array(fc.nat(4), { maxLength: 4 }),
  )
  .chain(([dtype, shape]) => valuesOf[dtype](sizeOf(shape)).map((data) => ({ dtype, shape, data })));

/** State dicts: any text as names (also `""`, `"0"`, `"__proto__"`), any element type, 0 to 4 axes of 0 to 4. */
export const tensorMaps: fc.Arbitrary<Map<string, TensorData>> = fc
  .array(
    fc.tuple(
      fc.string({ unit: "binary" }).filter((name) => name !== "__metadata__"),
      tensor,
    ),
    {
      maxLength: 6,
    },
  )
  .map((entries) => new Map(entries));
