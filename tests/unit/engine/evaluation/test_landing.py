from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from emsync_engine.evaluation.landing import (
    CLOSE_S,
    FAR_S,
    Heard,
    Judged,
    Trial,
    measure_landing,
    of_gap,
    share_interval,
)
from emsync_engine.evaluation.landing_films import Film, seeded_films
from emsync_engine.evaluation.landing_fit import bar_change_percent, time_fits
from emsync_engine.evaluation.landing_pieces import KEPT_TAKES, Kept, Piece, TakeWriter
from emsync_engine.evaluation.landing_report import (
    CLOSING,
    OPENING,
    Shown,
    landing_goals,
    measured_lines,
    write_landing,
)
from emsync_engine.midi.tokenizer import encode
from emsync_engine.music.composer import compose_with
from emsync_engine.music.landing import Landing
from emsync_engine.music.warp import Warp
from emsync_engine.project.model import GenerationSettings
from emsync_engine.project.notes import Music, Note
from tests.toy import toy_model

FADING = GenerationSettings(ending="fade")


class PlayedWriter:
    """Plays a chord so late after every hit, and plain notes and bars throughout."""

    def __init__(self, late_s):
        self.late_s = late_s
        self.asked = []

    def write(self, film, seed, *, settings, monitor=None):
        self.asked.append((film.name, seed, settings.sync_percent))
        duration_s = float(film.duration)
        notes = [Note(beat, beat + 0.4, "piano", 60) for beat in np.arange(0, duration_s - 1, 0.5)]
        for hit_s in film.hits_s:
            at = hit_s + self.late_s
            notes += [Note(at, at + 1.5, "strings", pitch) for pitch in (60, 64, 67)]
        bars = tuple(np.arange(0, duration_s, 1.0))
        music = Music(duration_s, tuple(sorted(notes)), bar_onsets_s=bars)
        settings = replace(settings, ensemble=film.ensemble)
        return Piece(film, seed, settings, tuple(encode(music)))


def on_time(take, film, times_s):
    """Hears everything 5 ms late."""
    return Heard(tuple(5.0 for _ in times_s), 0)


def trial(films=None, **changes):
    films = films or (short_film(),)
    return Trial(films, **{"seeds": 1, "anew": 0, "fits": 0, "settings": FADING, **changes})


def short_film():
    """20 s with hits after gaps of 3, 5 and 7 s."""
    points = ((0.5, 0.5),) * 4
    return Film("short", 500, Fraction(25), (75, 200, 375), points, "chamber")


def test_chords_that_the_fit_can_move_are_late_before_and_exact_after():
    report = measure_landing(PlayedWriter(0.1), trial(), listen=on_time)
    assert [one.before_ms for one in report.hits] == pytest.approx([100] * 3, abs=11)
    assert all(one.is_exact(one.after_ms) and one.is_heard for one in report.hits)
    assert [round(one.gap_s) for one in report.hits] == [3, 5, 7]
    (fitted,) = report.takes
    assert 0 < fitted.rate_percent <= 6.0001
    assert fitted.is_within_limit
    exact = {row.percent: (row.close[1], row.far[1]) for row in report.limits}
    assert exact[0.0] == (0, 0)
    assert exact[6.0] == exact[10.0] == (1, 2)


def test_chords_out_of_reach_are_missed_and_counted():
    report = measure_landing(PlayedWriter(0.7), trial(), listen=on_time)
    assert len(report.hits) == 3
    assert not any(one.is_heard for one in report.hits if one.gap_s < 4)
    goals = {goal.what: goal for goal in landing_goals(report)}
    assert not goals["gaps of 2 to 4 s: exact after the fit, in the notes"].is_reached
    assert goals["length of the WAV, largest error"].is_reached


def test_what_starts_without_a_strong_chord_is_not_counted_as_heard():
    hit = Judged("f", 0, "chamber", 5.0, 20.0, None, None, 2.0)
    assert not hit.is_heard
    assert replace(hit, after_ms=60.0).is_heard
    assert not replace(hit, after_ms=60.0, heard_ms=25.0).is_heard
    assert not replace(hit, after_ms=60.0, heard_ms=None).is_heard


def test_hits_of_other_seeds_are_met_by_chance_alone():
    film = seeded_films(1)[0]
    report = measure_landing(PlayedWriter(0.0), trial((film,)), listen=on_time)
    own = np.mean([one.is_exact(one.after_ms) for one in report.hits])
    others = np.mean([one.is_exact(one.after_ms) for one in report.others])
    bent = np.mean([one.is_exact(one.after_ms) for one in report.bent])
    assert own == 1.0
    assert others < 0.3
    assert others <= bent < 0.8


