/**
 * The script that gives a plot the page's colours: `theme()` reads them from the style sheet, `followTheme(draw)` calls
 * `draw` again when the reader's system changes between light and dark.
 */
export const themeScript = `
const theme = () => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue("--" + name).trim();
  return {
    text: colour("text"), faint: colour("faint"), grid: colour("grid"), surface: colour("surface"),
    alike: colour("alike"), unalike: colour("unalike"), third: colour("third"),
  };
};
const plotFont = (colours) => ({ family: "Inter, system-ui, sans-serif", size: 13, color: colours.text });
const plotConfig = {
  displaylogo: false,
  responsive: true,
  scrollZoom: true,
  // The first would send the data to a server.
  modeBarButtonsToRemove: [
    "sendChartToCloud", "select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d", "resetCameraLastSave3d",
  ],
};
const followTheme = (draw) =>
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
`;
