"""Makes audio.json: sound resampled by scipy, and log-mel spectrograms by PyTorch's transform and transformers' filterbank.

    python3 test/golden/audio.py
"""

import json
import pathlib
import platform

import numpy as np
import scipy
import scipy.signal
import torch
import transformers
from transformers.audio_utils import mel_filter_bank

SEED = 5
rng = np.random.default_rng(SEED)


def kernel(up, down):
    """The filter of resample.ts at the rate from * up: a sinc under Kaiser's window, 48 zero crossings each side."""
    cutoff = min(1, up / down) * 0.9475
    half = int(np.ceil(48 / cutoff))
    distance = np.arange(-half * up, half * up + 1) / up
    h = np.sinc(cutoff * distance) * np.kaiser(len(distance), 7.857)
    return h / h.sum()


def resampled(rate, to, count):
    x = np.round(rng.uniform(-1, 1, count) * 4096) / 4096
    divisor = np.gcd(rate, to)
    y = scipy.signal.resample_poly(x, to // divisor, rate // divisor, window=kernel(to // divisor, rate // divisor))
    return {"from": rate, "to": to, "input": x.tolist(), "output": y.tolist()}


def log_mel(sample_rate, mel_bins, frame, hop, fft, lowest, highest, seconds):
    x = torch.tensor(np.round(rng.normal(0, 0.1, round(seconds * sample_rate)) * 4096) / 4096)
    t = torch.arange(len(x)) / sample_rate
    x = x + 0.5 * torch.sin(2 * torch.pi * (300 * t + 900 * t * t))
    x[len(x) // 2 :] *= 1e-5
    frames = x.unfold(0, frame, hop) * torch.hann_window(frame, periodic=True, dtype=torch.float64)
    power = torch.fft.rfft(frames, n=fft).abs() ** 2
    bands = mel_filter_bank(fft // 2 + 1, mel_bins, lowest, highest, sample_rate, norm="slaney", mel_scale="slaney")
    levels = torch.log(power @ torch.tensor(bands) + 1e-10).T
    levels = torch.maximum(levels, levels.max() - 8 * np.log(10))
    levels = (levels - levels.mean()) / torch.sqrt(levels.var(correction=0) + 1e-5)
    options = {"sampleRate": sample_rate, "melBins": mel_bins, "frame": frame / sample_rate, "hop": hop / sample_rate}
    return {
        "options": {**options, "lowest": lowest, "highest": highest},
        "input": x.to(torch.float32).tolist(),
        "output": [[round(value, 6) for value in row] for row in levels.tolist()],
    }


golden = {
    "recipe": {
        "script": "test/golden/audio.py",
        "seed": SEED,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    },
    "resampled": [resampled(44100, 16000, 400), resampled(8000, 16000, 100), resampled(48000, 44100, 200)],
    "logMel": [
        log_mel(8000, 40, 200, 80, 256, 20, 4000, 0.2),
        log_mel(16000, 24, 512, 160, 512, 100, 6000, 0.1),
    ],
}
(pathlib.Path(__file__).parent / "audio.json").write_text(json.dumps(golden) + "\n")
