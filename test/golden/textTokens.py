"""Makes textTokens.json: how Python's tokenizers trains and encodes, and n-gram buckets.

    python3 test/golden/textTokens.py

Reads textCaptions.json and textTokenizer.json, which Kindred's own trainer wrote (the test writes it anew with `vitest -u`). Gives
the merges that Hugging Face's BpeTrainer finds, the ids of nasty texts by textTokenizer.json as Python reads it, and the buckets of
their n-grams, by a plain implementation of FNV-1a and of the rule in src/modality/text/ngrams.ts.
"""

import json
import pathlib
import platform

import regex
import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

here = pathlib.Path(__file__).parent
captions = json.loads((here / "textCaptions.json").read_text())
path = str(here / "textTokenizer.json")
ours = Tokenizer.from_file(path)

fresh = Tokenizer(models.BPE())
fresh.normalizer = ours.normalizer
fresh.pre_tokenizer = ours.pre_tokenizer
trainer = trainers.BpeTrainer(
    vocab_size=420,
    min_frequency=2,
    special_tokens=["[PAD]"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
fresh.train_from_iterator(captions["captions"], trainer)
theirs = json.loads(fresh.to_str())["model"]

wrapped = PreTrainedTokenizerFast(tokenizer_file=path)
tokens = [ours.encode(text).ids if text.strip() else [] for text in captions["nasty"]]
for text, ids in zip(captions["nasty"], tokens):
    if text.strip():
        assert wrapped(text)["input_ids"] == ids, text


def buckets_of(text, sizes, buckets):
    normal = ours.normalizer.normalize_str(text).strip(" ")

    def bucket(gram):
        value = 0x811C9DC5
        for byte in gram.encode("utf-8"):
            value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
        return value % buckets

    found = []
    for word in regex.findall(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*|[^ \p{L}\p{N}]+", normal):
        marked = "<" + word + ">"
        found.append(bucket(marked))
        for size in sizes:
            if size < len(marked):
                found += [bucket(marked[i : i + size]) for i in range(len(marked) - size + 1)]
    return found


golden = {
    "made": {"by": "test/golden/textTokens.py", "tokenizers": tokenizers.__version__, "python": platform.python_version()},
    "merges": theirs["merges"],
    "vocabulary": len(theirs["vocab"]),
    "tokens": tokens,
    "ngrams": {"sizes": [2, 3, 4], "buckets": 1000, "found": [buckets_of(text, [2, 3, 4], 1000) for text in captions["nasty"]]},
}
(here / "textTokens.json").write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")
