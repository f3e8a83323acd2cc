"""Tiny models with random weights in the very formats of the real ones, for the tests."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

EXPRESSIONS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
EVENTS = ("Speech", "Music", "Rain", "Siren", "Laughter", "Applause", "Silence", "Wind")
WORDS = ("happy", "sad", "the", "a", "end", "help", "love", "death")

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def make_clip(folder: Path, *, seed: int = 0) -> Path:
    """A CLIP of one layer for pictures of 32 pixels, as open_clip saves it."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    configuration = {
        "embed_dim": 32,
        "vision_cfg": {
            "image_size": 32,
            "layers": 1,
            "width": 32,
            "head_width": 16,
            "patch_size": 8,
        },
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 16,
            "heads": 2,
            "layers": 1,
        },
    }
    torch.manual_seed(seed)
    model = open_clip.CLIP(**configuration)
    save_file(
        {name: tensor.contiguous() for name, tensor in model.state_dict().items()},
        folder / "open_clip_model.safetensors",
    )
    facts = {
        "model_cfg": configuration,
        "preprocess_cfg": {"mean": [0.48, 0.46, 0.41], "std": [0.27, 0.26, 0.28]},
    }
    (folder / "open_clip_config.json").write_text(json.dumps(facts))
    return folder


def make_audio_events(folder: Path) -> Path:
    """An Audio Spectrogram Transformer of one layer that listens to two seconds."""
    import torch
    from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

    torch.manual_seed(0)
    configuration = ASTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_length=200,
        num_mel_bins=32,
        id2label=dict(enumerate(EVENTS)),
        label2id={name: number for number, name in enumerate(EVENTS)},
    )
    ASTForAudioClassification(configuration).save_pretrained(folder)
    ASTFeatureExtractor(num_mel_bins=32, max_length=200).save_pretrained(folder)
    return folder


def make_face_detector(folder: Path) -> Path:
    """A network with YuNet's inputs and outputs that takes any white square for a face.

    Per stride one convolution of the stride's size: the score of a cell is high where all its
    pixels are white, and its box is four cells wide.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir(parents=True, exist_ok=True)
    nodes, weights, outputs = [], [], []
    for stride in (8, 16, 32):
        score = np.full((1, 3, stride, stride), 1 / (3 * stride * stride), np.float32)
        parts = {
            "cls": (score, np.array([-230.0], np.float32), 1, True),
            "obj": (score, np.array([-230.0], np.float32), 1, True),
            "bbox": (
                np.zeros((4, 3, stride, stride), np.float32),
                np.log(np.array([np.e, np.e, 4.0, 4.0])).astype(np.float32) - [1, 1, 0, 0],
                4,
                False,
            ),
            "kps": (
                np.zeros((10, 3, stride, stride), np.float32),
                np.zeros(10, np.float32),
                10,
                False,
            ),
        }
        for name, (weight, bias, width, is_score) in parts.items():
            here = f"{name}_{stride}"
            weights.append(numpy_helper.from_array(weight, f"{here}_w"))
            weights.append(numpy_helper.from_array(np.asarray(bias, np.float32), f"{here}_b"))
            weights.append(
                numpy_helper.from_array(np.array([1, -1, width], np.int64), f"{here}_shape")
            )
            nodes.append(
                helper.make_node(
                    "Conv",
                    ["input", f"{here}_w", f"{here}_b"],
                    [f"{here}_conv"],
                    kernel_shape=[stride, stride],
                    strides=[stride, stride],
                )
            )
            nodes.append(
                helper.make_node("Transpose", [f"{here}_conv"], [f"{here}_last"], perm=[0, 2, 3, 1])
            )
            end = f"{here}_rows" if is_score else here
            nodes.append(helper.make_node("Reshape", [f"{here}_last", f"{here}_shape"], [end]))
            if is_score:
                nodes.append(helper.make_node("Sigmoid", [end], [here]))
            outputs.append(helper.make_tensor_value_info(here, TensorProto.FLOAT, [1, None, width]))
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 640, 640])
    ordered = [
        next(one for one in outputs if one.name == f"{name}_{stride}")
        for name in ("cls", "obj", "bbox", "kps")
        for stride in (8, 16, 32)
    ]
    graph = helper.make_graph(nodes, "faces", [given], ordered, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, folder / "face_detection_yunet_2023mar.onnx")
    return folder


def make_face_expression(folder: Path) -> Path:
    """A Vision Transformer of one layer for faces of 32 pixels."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

    torch.manual_seed(0)
    configuration = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        id2label=dict(enumerate(EXPRESSIONS)),
        label2id={name: number for number, name in enumerate(EXPRESSIONS)},
    )
    ViTForImageClassification(configuration).save_pretrained(folder)
    ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def make_text_sentiment(folder: Path, *, labels: tuple[str, ...] = ()) -> Path:
    """A RoBERTa of one layer with a byte-level vocabulary, its weights as ``pytorch_model.bin``."""
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *_bytes()]
    torch.manual_seed(0)
    named = labels or ("negative", "neutral", "positive")
    configuration = RobertaConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=66,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        id2label=dict(enumerate(named)),
        label2id={name: number for number, name in enumerate(named)},
    )
    configuration.architectures = ["RobertaForSequenceClassification"]
    configuration.save_pretrained(folder)
    model = RobertaForSequenceClassification(configuration)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    return folder


