"""Makes the folders beside it: two-layer models of random weights, each with a tokenizer of its own, in transformers.js' layout.

    pip install -r test/golden/pretrained/requirements.txt
    python3 test/golden/pretrained/pretrained.py [name ...]

Each folder has golden.json: what transformers makes of the texts below, and of pictures and recordings that the test makes
by the same formulas. Where two pieces of text are as frequent, a tokenizer's training takes either, so a new run makes other
tokenizers, and with them other values. Weights are drawn from seed 1 with a deviation that keeps embeddings of different inputs apart. ONNX
files come from torch.onnx's tracing exporter with eager attention, as those of the hub do; Gemma's from the newer one, as
tracing cannot make its masks.
"""

import json
import math
import pathlib
import sys
import warnings

import numpy as np
import onnx
import tokenizers
import torch
import transformers
from PIL import Image
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

warnings.filterwarnings("ignore")
here = pathlib.Path(__file__).parent
texts = [
    "a photo of a red kite",
    "A Photo of TWO kites, flying!",
    "",
    "naïve café — 日本 🎉",
    "seven",
    " ".join(["the quick brown fox jumps over the lazy dog"] * 12),
]
corpus = texts + [
    "a recording of a dog that barks in the rain",
    "one two three four five six seven eight nine ten",
    "what is the capital of a country and where does it lie",
    "query: passage: title: none | text: task: search result | query:",
]
pictures = [(32, 32), (61, 47), (40, 83), (20, 17)]
seconds = [0.3, 1.0, 0.5, 2.3]


def picture(width, height):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((5 * x * x // 7 + 9 * y + 60 * c + (x * y) % 37) % 256).astype(np.uint8)


def recording(length, rate):
    t = np.arange(round(length * rate))
    wave = np.sin(t * t * (length * 4e-7)) * 0.5 + np.sin(t * 0.031) * 0.3
    return wave.astype(np.float32)


def seeded(model, deviation=0.2):
    torch.manual_seed(1)
    for name, weight in model.named_parameters():
        with torch.no_grad():
            if weight.ndim > 1:
                weight.normal_(0, deviation)
            elif name.endswith("bias"):
                weight.normal_(0, 0.1)
    return model.eval()


class Outputs(torch.nn.Module):
    """A model that takes its inputs in an order, and gives the outputs that are named."""

    def __init__(self, model, inputs, outputs):
        super().__init__()
        self.model, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, *values):
        made = self.model(**dict(zip(self.inputs, values)))
        return tuple(made[name] for name in self.outputs)


def export(model, folder, file, inputs, outputs, axes, wrapped=None, dynamo=False):
    path = folder / "onnx" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    module = (wrapped or Outputs(model, list(inputs), outputs)).eval()
    dynamic = {name: {0: "batch", **axes.get(name, {})} for name in [*inputs, *outputs]}
    names = dict(input_names=list(inputs), output_names=outputs, opset_version=18)
    if dynamo:
        shapes = tuple(dynamic[name] for name in inputs)
        torch.onnx.export(module, tuple(inputs.values()), path, dynamo=True, dynamic_shapes=shapes, external_data=False, **names)
    else:
        torch.onnx.export(module, tuple(inputs.values()), path, dynamo=False, dynamic_axes=dynamic, **names)
    saved = onnx.load(path)
    shorten(saved, {*inputs, *outputs})
    onnx.save(saved, path)


def shorten(model, kept):
    """Short names and no notes: the exporter's take more room than the weights."""
    graph, names = model.graph, {"": ""}
    short = lambda name: name if name in kept else names.setdefault(name, f"v{len(names)}")
    del graph.value_info[:], graph.metadata_props[:], model.metadata_props[:]
    for weight in graph.initializer:
        weight.name = short(weight.name)
    for node in graph.node:
        node.name, node.doc_string = "", ""
        del node.metadata_props[:]
        for names_of in (node.input, node.output):
            names_of[:] = [short(name) for name in names_of]
        assert not any(attribute.HasField("g") for attribute in node.attribute)


sequence = {1: "sequence"}
text_axes = {"input_ids": sequence, "attention_mask": sequence, "token_type_ids": sequence, "last_hidden_state": sequence}


def trained(tokenizer, trainer):
    tokenizer.train_from_iterator(corpus * 2, trainer)
    return tokenizer


def clip_tokenizer():
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    words = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(words), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    special = ["<|startoftext|>", "<|endoftext|>"]
    trained(tokenizer, trainers.BpeTrainer(vocab_size=298, special_tokens=[], end_of_word_suffix="</w>", show_progress=False))
    tokenizer.add_special_tokens(special)
    start, end = (tokenizer.token_to_id(token) for token in special)
    tokenizer.post_processor = processors.RobertaProcessing(("<|endoftext|>", end), ("<|startoftext|>", start), False, False)
    tokenizer.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=special[0], eos_token=special[1], unk_token=special[1], pad_token=special[1], model_max_length=24
    )


