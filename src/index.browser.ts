/** `kindred` as a browser gets it: the library, which runs anywhere, and encoders from URLs. */
export * from "./index.ts";
export { Encoder } from "./platform/web/encoder/encoder.ts";
export { Model } from "./platform/web/model/model.ts";
