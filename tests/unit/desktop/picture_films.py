"""Films whose pictures tell which frame they are, for tests of the preview."""

from tests.data import make_media as media

ROOM = (64, 64)
FILMS = {
    "hard cuts": media.make_hard_cuts,
    "milliseconds": media.make_webm,
    "29.97": media.make_ntsc,
    "variable rate": media.make_variable_rate,
    "first picture at 10 s": media.make_first_picture_at_10s,
}
