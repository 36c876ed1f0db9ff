/** The signal in the files of `audio/`, at a time in seconds: see audioFiles.py. */
export function signalAt(t: number): number {
  const syllables = 0.5 - 0.5 * Math.cos(2 * Math.PI * 5 * t);
  const chirp = 0.4 * Math.sin(2 * Math.PI * (200 * t + 1000 * t * t));
  return chirp + 0.25 * syllables * Math.sin(2 * Math.PI * 660 * t);
}

/** How like the signal samples are, from -1 to 1, and by what factor, leaving out what an encoder does at both ends. */
export function likeSignal(
  samples: Float32Array,
  sampleRate: number,
  delay = 0,
): { cosine: number; factor: number } {
  const edge = Math.round(0.02 * sampleRate);
  let [product, received, expected] = [0, 0, 0];
  const end = Math.min(samples.length, Math.round(0.4 * sampleRate) + delay) - edge;
  for (let i = edge + delay; i < end; i++) {
    const value = signalAt((i - delay) / sampleRate);
    product += samples[i]! * value;
    received += samples[i]! ** 2;
    expected += value ** 2;
  }
  return { cosine: product / Math.sqrt(received * expected), factor: product / expected };
}
