import pytest

from emsync_engine.project.key_names import KEYS, key_named


def test_there_are_24_keys_and_each_names_itself():
    assert len(set(KEYS)) == 24
    assert [key_named(key) for key in KEYS] == list(KEYS)
    assert [key_named(key.lower().replace(" ", "")) for key in KEYS] == list(KEYS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D minor", "D minor"),
        ("d", "D major"),
        ("Dm", "D minor"),
        ("DM", "D major"),
        ("Gb major", "F# major"),
        ("C♯ maj", "Db major"),
        ("A-sharp minor", "Bb minor"),
        ("E flat min", "Eb minor"),
        ("Cb", "B major"),
        ("B#m", "C minor"),
    ],
)
def test_other_spellings_are_understood(text, key):
    assert key_named(text) == key


@pytest.mark.parametrize("text", ["", "H major", "major", "C dorian", "C##", "12", "D minor!"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="is no key such as"):
        key_named(text)
