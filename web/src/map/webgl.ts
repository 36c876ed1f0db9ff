/** Whether the browser draws WebGL 2. */
export function drawsWebgl(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  // Browsers let only some contexts live at once.
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}