def bert_tokenizer():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trained(tokenizer, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]", model_max_length=32,
    )


def roberta_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained(tokenizer, trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)
    tokenizer.decoder = decoders.ByteLevel()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", sep_token="</s>", cls_token="<s>", unk_token="<unk>", pad_token="<pad>", model_max_length=32,
    )


def siglip_tokenizer():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Lowercase(), normalizers.Replace(Regex(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"), ""), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = ["<pad>", "</s>", "<unk>"]
    trained(tokenizer, trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="</s>", pad_token="</s>", unk_token="<unk>", model_max_length=16,
    )


def gemma_tokenizer(single, length, lowercase=False, side="right"):
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    plain = [normalizers.Lowercase()] if lowercase else []
    norm = normalizers.Sequence([*plain, normalizers.Replace(" ", "▁")])
    first = Tokenizer(models.BPE())
    first.normalizer = norm
    trained(first, trainers.BpeTrainer(vocab_size=140, special_tokens=[], show_progress=False))
    known = json.loads(first.to_str())["model"]
    tokens = [*special, *(f"<0x{byte:02X}>" for byte in range(256)), *known["vocab"]]
    merges = [tuple(merge) for merge in known["merges"]]
    vocab = {token: at for at, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = norm
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.add_special_tokens(special)
    used = [(token, vocab[token]) for token in ("<bos>", "<eos>") if token in single]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=used)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>", model_max_length=length, padding_side=side,
    )


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def text_inputs(tokenizer, some, names, **options):
    encoded = tokenizer(some, truncation=True, return_tensors="pt", return_token_type_ids="token_type_ids" in names, **options)
    return {name: encoded[name] for name in names}


def made(model, inputs, output):
    with torch.no_grad():
        return model(**inputs)[output].double().numpy()


def each_picture(processor, model, output, length=True):
    rows = []
    for width, height in pictures:
        values = processor(Image.fromarray(picture(width, height)), return_tensors="pt")
        row = made(model, {"pixel_values": values["pixel_values"]}, output)
        rows.append(row[0] if row.ndim == 2 else row[0, 0])
    return unit(np.stack(rows)) if length else np.stack(rows)


def finish(folder, tokenizer=None, config=None, **golden):
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    if config is not None:
        config.save_pretrained(folder)
    versions = {name.__name__: name.__version__ for name in (transformers, torch, tokenizers, onnx, np)}
    rounded = {name: np.round(rows, 7).tolist() for name, rows in golden.items()}
    content = {"made by": "pretrained.py", "versions": versions, "texts": texts, "pictures": pictures, "seconds": seconds, **rounded}
    (folder / "golden.json").write_text(json.dumps(content, ensure_ascii=False))
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder.name}: {size} bytes")


tiny = dict(hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, attn_implementation="eager")


def clip(folder):
    tokenizer = clip_tokenizer()
    eos = tokenizer.eos_token_id
    text = dict(**tiny, vocab_size=len(tokenizer), max_position_embeddings=24, projection_dim=24, bos_token_id=tokenizer.bos_token_id, eos_token_id=eos, pad_token_id=eos)
    vision = dict(**tiny, image_size=32, patch_size=8, projection_dim=24)
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)
    text_model = seeded(transformers.CLIPTextModelWithProjection(transformers.CLIPTextConfig(**text)))
    image_model = seeded(transformers.CLIPVisionModelWithProjection(transformers.CLIPVisionConfig(**vision)))
    names = ["input_ids", "attention_mask"]
    inputs = text_inputs(tokenizer, texts, names, padding=True)
    export(text_model, folder, "text_model.onnx", inputs, ["text_embeds"], text_axes)
    export(image_model, folder, "vision_model.onnx", {"pixel_values": torch.zeros(2, 3, 32, 32)}, ["image_embeds"], {})
    processor = transformers.CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor.save_pretrained(folder)
    finish(
        folder, tokenizer, config,
        text=unit(made(text_model, inputs, "text_embeds")),
        image=each_picture(processor, image_model, "image_embeds"),
    )


