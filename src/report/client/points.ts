/**
 * The script of a page of points: a trace for each class, the legend, the card on hover and on click, and the field that
 * finds a row. A page sets `layoutOf(colours)` before it.
 */
export const pointsScript = `
const plot = document.getElementById("plot");
const count = classOf.length;
const dims = data.dims;
const rowsOf = data.classes.map(({ count }) => new Uint32Array(count));
{
  const filled = new Uint32Array(rowsOf.length);
  for (let row = 0; row < count; row++) rowsOf[classOf[row]][filled[classOf[row]]++] = row;
}
const axis = (rows, d) => Float32Array.from(rows, (row) => positions[row * dims + d]);
const hidden = new Set();
// Without WebGL the plane is still drawn, slower; space cannot be.
const webgl = document.createElement("canvas").getContext("webgl") !== null;
const kind = dims === 3 ? "scatter3d" : webgl ? "scattergl" : "scatter";
const traces = () =>
  data.classes.map(({ name, colour, symbol }, index) => ({
    type: kind,
    mode: "markers",
    name: data.labelled ? name : "pictures",
    x: axis(rowsOf[index], 0),
    y: axis(rowsOf[index], 1),
    ...(dims === 3 ? { z: axis(rowsOf[index], 2) } : {}),
    marker: { color: colour, symbol: symbol === "circle" ? data.marker.circle : symbol, size: data.marker.size, opacity: data.marker.opacity, line: { width: 0 } },
    // The card is drawn by the page; the events still come.
    hoverinfo: "none",
    showlegend: false,
    visible: !hidden.has(index),
  }));
const pointer = { x: 0, y: 0 };
plot.addEventListener("pointermove", ({ clientX, clientY }) => Object.assign(pointer, { x: clientX, y: clientY }), true);
plot.addEventListener("pointerdown", ({ clientX, clientY }) => Object.assign(pointer, { x: clientX, y: clientY }), true);
const pinMark = (row) => {
  const mark = plot.data.length - 1;
  const at = (d) => [row === null ? [] : [positions[row * dims + d]]];
  Plotly.restyle(plot, { x: at(0), y: at(1), ...(dims === 3 ? { z: at(2) } : {}) }, [mark]);
};
const markTrace = (colours) => ({
  type: kind, mode: "markers", x: [], y: [], ...(dims === 3 ? { z: [] } : {}),
  marker: {
    symbol: "circle-open", size: data.marker.size + 10, color: colours.text, line: { width: 2, color: colours.text },
  },
  hoverinfo: "skip", showlegend: false,
});
const rowOf = ({ points }) => {
  const point = points?.find(({ curveNumber }) => curveNumber < rowsOf.length);
  return point && rowsOf[point.curveNumber][point.pointNumber];
};
const ready = Plotly.newPlot(plot, [...traces(), markTrace(theme())], layoutOf(theme()), plotConfig).then(() => {
  plot.on("plotly_hover", (event) => {
    const row = rowOf(event);
    if (row !== undefined) card.show(row, pointer.x, pointer.y);
  });
  plot.on("plotly_unhover", () => card.hide());
  plot.on("plotly_click", (event) => {
    const row = rowOf(event);
    if (row !== undefined) card.pin(row, pointer.x, pointer.y);
  });
  document.documentElement.dataset.ready = "true";
});
document.addEventListener("pinned", ({ detail }) => ready.then(() => pinMark(detail)));
plot.addEventListener("pointerleave", () => card.hide());
followTheme(() => ready.then(() => {
  Plotly.relayout(plot, layoutOf(theme()));
  Plotly.restyle(plot, { "marker.color": theme().text, "marker.line.color": theme().text }, [plot.data.length - 1]);
}));

const chips = [...document.querySelectorAll("#legend button[data-class]")];
const everyClass = document.getElementById("every-class");
const showClasses = (wanted) => {
  data.classes.forEach((_, index) => (wanted(index) ? hidden.delete(index) : hidden.add(index)));
  chips.forEach((chip, index) => chip.setAttribute("aria-pressed", String(!hidden.has(index))));
  everyClass.disabled = hidden.size === 0;
  return ready.then(() =>
    Plotly.restyle(plot, { visible: data.classes.map((_, index) => !hidden.has(index)) }, data.classes.map((_, i) => i)));
};
chips.forEach((chip, index) => {
  chip.addEventListener("click", (event) => {
    if (event.shiftKey) showClasses((other) => other === index);
    else showClasses((other) => (other === index ? hidden.has(index) : !hidden.has(other)));
  });
  chip.addEventListener("dblclick", () => showClasses((other) => other === index));
});
everyClass?.addEventListener("click", () => showClasses(() => true));

const findClass = document.getElementById("find-class");
findClass?.addEventListener("input", () => {
  const wanted = findClass.value.trim().toLowerCase();
  chips.forEach((chip, index) => {
    chip.parentElement.hidden = !data.classes[index].name.toLowerCase().includes(wanted);
  });
});

const find = document.getElementById("find");
find.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = find.elements.row;
  if (field.value === "") return;
  const index = indexOfRow(Number(field.value));
  field.setCustomValidity(index < 0 ? "row " + field.value + " is not among the pictures of this plot" : "");
  if (!field.reportValidity()) return;
  const box = plot.getBoundingClientRect();
  card.pin(index, box.left + box.width / 2, box.top + box.height / 2);
});
find.addEventListener("input", () => find.elements.row.setCustomValidity(""));
`;
