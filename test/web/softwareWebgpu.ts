/** Flags under which Chromium has WebGPU without a graphics processor: SwiftShader's Vulkan driver, beside the program. */
export const softwareWebgpu: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];
