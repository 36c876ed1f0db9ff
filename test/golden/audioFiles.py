"""Makes the sound files in audio/: one known signal in every form that Kindred reads.

    pip install numpy==2.4.6 imageio-ffmpeg==0.8.1
    python3 test/golden/audioFiles.py

The signal is in signal(); sound.fixture.ts has it too. The left channel is the signal, each further one half of it. ffmpeg encodes.
"""

import pathlib
import subprocess

import imageio_ffmpeg
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "audio"
SECONDS = 0.4


def signal(t):
    """A chirp from 200 to 1,000 Hz, and a tone that comes and goes as syllables do."""
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 5 * t)
    return 0.4 * np.sin(2 * np.pi * (200 * t + 1000 * t * t)) + 0.25 * syllables * np.sin(2 * np.pi * 660 * t)


def channels(rate, count, seconds=SECONDS):
    t = np.arange(round(rate * seconds)) / rate
    return np.stack([signal(t) * (1 if channel == 0 else 0.5) for channel in range(count)], axis=1)


def write(name, rate, count, *arguments, seconds=SECONDS):
    samples = channels(rate, count, seconds).astype("<f4").tobytes()
    source = ["-f", "f32le", "-ar", str(rate), "-ac", str(count), "-i", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, "-map_metadata", "-1", "-fflags", "+bitexact"]
    subprocess.run([*command, *arguments, FOLDER / name], input=samples, check=True)


FOLDER.mkdir(exist_ok=True)
write("u8.wav", 8000, 1, "-c:a", "pcm_u8")
write("s16.wav", 8000, 2, "-c:a", "pcm_s16le")
write("s24.wav", 11025, 1, "-c:a", "pcm_s24le")
write("s32.wav", 8000, 1, "-c:a", "pcm_s32le")
write("f32.wav", 8000, 1, "-c:a", "pcm_f32le")
write("f64.wav", 8000, 1, "-c:a", "pcm_f64le")
write("eight.wav", 8000, 8, "-c:a", "pcm_s16le", seconds=0.1)
write("stereo.flac", 44100, 2, "-c:a", "flac", "-sample_fmt", "s16")
write("deep.flac", 16000, 1, "-c:a", "flac", "-sample_fmt", "s32")
write("stereo.mp3", 44100, 2, "-c:a", "libmp3lame", "-b:a", "96k")
write("low.mp3", 16000, 1, "-c:a", "libmp3lame", "-b:a", "32k", "-write_xing", "0")
write("vorbis.ogg", 44100, 1, "-c:a", "libvorbis", "-q:a", "4")
write("opus.ogg", 48000, 2, "-c:a", "libopus", "-b:a", "64k")
write("opus.webm", 48000, 1, "-c:a", "libopus", "-b:a", "48k")
write("vorbis.webm", 44100, 2, "-c:a", "libvorbis", "-q:a", "3")
write("aac.m4a", 44100, 1, "-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart")
write("alac.m4a", 8000, 1, "-c:a", "alac")
write("aac.aac", 44100, 1, "-c:a", "aac", "-b:a", "64k")
