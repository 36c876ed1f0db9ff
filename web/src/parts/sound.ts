/** A recording of any form that the browser reads, decoded. @throws DOMException when it is none. */
export async function decodedSound(bytes: Uint8Array): Promise<AudioBuffer> {
  // Decoding takes the buffer away, and brings what it decodes to the context's rate.
  return new OfflineAudioContext(1, 1, 44_100).decodeAudioData(bytes.slice().buffer);
}

/** The loudest sample of each of so many equal parts, `[parts]`, 0 to 1 of the loudest of all; 0 for silence. */
export function peaksOf(samples: Float32Array, parts: number): Float32Array {
  const peaks = new Float32Array(parts);
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * samples.length) / parts);
    const to = Math.max(from + 1, Math.floor(((part + 1) * samples.length) / parts));
    for (let at = from; at < Math.min(to, samples.length); at++) {
      peaks[part] = Math.max(peaks[part]!, Math.abs(samples[at]!));
    }
  }
  const most = Math.max(...peaks);
  return most > 0 ? peaks.map((peak) => peak / most) : peaks;
}

/** Draws peaks as upright bars within a box. */
export function drawPeaks(
  context: CanvasRenderingContext2D,
  peaks: Float32Array,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  colourOf: (part: number) => string,
): void {
  const step = box.width / peaks.length;
  for (const [i, peak] of peaks.entries()) {
    const high = Math.max(step / 2, peak * box.height);
    context.fillStyle = colourOf(i);
    context.fillRect(box.x + i * step, box.y + (box.height - high) / 2, Math.max(1, 0.62 * step), high);
  }
}

/** Mono samples, -1 to 1, as a WAV file of 16 bits. */
export function wavOf(samples: Float32Array, rate: number): Blob {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at: number, word: string): void => {
    for (let i = 0; i < word.length; i++) bytes.setUint8(at + i, word.charCodeAt(i));
  };
  text(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  // PCM of one channel.
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => {
    bytes.setInt16(44 + 2 * i, Math.round(32_767 * Math.max(-1, Math.min(1, sample))), true);
  });
  return new Blob([bytes.buffer], { type: "audio/wav" });
}
