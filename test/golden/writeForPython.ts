/** Writes checkpoints into a folder for readBack.py to open in PyTorch: see there. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TensorData, tensorData } from "../../src/base/index.ts";
import { readPt, writePt } from "../../src/runs/checkpoint/index.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("no folder given, expected: node writeForPython.ts <folder>");
mkdirSync(folder, { recursive: true });

for (const name of ["state_dict.pt", "views.pt", "types.pt"]) {
  const golden = readFileSync(join(import.meta.dirname, "checkpoint", name));
  writeFileSync(join(folder, name), writePt(readPt(golden, name)));
}
const many = new Map<string, TensorData>();
for (let i = 0; i < 300; i++) many.set(`层${i}`, tensorData("float32", [], [i]));
many.set("", tensorData("uint8", [2, 0], []));
many.set("a.b/c", tensorData("bool", [2], [0, 1]));
writeFileSync(join(folder, "many.pt"), writePt(many));
writeFileSync(join(folder, "empty.pt"), writePt(new Map()));
