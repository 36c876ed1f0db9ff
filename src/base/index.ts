export * from "./crc32.ts";
export * from "./errors.ts";
export * from "./fields.ts";
export * from "./printable.ts";
export * from "./rng.ts";
export * from "./shape.ts";
export * from "./shellWord.ts";
export * from "./tensorData.ts";
