"""Models of the full analysis (thesis 5.2.1): what each is for, and where its files come from.

Sizes and SHA-256 are those that public lock files, manifests and Git LFS pointers state for the
pinned revision; ``docs/models/catalogue.md`` says where each was found. What nobody could be found
to state is None, and recorded at the first download.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from emsync_engine.models.faults import UnknownModelError


@dataclass(frozen=True, slots=True)
class Zipped:
    """The archive that a file comes in: what is downloaded, and then unpacked."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model, by the name that the library which reads it expects.

    ``size_bytes`` and ``sha256`` are of the file as it lies on the disk; with ``zipped`` the
    address leads to an archive that holds it. ``about_bytes`` stands in for a size that is not
    known to the byte.
    """

    name: str
    address: str
    size_bytes: int | None = None
    sha256: str | None = None
    about_bytes: int = 0
    zipped: Zipped | None = None

    @property
    def expected_bytes(self) -> int:
        """How large it is on the disk, as far as is known."""
        return self.size_bytes if self.size_bytes is not None else self.about_bytes

    @property
    def download_bytes(self) -> int:
        """How much has to be fetched for it, as far as is known."""
        return self.zipped.size_bytes if self.zipped else self.expected_bytes


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model: a folder of files under its name."""

    name: str
    title: str
    purpose: str
    licence: str
    page: str  # where its publisher describes it
    revision: str
    files: tuple[ModelFile, ...]

    @property
    def download_bytes(self) -> int:
        return sum(file.download_bytes for file in self.files)

    @property
    def disk_bytes(self) -> int:
        return sum(file.expected_bytes for file in self.files)

    @property
    def unpinned(self) -> tuple[ModelFile, ...]:
        """Files whose checksum is not known before the first download."""
        return tuple(file for file in self.files if file.sha256 is None)

    def file(self, name: str) -> ModelFile:
        """One of its files; KeyError for none."""
        return {file.name: file for file in self.files}[name]


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """Weights of the thesis' authors: no address that can be pinned, so the user brings them."""

    name: str
    title: str
    purpose: str
    licence: str
    page: str
    how: str


def _hub(repository: str, revision: str, file: str) -> str:
    return f"https://huggingface.co/{repository}/resolve/{revision}/{file}"


def _from_hub(
    repository: str, revision: str, files: tuple[tuple[str, int | None, str | None], ...]
) -> tuple[ModelFile, ...]:
    return tuple(
        ModelFile(name, _hub(repository, revision, name), size, sha256)
        for name, size, sha256 in files
    )


_CLIP = ("timm/vit_base_patch32_clip_224.openai", "a6f597a30f7b82c51704746581f9a4e41421e878")
_AST = ("MIT/ast-finetuned-audioset-10-10-0.4593", "f826b80d28226b62986cc218e5cec390b1096902")
_ZOO = "47534e27c9851bb1128ccc0102f1145e27f23f98"
_VIT = ("trpakov/vit-face-expression", "ef0bc6fc34241b6587e7e009e7711357be28c024")
_WHISPER = ("Systran/faster-whisper-small", "536b0662742c02347bc0e980a01041f333bce120")
_ROBERTA = (
    "cardiffnlp/twitter-roberta-base-sentiment-latest",
    "3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7",
)
_EASYOCR = "https://github.com/JaidedAI/EasyOCR/releases/download"

