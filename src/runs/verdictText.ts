import type { Found, Verdict } from "./verdictFile.ts";

/** A verdict in a line or two for people. */
export function verdictLines(verdict: Verdict): readonly string[] {
  const { by, of, pictures, references, level, advice, chance } = verdict;
  const what =
    by === "labels"
      ? `1-NN, 10-NN, MAP@R of ${pictures.toLocaleString("en")} ${of} pictures among ${references.toLocaleString("en")}`
      : `of ${pictures.toLocaleString("en")} ${of} pictures, one variation finds the other`;
  const beside = [
    `untrained ${shares(verdict.untrained)}`,
    `pixels ${shares(verdict.pixels)}`,
    ...(verdict.trunk ? [`its trunk alone ${shares(verdict.trunk)}`] : []),
    `chance ${chance.toFixed(2)}`,
  ];
  return [
    `${what}: ${shares(verdict.encoder)} (${beside.join(", ")})`,
    ...(level === "learned" ? [] : [`${verdictText(verdict)}: ${advice}`]),
  ];
}

/** The level in words. */
export function verdictText(verdict: Verdict): string {
  if (verdict.level === "learned") return "the encoder has learned";
  if (verdict.level === "little") return "this encoder has learned little";
  const { mapAtR, knn1 } = verdict.encoder;
  const below = ({ mapAtR: other, knn1: otherKnn1 }: Found): boolean =>
    mapAtR !== null && other !== null && mapAtR < other ? true : knn1 < otherKnn1;
  return `this encoder is worse than ${below(verdict.untrained) ? "before training" : verdict.trunk && below(verdict.trunk) ? "its trunk alone" : "the pixels by themselves"}`;
}

function shares({ knn1, knn10, mapAtR }: Found): string {
  return [knn1, knn10, mapAtR]
    .filter((value) => value !== null)
    .map((value) => value.toFixed(2))
    .join(", ");
}