def siglip(folder, kind="Siglip", tokenizer=None, resample=3):
    tokenizer = tokenizer or siglip_tokenizer()
    text = dict(**tiny, vocab_size=len(tokenizer), max_position_embeddings=16, projection_size=32)
    vision = dict(**tiny, image_size=32, patch_size=8)
    config = transformers.SiglipConfig(text_config=text, vision_config=vision)
    text_model = seeded(transformers.SiglipTextModel(transformers.SiglipTextConfig(**text)))
    image_model = seeded(transformers.SiglipVisionModel(transformers.SiglipVisionConfig(**vision)))
    inputs = text_inputs(tokenizer, texts, ["input_ids"], padding="max_length", max_length=16)
    export(text_model, folder, "text_model.onnx", inputs, ["last_hidden_state", "pooler_output"], text_axes)
    export(image_model, folder, "vision_model.onnx", {"pixel_values": torch.zeros(2, 3, 32, 32)}, ["last_hidden_state", "pooler_output"], {})
    processor = transformers.SiglipImageProcessorPil(size={"height": 32, "width": 32}, resample=resample)
    processor.save_pretrained(folder)
    finish(
        folder, tokenizer, config,
        text=unit(made(text_model, inputs, "pooler_output")),
        image=each_picture(processor, image_model, "pooler_output"),
    )


def siglip2(folder):
    # As google/siglip2-base-patch16-224: of fixed size, so of model type siglip, with Gemma's tokenizer in small letters, and bilinear.
    siglip(folder, tokenizer=gemma_tokenizer("$A <eos>", 16, lowercase=True), resample=2)


def clap(folder):
    tokenizer = roberta_tokenizer()
    rate = 48000
    text = dict(**tiny, vocab_size=len(tokenizer), max_position_embeddings=34, projection_dim=24, pad_token_id=1, bos_token_id=0, eos_token_id=2)
    audio = dict(
        patch_embeds_hidden_size=8, hidden_size=16, depths=[2, 2], num_attention_heads=[2, 2], window_size=4, spec_size=128, num_mel_bins=64,
        num_hidden_layers=2, projection_dim=24, attn_implementation="eager", drop_path_rate=0.0, enable_fusion=False,
    )
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
    text_model = seeded(transformers.ClapTextModelWithProjection(transformers.ClapTextConfig(**text)))
    audio_model = seeded(transformers.ClapAudioModelWithProjection(transformers.ClapAudioConfig(**audio)))
    inputs = text_inputs(tokenizer, texts, ["input_ids", "attention_mask"], padding=True)
    extractor = transformers.ClapFeatureExtractor(max_length_s=1, frequency_max=14000, truncation="rand_trunc", padding="repeatpad", sampling_rate=rate)
    extractor.save_pretrained(folder)

    def features(wave):
        return extractor(wave, sampling_rate=rate, return_tensors="pt")["input_features"]

    rows = []
    for length in seconds:
        wave = recording(length, rate)
        # A long recording is windows side by side, the last one at its end; transformers draws one of them.
        starts = [min(at, max(0, len(wave) - rate)) for at in range(0, max(1, len(wave)), rate)]
        windows = [made(audio_model, {"input_features": features(wave[at : at + rate])}, "audio_embeds")[0] for at in starts]
        rows.append(unit(unit(np.stack(windows)).mean(axis=0)))
    export(text_model, folder, "text_model.onnx", inputs, ["text_embeds"], text_axes)
    example = features(recording(1.0, rate)).repeat(2, 1, 1, 1)
    export(audio_model, folder, "audio_model.onnx", {"input_features": example}, ["audio_embeds"], {})
    mel = features(recording(0.3, rate))[0, 0].double().numpy()
    finish(folder, tokenizer, config, text=unit(made(text_model, inputs, "text_embeds")), audio=np.stack(rows), mel=mel[::10])