_MODELS = (
    CatalogueModel(
        name="clip",
        title="CLIP ViT-B/32",
        purpose="What the picture shows, in words",
        licence="MIT (OpenAI), this copy Apache-2.0",
        page="https://huggingface.co/timm/vit_base_patch32_clip_224.openai",
        revision=_CLIP[1],
        files=(
            ModelFile(
                "open_clip_config.json", _hub(*_CLIP, "open_clip_config.json"), about_bytes=800
            ),
            ModelFile(
                "open_clip_model.safetensors",
                _hub(*_CLIP, "open_clip_model.safetensors"),
                605_143_284,
                "e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31",
            ),
        ),
    ),
    CatalogueModel(
        name="audio-events",
        title="AST AudioSet",
        purpose="What can be heard: 527 kinds of sound",
        licence="BSD-3-Clause",
        page="https://huggingface.co/MIT/ast-finetuned-audioset-10-10-0.4593",
        revision=_AST[1],
        files=_from_hub(
            *_AST,
            (
                (
                    "config.json",
                    26_763,
                    "a93d525511d77e8ecc933d09674b85099815bbbb417c228a4edd655e252fb9ff",
                ),
                (
                    "preprocessor_config.json",
                    297,
                    "8d04ba5a9c6fca5d39d0de2b1fd05ecf79deb589fbba279728bbebac39934231",
                ),
                (
                    "model.safetensors",
                    346_404_948,
                    "ae0c1e2ad4e1381d851fa9bf298ba13ebc9c5a914cdee2dbe427a6583869924d",
                ),
            ),
        ),
    ),
    CatalogueModel(
        name="face-detector",
        title="YuNet",
        purpose="Where faces are in the picture",
        licence="MIT",
        page="https://github.com/opencv/opencv_zoo/tree/main/models/face_detection_yunet",
        revision=_ZOO,
        files=(
            ModelFile(
                "face_detection_yunet_2023mar.onnx",
                f"https://media.githubusercontent.com/media/opencv/opencv_zoo/{_ZOO}"
                "/models/face_detection_yunet/face_detection_yunet_2023mar.onnx",
                232_589,
                "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            ),
        ),
    ),
    CatalogueModel(
        name="face-expression",
        title="ViT face expression",
        purpose="The expression of each face",
        licence="Apache-2.0",
        page="https://huggingface.co/trpakov/vit-face-expression",
        revision=_VIT[1],
        files=(
            ModelFile("config.json", _hub(*_VIT, "config.json"), about_bytes=1_000),
            ModelFile(
                "preprocessor_config.json",
                _hub(*_VIT, "preprocessor_config.json"),
                about_bytes=500,
            ),
            ModelFile(
                "model.safetensors",
                _hub(*_VIT, "model.safetensors"),
                sha256="48acf03b1fd90ea45c5e91eb3be2f364cee1c1342639962bd4eae1eac2ad2f93",
                about_bytes=343_000_000,
            ),
        ),
    ),
    CatalogueModel(
        name="speech",
        title="Whisper small",
        purpose="What is said, put into English",
        licence="MIT",
        page="https://huggingface.co/Systran/faster-whisper-small",
        revision=_WHISPER[1],
        files=_from_hub(
            *_WHISPER,
            (
                (
                    "config.json",
                    2_370,
                    "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
                ),
                (
                    "tokenizer.json",
                    2_203_239,
                    "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                ),
                (
                    "vocabulary.txt",
                    459_861,
                    "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                ),
                (
                    "model.bin",
                    483_546_902,
                    "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
                ),
            ),
        ),
    ),
    CatalogueModel(
        name="screen-text",
        title="EasyOCR English",
        purpose="Words that are seen in the picture",
        licence="Apache-2.0 (EasyOCR), MIT (CRAFT)",
        page="https://github.com/JaidedAI/EasyOCR/releases",
        revision="pre-v1.1.6 and v1.3",
        files=(
            ModelFile(
                "craft_mlt_25k.pth",
                f"{_EASYOCR}/pre-v1.1.6/craft_mlt_25k.zip",
                83_152_330,
                "4a5efbfb48b4081100544e75e1e2b57f8de3d84f213004b14b85fd4b3748db17",
                zipped=Zipped(
                    77_251_756,
                    "8dc6a1c703a89ed56308ef742d26ebd45c656248cbbbda6e7fe60e569f873e65",
                ),
            ),
            ModelFile(
                "english_g2.pth",
                f"{_EASYOCR}/v1.3/english_g2.zip",
                15_143_997,
                "e2272681d9d67a04e2dff396b6e95077bc19001f8f6d3593c307b9852e1c29e8",
                zipped=Zipped(
                    14_040_947,
                    "1b5eaebf1c062de6205560c97ffcfa8dc0e6f413c340e8adc5cfc57e159f61ff",
                ),
            ),
        ),
    ),
    CatalogueModel(
        name="text-sentiment",
        title="RoBERTa sentiment",
        purpose="Whether words are glad or sad",
        licence="CC-BY-4.0",
        page="https://huggingface.co/cardiffnlp/twitter-roberta-base-sentiment-latest",
        revision=_ROBERTA[1],
        files=_from_hub(
            *_ROBERTA,
            (
                (
                    "config.json",
                    929,
                    "d2fba19997da698157196ba16f5fcb30a97a7551cef6845a0f3d743ee19c6129",
                ),
                (
                    "vocab.json",
                    898_822,
                    "06b4d46c8e752d410213d9548eb27a54db70fda0319b6271fb8d59dead5e1cab",
                ),
                (
                    "merges.txt",
                    456_318,
                    "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
                ),
                (
                    "special_tokens_map.json",
                    239,
                    "378eb3bf733eb16e65792d7e3fda5b8a4631387ca04d2015199c4d4f22ae554d",
                ),
                (
                    "pytorch_model.bin",
                    501_045_531,
                    "4d24a3e32a88ed1c4e5b789fc6644e2e767500554e954b27dccf52a8e762cbae",
                ),
            ),
        ),
    ),
)

_BY_NAME = {one.name: one for one in _MODELS}
CATALOGUE: Mapping[str, CatalogueModel] = MappingProxyType(_BY_NAME)

PUBLISHED: tuple[PublishedWeights, ...] = (
    PublishedWeights(
        name="emsync",
        title="EMSYNC composer",
        purpose="The thesis' composer, in the place of the one that came with this version",
        licence="not stated for the weights; the code is under GPL-3.0 or a commercial licence",
        page="https://github.com/serkansulun/emsync",
        how="emsync models import emsync FILE",
    ),
    PublishedWeights(
        name="midi-emotion",
        title="MIDI emotion composer",
        purpose="The composer of the article of 2022, without boundary offsets",
        licence="not stated for the weights; the code is under GPL-3.0 or a commercial licence",
        page="https://drive.google.com/drive/folders/1qFgomRDXmx8ewRz_E0X2T10CY-w_kUFt",
        how="emsync models import midi-emotion FILE",
    ),
    PublishedWeights(
        name="vemoclap",
        title="VEMOCLAP fusion",
        purpose="What the models see, hear and read, put together to six emotions",
        licence="not stated for the weights; the code is under GPL-3.0 or a commercial licence",
        page="https://github.com/serkansulun/video-emotion",
        how="emsync models import vemoclap FILE",
    ),
)


def catalogue_model(name: str) -> CatalogueModel:
    """The model of a name; UnknownModelError lists the names there are."""
    if name not in CATALOGUE:
        raise UnknownModelError(name, tuple(CATALOGUE))
    return CATALOGUE[name]