def test_limits_are_also_written_anew():
    writer = PlayedWriter(0.1)
    report = measure_landing(writer, trial(anew=1), listen=on_time)
    assert [limit for _, _, limit in writer.asked] == [6.0, 0.0, 3.0, 6.0, 10.0]
    anew = [row for row in report.limits if row.is_anew]
    assert (anew[0].percent, anew[0].close, anew[0].far) == (0.0, (1, 0), (2, 0))


def test_a_take_is_made_again_from_its_tokens(tmp_path):
    film = replace(short_film(), frames=60, hit_frames=(30,), points=((0.1, 0.1),) * 2)
    settings = GenerationSettings(branches=1)
    model = toy_model()
    (take,) = compose_with(
        model,
        film.timeline,
        settings=replace(settings, ensemble="chamber"),
        seeds=[3],
        frame_rate=film.frame_rate,
        weights_sha256="a",
    )
    writer = TakeWriter(model, weights_sha256="a", folder=tmp_path)
    piece = writer.write(film, 3, settings=settings)
    landing = piece.landed()
    assert piece.take(landing).music == take.music
    assert landing.hits == take.hits
    again = TakeWriter(None, weights_sha256="a", folder=tmp_path)  # nothing is written anew
    assert again.write(film, 3, settings=settings) == piece


def test_what_was_heard_is_not_listened_to_again(tmp_path):
    times = []

    def listen(take, film, times_s):
        times.append(len(times_s))
        return on_time(take, film, times_s)

    first = measure_landing(PlayedWriter(0.1), trial(), folder=tmp_path, listen=listen)
    again = measure_landing(PlayedWriter(0.1), trial(), folder=tmp_path, listen=listen)
    assert len(times) == 1
    assert first == again


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    kept = Kept(tmp_path, KEPT_TAKES)
    kept.keep("a", [1, 2])
    with (tmp_path / KEPT_TAKES).open("a") as file:
        file.write('\n["b", [1, ')
    again = Kept(tmp_path, KEPT_TAKES)
    again.keep("c", [3])
    assert [Kept(tmp_path, KEPT_TAKES).get(key) for key in "abc"] == [[1, 2], None, [3]]


def test_the_change_from_bar_to_bar_is_read_from_the_warp():
    warp = Warp((0.0, 2.0, 4.0, 8.0), (0.0, 2.1, 4.0, 8.0))
    landing = Landing(Music(8.0, ()), (), (), warp)
    assert bar_change_percent(landing, [0.0, 2.0, 4.0, 6.0, 8.0]) == pytest.approx(10.0)
    assert bar_change_percent(landing, []) == 0.0


def test_fits_are_timed():
    times = time_fits(2)
    assert times.draws == 2
    assert 0 < times.median_ms <= times.worst_ms


def test_gaps_divide_the_hits_and_takes_spread_the_shares():
    report = measure_landing(PlayedWriter(0.1), trial(seeds=2), listen=on_time)
    close, far = of_gap(report.hits, CLOSE_S), of_gap(report.hits, FAR_S)
    assert len(close) + len(far) == len(report.hits) == 6
    assert share_interval(report.hits, lambda one: one.seed == 0) == (0.0, 1.0)
    assert np.isnan(share_interval(far[:1], lambda one: True)).all()


def test_the_section_is_put_in_its_place_and_replaced(tmp_path):
    pytest.importorskip("matplotlib", reason="pip install emsync-desktop[training]")
    report = measure_landing(PlayedWriter(0.1), trial(anew=1), listen=on_time)
    roll = PlayedWriter(0.1).write(short_film(), 0, settings=FADING)
    shown = Shown("open", "ab" * 32, (short_film(),), roll, "emsync evaluate landing")
    page = tmp_path / "landing.md"
    page.write_text(f"# Landing\n\nBefore.\n\n{OPENING}\nold\n{CLOSING}\n\nAfter.\n")
    for _ in range(2):
        write_landing(report, shown, page)
    text = page.read_text()
    assert "old" not in text
    assert text.count(OPENING) == text.count(CLOSING) == 1
    assert text.index("Before.") < text.index("## Measured") < text.index("After.")
    assert "| 2 to 4 s | 1 |" in text
    assert all((tmp_path / "landing" / name).stat().st_size > 1000 for name in ("errors.png",))
    assert (tmp_path / "landing" / "films.csv").read_text().endswith("75 200 375\n")
    assert "\n".join(measured_lines(report, shown, "landing")) in text
