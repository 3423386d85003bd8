"""What the history page draws and says, without Streamlit."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import cv2
import numpy as np
import pytest
import segno
from making_visits import make_diagnosis, make_visit
from PIL import Image

from core.care.change import Verdict, courses, latest_change
from core.errors import PhotoError, RecordsError
from core.interface.checkup import Checked, Checkup
from core.interface.compare_photos import decode, pair_up
from core.interface.examples import list_examples
from core.interface.history_session import KEPT_SIDE, small_copies
from core.interface.history_words import course_name, summary, total_words, verdict_words
from core.interface.key_card import draw_key_card, read_key_card
from core.locale import Language
from core.records.history_key import make_key
from core.taxonomy import Condition, View
from core.vision.photo import encode_jpeg, read_photo

ENGLISH = Language.ENGLISH
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def visit(day, dandruff, **rest):
    photo = make_diagnosis(f"day {day}", grades={Condition.DANDRUFF: dandruff}, **rest)
    return make_visit(photo, visited_at=START + timedelta(days=day))


def dandruff(*visits):
    return courses(visits)[View.MICROSCOPE, Condition.DANDRUFF]


def picture(data):
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


class TestKeyCard:
    def test_card_gives_its_key_back(self):
        for _ in range(5):
            key = make_key()
            assert read_key_card(draw_key_card(key)) == key

    def test_photo_of_the_card_is_read(self):
        key = make_key()
        card = picture(draw_key_card(key))
        height, width = card.shape[:2]
        corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
        tilted = np.float32([[60, 40], [width - 30, 90], [width - 70, height - 20], [20, height - 60]])
        shot = cv2.warpPerspective(card, cv2.getPerspectiveTransform(corners, tilted), (width, height))
        shaded = shot * np.linspace(0.45, 1, width)[None, :, None]
        noisy = shaded + np.random.default_rng(2).normal(0, 6, shot.shape)
        assert read_key_card(encode_jpeg(np.clip(noisy, 0, 255).astype(np.uint8), 70)) == key

    def test_letters_stand_on_the_card(self):
        card = picture(draw_key_card(make_key()))
        below = card[int(card.shape[0] * 0.8) :]
        assert (below < 128).mean() > 0.01

    def test_other_codes_and_pictures_are_explained(self):
        foreign = BytesIO()
        segno.make("https://example.org/?key=1").save(foreign, kind="png", scale=8)
        with pytest.raises(RecordsError) as caught:
            read_key_card(foreign.getvalue())
        assert caught.value.code == "history.key_characters"
        with pytest.raises(RecordsError) as caught:
            read_key_card(encode_jpeg(np.full((300, 300, 3), 200, np.uint8)))
        assert caught.value.code == "history.no_qr"
        with pytest.raises(PhotoError):
            read_key_card(b"words")


class TestPhotos:
    def test_small_copies_are_small_and_without_metadata(self):
        pixels = read_photo(list_examples()[0].path).pixels
        diagnosis = make_diagnosis("one")
        photo = Checked("key", "home.jpg", "upload", diagnosis=diagnosis, preview=pixels)
        refused = Checked("other", "x.jpg", "upload", preview=pixels)
        copies = small_copies(Checkup(START, (photo, refused)))
        assert list(copies) == [diagnosis.photo_sha256]
        (jpeg,) = copies.values()
        image = Image.open(BytesIO(jpeg))
        assert (image.format, max(image.size)) == ("JPEG", KEPT_SIDE)
        assert not image.getexif()
        assert "comment" not in image.info
        assert len(jpeg) < 150_000
        assert np.abs(decode(jpeg).mean() - pixels.mean()) < 3

    def test_photos_of_two_spots_are_shown_whole_in_one_frame(self):
        dark, light = np.full((90, 120, 3), 30, np.uint8), np.full((60, 120, 3), 220, np.uint8)
        pair = pair_up(dark, light)
        assert pair.points is None
        assert np.array_equal(pair.earlier, dark)
        assert pair.later.shape == (90, 120, 3)
        assert (pair.later[15:75] == 220).all()
        assert (pair.later[:15] == 205).all()
        assert (pair.later[75:] == 205).all()

    def test_photos_of_one_spot_are_laid_over_each_other(self):
        pixels = cv2.resize(read_photo(list_examples()[0].path).pixels, (448, 336))
        moved = np.roll(pixels, (12, -20), axis=(0, 1))
        pair = pair_up(pixels, moved)
        assert pair.points is not None
        middle = np.s_[60:-60, 60:-60]
        apart = np.abs(pair.earlier[middle].astype(int) - pair.later[middle]).mean()
        assert apart < np.abs(pixels[middle].astype(int) - moved[middle]).mean() / 4
        # Where the later photo has nothing, the frame is grey.
        assert (pair.later[-6:, :6] == 205).all() or (pair.later[:6, -6:] == 205).all()


class TestWords:
    def test_change_is_named_and_the_rest_is_not(self):
        graded = {Condition.DANDRUFF: 3}
        before = make_visit(make_diagnosis("a"), visited_at=START)
        after = make_visit(make_diagnosis("b", grades=graded), visited_at=START + timedelta(days=30))
        found = tuple(courses([before, after]).values())
        # The probabilities of these made-up grades are too wide for a claim.
        assert summary(ENGLISH, found) == ["Since the visit before, no change that the measurement can tell."]
        assert latest_change(dandruff(before, after)).verdict is Verdict.NONE

    @pytest.mark.parametrize("language", Language)
    def test_every_verdict_has_its_words(self, language):
        other = visit(60, 0, model_id="other")
        said = {
            verdict_words(language, dandruff(visit(0, 0))),
            verdict_words(language, dandruff(visit(0, 0), visit(30, 1))),
            verdict_words(language, dandruff(visit(0, 0), visit(30, None))),
            verdict_words(language, dandruff(visit(0, None), visit(30, 0))),
            verdict_words(language, dandruff(visit(0, 0), other)),
        }
        assert len(said) == 5

    def test_first_visit_is_named_where_it_is_not_the_one_before(self):
        three = dandruff(visit(0, 0), visit(30, 0), visit(60, 0))
        assert "2026-03-01" in total_words(ENGLISH, three)
        assert total_words(ENGLISH, three[:2]) == ""
        assert total_words(ENGLISH, three[:1]) == ""

    def test_hair_loss_says_on_which_photo(self):
        both = make_visit(make_diagnosis("a"), make_diagnosis("b", view=View.CROWN), visited_at=START)
        names = [course_name(ENGLISH, course) for course in courses([both]).values()]
        assert names[-2:] == ["Hair loss", "Hair loss (crown)"]
