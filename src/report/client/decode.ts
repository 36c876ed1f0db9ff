/** The script that reads a page's data: `data`, and `decode(text, type)` for typed arrays. */
export const decodeScript = `
const data = JSON.parse(document.getElementById("data").textContent);
const decode = (text, Type) => {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Type(bytes.buffer);
};
const thousands = (n) => n.toLocaleString("en");
`;
