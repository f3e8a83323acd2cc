import gzip
import json

import numpy as np
import pytest

from emsync_engine.cli import main
from emsync_engine.emotion.english import english_words
from emsync_engine.emotion.labelled_texts import read_labelled_texts
from emsync_engine.emotion.text_emotion import (
    FINE_LABELS,
    TEXT_LABELS,
    fine_text_emotions,
    load_text_model,
    shipped_text_model,
    text_emotions,
    text_thresholds,
)
from emsync_engine.emotion.text_pieces import pieces_of, words_of
from emsync_engine.emotion.text_training import TextRecipe, best_thresholds, macro, train_text_model
from emsync_engine.errors import InputUnusableError, WeightsCorruptError, WeightsMissingError

RECIPE = TextRecipe(least_texts=2, ridge=0.3, iterations=25)
PLANTED = {
    "anger": ("anger", "furious"),
    "disgust": ("disgust", "filthy"),
    "fear": ("fear", "scared"),
    "joy": ("joy", "splendid"),
    "neutral": ("neutral", "ordinary"),
    "sadness": ("sadness", "weeping"),
    "surprise": ("surprise", "unforeseen"),
}
FILLING = words_of("the house and a tree by some road with stones under an old bridge near water")


def write_labelled(folder, *, shuffled=False, rows=(280, 140, 140)):
    """A folder as GoEmotions', in which one word tells the label."""
    rng = np.random.default_rng(3)
    for name, labels in (("goemotions28", FINE_LABELS), ("ekman", TEXT_LABELS)):
        (folder / f"{name}_labels.txt").write_text("\n".join(labels))
    for split, count in zip(("train", "dev", "test"), rows, strict=True):
        listed = {"goemotions28": [], "ekman": []}
        for row in range(count):
            label = TEXT_LABELS[row % 7]
            fine, word = PLANTED[label]
            if shuffled:
                word = PLANTED[TEXT_LABELS[rng.integers(7)]][1]
            words = [*rng.choice(FILLING, 6), word]
            text = " ".join(rng.permutation(words))
            listed["goemotions28"].append(f"{text}\t{FINE_LABELS.index(fine)}\tid{row}")
            listed["ekman"].append(f"{text}\t{TEXT_LABELS.index(label)}\tid{row}")
        for name, lines in listed.items():
            with gzip.open(folder / f"{name}_{split}.tsv.gz", "wt", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
    return folder


def test_a_planted_word_is_learned_and_a_shuffled_one_is_not(tmp_path):
    planted, shuffled = tmp_path / "planted", tmp_path / "shuffled"
    planted.mkdir()
    shuffled.mkdir()
    learned = train_text_model(read_labelled_texts(write_labelled(planted)), recipe=RECIPE)
    assert macro(learned.broad).f1 > 0.95
    nothing = train_text_model(
        read_labelled_texts(write_labelled(shuffled, shuffled=True)), recipe=RECIPE
    )
    assert macro(nothing.broad).f1 < 0.4  # always saying yes gives 0.25
    heard = learned.model.read(["under the bridge a scared old tree"])[0, len(FINE_LABELS) :]
    assert TEXT_LABELS[int(heard.argmax())] == "fear"


def test_the_command_writes_what_it_measured(tmp_path, capsys):
    data = write_labelled(tmp_path, rows=(140, 70, 70))
    out = tmp_path / "model.safetensors"
    assert main(["train", "emotion-text", str(data), "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"ekman", "goemotions28"}
    assert told["ekman"]["joy"]["texts"] == 10
    model = load_text_model(out)
    assert model.read(["a splendid road"]).shape == (1, 35)


def test_training_again_gives_the_same_model(tmp_path):
    splits = read_labelled_texts(write_labelled(tmp_path, rows=(70, 35, 35)))
    one, other = (train_text_model(splits, recipe=RECIPE).model for _ in range(2))
    assert np.array_equal(one.weights, other.weights)
    assert np.array_equal(one.thresholds, other.thresholds)


@pytest.mark.parametrize("fault", ["missing", "cut off", "other labels", "other rows", "no number"])
def test_data_that_do_not_fit_are_told(tmp_path, fault):
    data = write_labelled(tmp_path, rows=(14, 14, 14))
    path = data / "ekman_dev.tsv.gz"
    if fault == "missing":
        path.unlink()
    elif fault == "cut off":
        path.write_bytes(path.read_bytes()[:40])
    elif fault == "other labels":
        (data / "ekman_labels.txt").write_text("joy\nanger\n")
    else:
        text = "another\t1\tid\n" if fault == "other rows" else "words\tjoy\tid\n"
        path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(InputUnusableError, match="labelled texts"):
        read_labelled_texts(data)


def test_thresholds_of_greatest_f1():
    probability = np.array([[0.1], [0.2], [0.3], [0.35], [0.6], [0.7]])
    wanted = np.array([[0], [0], [1], [0], [1], [1]], bool)
    (chosen,) = best_thresholds(probability, wanted)
    assert 0.2 < chosen <= 0.3


def test_the_shipped_model_reads_plain_sentences():
    said = {
        "I hate you, get out of here!": "anger",
        "I am so afraid of the dark": "fear",
        "What a wonderful day, I love it": "joy",
        "I miss her so much, I cried all night": "sadness",
        "That smell is disgusting": "disgust",
        "Wow, I did not expect that at all!": "surprise",
        "The train leaves at nine.": "neutral",
    }
    found = text_emotions(list(said))
    assert found.shape == (7, 7)
    assert [TEXT_LABELS[place] for place in found.argmax(axis=1)] == list(said.values())
    fine = fine_text_emotions(["Thank you so much!", "I am sorry, forgive me."])
    assert [FINE_LABELS[place] for place in fine.argmax(axis=1)] == ["gratitude", "remorse"]
    assert set(text_thresholds()) == set(TEXT_LABELS)


def test_odd_texts_give_probabilities_too():
    odd = ["", "   ", "!!!", "\u0000\ud7ff", "ß" * 5000, "a" * 100_000, "no " * 100_000, "日本語"]
    found = text_emotions(odd)
    assert found.shape == (len(odd), 7)
    assert np.isfinite(found).all()
    assert not found[:2].any()
    assert text_emotions([]).shape == (0, 7)


def test_pieces_are_words_neighbours_and_letters():
    assert words_of("I'm SOOOO glad!!! :)") == ["i'm", "soo", "glad", "!!", ":)"]
    assert words_of("don’t") == ["don't"]
    one, other = pieces_of("so sad"), pieces_of("sad so")
    assert one["word"] == other["word"]
    assert one["pair"] != other["pair"]
    assert one["letters"] == other["letters"]


@pytest.mark.parametrize("damage", ["missing", "other", "cut"])
def test_damaged_models_are_refused(tmp_path, damage):
    path = tmp_path / "model.safetensors"
    if damage == "other":
        from safetensors.numpy import save_file

        kinds = ("keys", "rarity", "weights", "scales", "bias", "thresholds")
        save_file({name: np.zeros(1, np.float32) for name in kinds}, path)
    elif damage == "cut":
        path.write_bytes(b"\x10" * 30)
    with pytest.raises((WeightsMissingError, WeightsCorruptError), match="text model"):
        load_text_model(path)


def test_the_shipped_model_is_small():
    model = shipped_text_model()
    assert model.weights.nbytes + model.keys.nbytes < 8_000_000


def test_what_is_english():
    assert english_words(["I will never let you go", "not now"]) == 8
    assert english_words(["Ich lasse dich niemals gehen", "nicht jetzt"]) == 0
    assert english_words(["Je ne te laisserai jamais partir, mon amour"]) == 0
    assert english_words(["ラララ the la la"]) == 0
    assert english_words([]) == 0