def _bytes() -> list[str]:
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def make_speech(folder: Path, work: Path) -> Path:
    """A Whisper of one layer, converted as faster-whisper wants it."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import (
        GenerationConfig,
        PreTrainedTokenizerFast,
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
    )
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    letters = _bytes()
    tokenizer = Tokenizer(models.BPE({sign: n for n, sign in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{code}|>" for code in LANGUAGES),
        *("<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"),
        *("<|nospeech|>", "<|notimestamps|>"),
        *(f"<|{step * 0.02:.2f}|>" for step in range(1501)),
    ]
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
    end, start = (tokenizer.token_to_id(name) for name in special[:2])
    torch.manual_seed(0)
    configuration = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        decoder_start_token_id=start,
        suppress_tokens=[],
        begin_suppress_tokens=[],
        max_target_positions=448,
    )
    model = WhisperForConditionalGeneration(configuration)
    model.generation_config = GenerationConfig(
        decoder_start_token_id=start, eos_token_id=end, pad_token_id=end
    )
    model.generation_config.alignment_heads = [[0, 0]]
    model.save_pretrained(work)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|endoftext|>", unk_token="<|endoftext|>"
    ).save_pretrained(work)
    WhisperFeatureExtractor().save_pretrained(work)
    TransformersConverter(str(work), copy_files=["tokenizer.json"]).convert(str(folder), force=True)
    if not (folder / "vocabulary.txt").is_file():
        words = json.loads((folder / "vocabulary.json").read_text())
        (folder / "vocabulary.txt").write_text("\n".join(words))
    return folder


def make_screen_text(folder: Path) -> Path:
    """easyocr's own two networks with random weights, under the names that it looks for.

    It also checks their MD5: ``screen_text_md5s`` are those of these files.
    """
    import torch
    from easyocr.config import recognition_models
    from easyocr.craft import CRAFT
    from easyocr.model.vgg_model import Model

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    torch.save(CRAFT(pretrained=False).state_dict(), folder / "craft_mlt_25k.pth")
    signs = recognition_models["gen2"]["english_g2"]["characters"]
    reader = Model(1, 256, 256, len(signs) + 1)
    torch.save(
        {f"module.{name}": tensor for name, tensor in reader.state_dict().items()},
        folder / "english_g2.pth",
    )
    return folder


def trust_screen_text(folder: Path, monkeypatch: Any) -> None:
    """Have easyocr take the files of a folder for its own."""
    from easyocr import config

    def md5(name: str) -> str:
        return hashlib.md5((folder / name).read_bytes()).hexdigest()

    found = config.detection_models["craft"]
    monkeypatch.setitem(found, "md5sum", md5("craft_mlt_25k.pth"))
    read = config.recognition_models["gen2"]["english_g2"]
    monkeypatch.setitem(read, "md5sum", md5("english_g2.pth"))


_MADE: list[Path] = []  # one folder for all who ask in this process


def tiny_models(make_folder: Callable[[str], Path], *names: str) -> Path:
    """A folder with these models, each made once for all tests that ask; it is theirs to read.

    ``make_folder`` is the ``mktemp`` of pytest's factory.
    """
    if not _MADE:
        _MADE.append(make_folder("models"))
    root = _MADE[0]
    for name in names:
        if (root / name).is_dir():
            continue
        if name == "speech":
            make_speech(root / name, make_folder("whisper"))
        else:
            _MAKERS[name](root / name)
    return root


_MAKERS = {
    "clip": make_clip,
    "audio-events": make_audio_events,
    "face-detector": make_face_detector,
    "face-expression": make_face_expression,
    "text-sentiment": make_text_sentiment,
}


def record_installed(folder: Path) -> Path:
    """Have a model's folder pass for one that was installed and checked."""
    from emsync_engine.models.checks import sha256_of
    from emsync_engine.models.store import FileRecord, record_file

    for file in sorted(folder.iterdir()):
        found = file.stat()
        digest = sha256_of(file)
        record = FileRecord(found.st_size, digest, found.st_mtime_ns, "made for a test", "first")
        record_file(folder, file.name, record)
    return folder


def make_models(folder: Path, work: Path) -> Path:
    """All of them, each in a folder under its name."""
    make_clip(folder / "clip")
    make_audio_events(folder / "audio-events")
    make_face_detector(folder / "face-detector")
    make_face_expression(folder / "face-expression")
    make_text_sentiment(folder / "text-sentiment")
    make_speech(folder / "speech", work)
    make_screen_text(folder / "screen-text")
    return folder
