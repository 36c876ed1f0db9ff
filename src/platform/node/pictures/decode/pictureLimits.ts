/** Bytes that a picture file may have: some ten times what a camera's largest takes. */
export const mostFileBytes = 256 * 2 ** 20;

/** Why a file is not read, by what it is and its size; undefined where it is. */
export function readProblem(isFile: boolean, bytes: number): string | undefined {
  if (!isFile) return "is no file";
  if (bytes <= mostFileBytes) return undefined;
  const size = (bytes / 2 ** 20).toFixed(0);
  return `has ${size} MiB, more than the ${mostFileBytes / 2 ** 20} MiB that a picture file may have: make it smaller`;
}
