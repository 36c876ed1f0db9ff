/** The header of Kaggle's digit-recognizer `train.csv`: `label,pixel0,…,pixel{n-1}`. */
export function csvHeader(pixelCount: number): string {
  return ["label", ...Array.from({ length: pixelCount }, (_, i) => `pixel${i}`)].join(",");
}
