/** The script that unpacks the arrays of `encodePoints`; `rowNumber(index)` is the row of the data set that a point is of, `indexOfRow(row)` the point, or -1. */
export const pointArraysScript = `
const positions = decode(data.positions, Float32Array);
const classOf = decode(data.classOf, Uint16Array);
const neighbourOf = decode(data.neighbours.indices, Uint32Array);
const similarityOf = decode(data.neighbours.similarities, Float32Array);
const rowNumbers = data.rows === null ? Uint32Array.from(classOf.keys()) : decode(data.rows, Uint32Array);
const rowNumber = (index) => rowNumbers[index];
const indexOfRow = (row) => rowNumbers.indexOf(row);
`;
