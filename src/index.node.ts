/** `kindred` as Node gets it: the library, which runs anywhere, and encoders from files. */
export * from "./index.ts";
export { Encoder } from "./platform/node/encoder/encoder.ts";
export { Model } from "./platform/node/model/model.ts";
