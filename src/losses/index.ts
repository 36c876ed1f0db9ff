export * from "./cosinePair.ts";