def bert(folder):
    tokenizer = bert_tokenizer()
    config = transformers.BertConfig(**tiny, vocab_size=len(tokenizer), max_position_embeddings=32)
    model = seeded(transformers.BertModel(config, add_pooling_layer=False))
    names = ["input_ids", "attention_mask", "token_type_ids"]
    inputs = text_inputs(tokenizer, texts, names, padding=True)
    export(model, folder, "model.onnx", inputs, ["last_hidden_state"], text_axes)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    modules = [("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")]
    listed = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{name}"} for i, (name, path) in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(listed))
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}, "default_prompt_name": None}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))

    def pooled(some):
        given = text_inputs(tokenizer, some, names, padding=True)
        hidden, mask = made(model, given, "last_hidden_state"), given["attention_mask"][..., None].numpy()
        return unit((hidden * mask).sum(axis=1) / mask.sum(axis=1)), unit(hidden[:, 0])

    finish(
        folder, tokenizer, config,
        text=pooled([f"passage: {one}" for one in texts])[0], query=pooled([f"query: {one}" for one in texts])[0],
        plain=pooled(texts)[0], cls=pooled(texts)[1],
    )


def dino(folder):
    config = transformers.Dinov2Config(**{**tiny, "hidden_size": 32}, image_size=28, patch_size=7, mlp_ratio=2)
    model = seeded(transformers.Dinov2Model(config))
    export(model, folder, "model.onnx", {"pixel_values": torch.zeros(2, 3, 28, 28)}, ["last_hidden_state"], {})
    processor = transformers.BitImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 28, "width": 28}, resample=3, do_convert_rgb=True,
        image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225],
    )
    processor.save_pretrained(folder)
    finish(folder, None, config, image=each_picture(processor, model, "last_hidden_state", length=False))


def vit(folder):
    config = transformers.ViTConfig(**tiny, image_size=32, patch_size=8)
    model = seeded(transformers.ViTModel(config, add_pooling_layer=False))
    export(model, folder, "model.onnx", {"pixel_values": torch.zeros(2, 3, 32, 32)}, ["last_hidden_state"], {})
    processor = transformers.ViTImageProcessorPil(size={"height": 32, "width": 32}, resample=2)
    processor.save_pretrained(folder)
    finish(folder, None, config, image=each_picture(processor, model, "last_hidden_state", length=False))


class Sentence(torch.nn.Module):
    """EmbeddingGemma as its exports have it: the mean of the tokens, two linear layers and length 1 in the model."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.wide = torch.nn.Linear(32, 64, bias=False)
        self.narrow = torch.nn.Linear(64, 32, bias=False)

    def forward(self, input_ids, attention_mask):
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return hidden, torch.nn.functional.normalize(self.narrow(self.wide(mean)), dim=-1)


def gemma(folder):
    tokenizer = gemma_tokenizer("<bos> $A <eos>", 48)
    config = transformers.Gemma3TextConfig(
        **tiny, vocab_size=len(tokenizer), num_key_value_heads=2, head_dim=8, max_position_embeddings=48, sliding_window=16,
        layer_types=["sliding_attention", "full_attention"], use_bidirectional_attention=True, use_cache=False,
    )
    model = seeded(Sentence(transformers.Gemma3TextModel(config)))
    names = ["input_ids", "attention_mask"]
    inputs = text_inputs(tokenizer, texts, names, padding=True)
    export(model, folder, "model.onnx", inputs, ["last_hidden_state", "sentence_embedding"], text_axes, wrapped=model, dynamo=True)

    def pooled(prefix):
        given = text_inputs(tokenizer, [prefix + one for one in texts], names, padding=True)
        with torch.no_grad():
            return model(**given)[1].double().numpy()

    finish(folder, tokenizer, config, text=pooled("title: none | text: "), query=pooled("task: search result | query: "), plain=pooled(""))


if __name__ == "__main__":
    for make in (clip, siglip, siglip2, clap, bert, dino, vit, gemma):
        if len(sys.argv) == 1 or make.__name__ in sys.argv[1:]:
            target = here / make.__name__
            target.mkdir(exist_ok=True)
            make(target)
