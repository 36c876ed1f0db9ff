/** The script that unpacks the arrays of `encodePoints`. */
export const pointArraysScript = `
const positions = decode(data.positions, Float32Array);
const classOf = decode(data.classOf, Uint16Array);
const neighbourOf = decode(data.neighbours.indices, Uint32Array);
const similarityOf = decode(data.neighbours.similarities, Float32Array);
`;
