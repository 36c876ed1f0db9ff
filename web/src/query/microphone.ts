import { decodedSound, wavOf } from "../parts/sound.ts";

/** A recording under way. */
export interface Recording {
  /** Ends it: mono samples as a WAV file. */
  end(): Promise<Blob>;
  cancel(): void;
}

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError:
    "this page may not use the microphone: allow it beside the browser's address bar, and try again",
  SecurityError: "this page may not use the microphone: allow it in the browser's settings, and try again",
  NotFoundError: "no microphone was found: connect one, or choose a file",
  NotReadableError: "the microphone could not be opened: another program may use it",
  OverconstrainedError: "no microphone fits: connect another one, or choose a file",
};

/** Why the microphone gave nothing, one line. */
export function microphoneReason(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  return reasons[name] ?? `the microphone failed: ${error instanceof Error ? error.message : String(error)}`;
}

/** Begins to record by the microphone. @throws Error with a reason for people, see {@link microphoneReason}. */
export async function recordSound(): Promise<Recording> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error(
      "this browser gives a microphone only to pages of localhost or https: open this page so, or choose a file",
    );
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    throw new Error(microphoneReason(error), { cause: error });
  }
  const release = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start();
  return {
    cancel: release,
    end: async () => {
      const ended = new Promise((resolve) => {
        recorder.onstop = resolve;
      });
      recorder.stop();
      await ended;
      release();
      // Browsers record in forms of their own; WAV is read everywhere.
      const sound = await decodedSound(new Uint8Array(await new Blob(pieces).arrayBuffer()));
      return wavOf(mono(sound), sound.sampleRate);
    },
  };
}

/** The mean of all channels. */
function mono(sound: AudioBuffer): Float32Array {
  const samples = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++) {
    for (const [i, value] of sound.getChannelData(channel).entries()) {
      samples[i] = samples[i]! + value / sound.numberOfChannels;
    }
  }
  return samples;
}
