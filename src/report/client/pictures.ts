/**
 * The script that draws pictures out of the sheets: `drawPicture(canvas, row)`. A sheet is decoded when a picture of
 * it is first asked for.
 */
export const picturesScript = `
const sheets = new Map();
const sheetOf = (index) => {
  if (!sheets.has(index)) {
    const image = new Image();
    image.src = data.pictures.sheets[index];
    sheets.set(index, image.decode().then(() => image));
  }
  return sheets.get(index);
};
const drawPicture = async (canvas, row) => {
  const { width, height, columns, perSheet } = data.pictures;
  canvas.dataset.row = row;
  const image = await sheetOf(Math.floor(row / perSheet));
  // The pointer may have moved on while the sheet was decoded.
  if (canvas.dataset.row !== String(row)) return;
  canvas.width = width;
  canvas.height = height;
  const place = row % perSheet;
  const x = (place % columns) * width;
  const y = Math.floor(place / columns) * height;
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(image, x, y, width, height, 0, 0, width, height);
  canvas.dataset.drawn = row;
};
`;
