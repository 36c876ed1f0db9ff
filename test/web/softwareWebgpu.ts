/** Flags under which Chromium has WebGPU without a graphics processor: SwiftShader's Vulkan driver, beside the program. */
export const softwareWebgpu: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/**
 * The same without the checks that a browser adds to shaders against access beyond a buffer's end, and without clearing a
 * workgroup's memory: what right shaders compute stays the same, and the compiler of SwiftShader has a sixth of the work.
 */
export const fastSoftwareWebgpu: readonly string[] = [
  ...softwareWebgpu,
  "--enable-dawn-features=disable_robustness,disable_workgroup_init",
];
