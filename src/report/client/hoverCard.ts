/**
 * The script of the card beside the pointer: `card.show(row, x, y)`, `card.pin(row, x, y)`, `card.hide()`. A pinned card
 * stays and can be walked by its neighbours, which are buttons.
 */
export const hoverCardScript = `
const card = (() => {
  const element = document.getElementById("card");
  const picture = element.querySelector(".card-picture");
  const title = element.querySelector(".card-title");
  const row = element.querySelector(".card-row");
  const list = element.querySelector(".card-neighbours");
  const { k } = data.neighbours;
  const neighbours = Array.from({ length: k }, () => {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = '<canvas></canvas><span class="neighbour-label"></span><span class="neighbour-similarity"></span>';
    button.addEventListener("click", () => pin(Number(button.dataset.row)));
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
    return button;
  });
  let pinned = false;
  let at = { x: 0, y: 0 };
  const place = () => {
    const gap = 18;
    const { offsetWidth: width, offsetHeight: height } = element;
    if (innerWidth < 600) {
      // No room beside the pointer: above or below it.
      element.style.left = (innerWidth - width) / 2 + "px";
      element.style.top = (at.y < innerHeight / 2 ? innerHeight - height - 8 : 8) + "px";
      return;
    }
    const right = at.x + gap + width <= innerWidth - 8;
    const x = right ? at.x + gap : at.x - gap - width;
    element.style.left = Math.max(8, Math.min(x, innerWidth - width - 8)) + "px";
    element.style.top = Math.max(8, Math.min(at.y - height / 2, innerHeight - height - 8)) + "px";
  };
  const fill = (index) => {
    const own = classOf[index];
    element.dataset.row = index;
    title.textContent = data.labelled ? data.classes[own].name : "picture";
    title.style.setProperty("--class", data.classes[own].colour);
    title.classList.toggle("long", title.textContent.length > 6);
    row.textContent = "row " + thousands(rowNumber(index));
    drawPicture(picture, index);
    neighbours.forEach((button, rank) => {
      const other = neighbourOf[index * k + rank];
      const label = data.labelled ? data.classes[classOf[other]].name : "";
      const wrong = classOf[other] !== own;
      const similarity = similarityOf[index * k + rank].toFixed(4);
      button.dataset.row = other;
      button.classList.toggle("wrong", wrong);
      const name = button.querySelector(".neighbour-label");
      name.textContent = (wrong ? "\u2260 " : "") + label;
      name.classList.toggle("long", label.length > 3);
      button.title = label;
      button.querySelector(".neighbour-similarity").textContent = similarity;
      button.setAttribute("aria-label", "row " + rowNumber(other) + (data.labelled ? ", label " + label : "") + ", similarity " + similarity);
      drawPicture(button.querySelector("canvas"), other);
    });
  };
  const open = (index, x, y) => {
    if (x !== undefined) at = { x, y };
    if (element.dataset.row !== String(index)) fill(index);
    element.hidden = false;
    place();
  };
  const show = (index, x, y) => {
    if (!pinned) open(index, x, y);
  };
  const pin = (index, x, y) => {
    pinned = true;
    element.classList.add("pinned");
    open(index, x, y);
    document.dispatchEvent(new CustomEvent("pinned", { detail: index }));
  };
  const unpin = () => {
    pinned = false;
    element.classList.remove("pinned");
    element.hidden = true;
    document.dispatchEvent(new CustomEvent("pinned", { detail: null }));
  };
  const hide = () => {
    if (!pinned) element.hidden = true;
  };
  element.querySelector(".card-close").addEventListener("click", unpin);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") unpin();
  });
  return { show, pin, hide, unpin, get pinned() { return pinned; } };
})();
`;
