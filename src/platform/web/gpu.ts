import type { Tensor } from "onnxruntime-web";

/**
 * The part of WebGPU that this room uses, in types of our own: the sources are also checked without those of a browser.
 *
 * @see https://www.w3.org/TR/webgpu/
 */

export interface GpuBuffer {
  mapAsync(mode: number): Promise<undefined>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

interface GpuCommandEncoder {
  copyBufferToBuffer(
    from: GpuBuffer,
    fromOffset: number,
    to: GpuBuffer,
    toOffset: number,
    size: number,
  ): void;
  finish(): object;
}

export interface GpuDevice {
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferLike, from: number, size: number): void;
    submit(commands: readonly object[]): void;
  };
  /** Never rejects. */
  readonly lost: Promise<{ readonly message: string }>;
  createBuffer(options: { readonly size: number; readonly usage: number }): GpuBuffer;
  createCommandEncoder(): GpuCommandEncoder;
  destroy(): void;
}

interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  /** Where browsers had it before `info`. */
  readonly isFallbackAdapter?: boolean;
  readonly features: Iterable<string>;
  readonly limits: object;
  requestDevice(options: {
    readonly requiredFeatures: readonly string[];
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<GpuDevice>;
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: string }): Promise<GpuAdapter | null>;
}

/** `GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST`. */
export const storageUsage = 0x80 | 0x04 | 0x08;
/** `GPUBufferUsage.MAP_READ | COPY_DST`. */
export const readbackUsage = 0x01 | 0x08;
/** `GPUMapMode.READ`. */
export const mapRead = 0x01;

/** Features of an adapter that ONNX Runtime makes use of. */
const wantedFeatures = ["shader-f16", "subgroups"];

/** An adapter, in words, or why there is none. */
export type FoundAdapter =
  | { readonly adapter: GpuAdapter; readonly name: string; readonly software: boolean }
  | { readonly adapter: null; readonly reason: string };

/** The browser's best adapter. */
export async function findAdapter(): Promise<FoundAdapter> {
  const gpu = (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu;
  if (!gpu) return { adapter: null, reason: "this browser has no WebGPU here" };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return { adapter: null, reason: "the browser gives no WebGPU adapter" };
  const { info } = adapter;
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") || "adapter";
  // Chromium calls its software adapter by this name even where it does not mark it.
  const software =
    (info.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false) || /swiftshader/i.test(name);
  return { adapter, name, software };
}

/** A device with all that its adapter allows: large layers need more than the least that WebGPU promises. */
export async function openDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const has = new Set(adapter.features);
  const requiredLimits: Record<string, number> = {};
  // Limits are getters of the prototype, so they are not among the object's own keys.
  for (const name in adapter.limits) {
    const value = (adapter.limits as Record<string, unknown>)[name];
    if (typeof value === "number") requiredLimits[name] = value;
  }
  return adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((name) => has.has(name)),
    requiredLimits,
  });
}

/** A buffer as ONNX Runtime's types know it. */
export function ortBuffer(buffer: GpuBuffer): Tensor.GpuBufferType {
  return buffer as GpuBuffer & Tensor.GpuBufferType;
}
