/** Where in ONNX Runtime's own source an error arose: path, line, and the signature of a function of C++. */
const place =
  /\S+\.(?:cc|cpp|cxx|h|hpp|cu):\d+\s+(?:[^()\n]*?\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)(?:\s*const)?(?:\s*\[with [^\]\n]*\])?\s*)?/g;

/** Longer reasons tell of ONNX Runtime's own workings. */
const longest = 300;

/** Why ONNX Runtime refused or failed, in one line that names nothing of its own source. */
export function ortReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [line = ""] = message.trim().split("\n");
  const plain = line
    .replace(/^Load model from .*? failed:\s*/, "")
    .replaceAll(place, "")
    .replace(
      /^Non-zero status code returned while running (\S+) node\. Name:\s*'(?:trunk\/)?(.*?)'\s*Status Message:\s*/,
      (_, op: string, name: string) => `${name === "" ? op : `${op} ${name}`}: `,
    )
    // Names as they are in the user's file.
    .replaceAll(/\btrunk\//g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain || "for no reason that it names";
}
