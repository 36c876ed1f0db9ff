/** How a sound file is coded, as far as its first bytes say. */
export type SoundForm = "wav" | "mp3" | "flac" | "ogg flac" | "vorbis" | "opus" | "webm" | "mp4" | "aac";

/** Forms by the name people know them by. */
export const soundForms = "WAV, MP3, FLAC, OGG (Vorbis or Opus), WebM or M4A";

/** Bytes of a file that {@link soundFormOf} looks at. */
export const formBytes = 64;

/** The form of a file by its first {@link formBytes} bytes, never by its name; null where it is none that can be read. */
export function soundFormOf(head: Uint8Array): SoundForm | null {
  const text = String.fromCharCode(...head.subarray(0, formBytes));
  if (/^RIFF[\s\S]{4}WAVE/.test(text)) return "wav";
  if (text.startsWith("fLaC")) return "flac";
  if (text.startsWith("OggS")) return oggForm(text);
  if (text.startsWith("\x1a\x45\xdf\xa3")) return "webm";
  if (text.slice(4, 8) === "ftyp") return "mp4";
  if (text.startsWith("ID3")) return "mp3";
  // A frame of MPEG begins with eleven ones; the layer, never 0 in MP3, is 0 in raw AAC.
  if (head[0] !== 0xff || (head[1]! & 0xe0) !== 0xe0) return null;
  if ((head[1]! & 0xf6) === 0xf0) return "aac";
  const [version, layer, bitRate, rate] = [
    (head[1]! >> 3) & 3,
    (head[1]! >> 1) & 3,
    head[2]! >> 4,
    (head[2]! >> 2) & 3,
  ];
  return version !== 1 && layer !== 0 && bitRate !== 15 && rate !== 3 ? "mp3" : null;
}

function oggForm(text: string): SoundForm | null {
  if (text.includes("OpusHead")) return "opus";
  if (text.includes("\x01vorbis")) return "vorbis";
  return text.includes("\x7fFLAC") ? "ogg flac" : null;
}

/** What a file that cannot be read seems to be, for a message. */
export function seemsToBe(head: Uint8Array): string {
  if (head.length === 0) return "is empty";
  const text = String.fromCharCode(...head.subarray(0, formBytes));
  if (/^FORM[\s\S]{4}AIF/.test(text)) return "is an AIFF file";
  if (text.startsWith("OggS")) return "is an OGG file of another coding";
  if (/^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(text))
    return `seems to be text (${JSON.stringify(text.slice(0, 16))})`;
  const bytes = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `begins with the bytes ${bytes}`;
}
