// Runs before the first paint, so that the page never flashes in the other theme. Kept apart because the page allows no
// script inside its HTML.
(() => {
  let kept = null;
  try {
    kept = localStorage.getItem("kindred-theme");
  } catch {
    // A browser that stores nothing has no kept theme.
    kept = null;
  }
  const dark = kept === null ? matchMedia("(prefers-color-scheme: dark)").matches : kept === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
