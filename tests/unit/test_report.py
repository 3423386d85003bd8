"""The report as a PDF: opened and read as a doctor's computer would."""

import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pdfplumber
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making_reports import (
    ALL_ABSTAINED,
    MADE_AT,
    PHOTOS,
    RECORD,
    TOLD,
    make_graded,
    make_jpeg,
    make_refused,
    make_report,
    with_heatmaps,
)
from pypdf import PdfReader

from core import __version__
from core.care.answers import CareAnswers, answer_list
from core.care.record_code import record_code
from core.care.report import ReportPhoto, render_pdf
from core.care.report.letters import UNKNOWN, drawable_letters, printable
from core.care.report.sheet import HEAT_COLOURS, SEVERITY_COLOURS, make_sheet
from core.findings import Refusal
from core.interface.palette import SEVERITY_COLOURS as PALETTE
from core.locale import Language, text
from core.taxonomy import Condition, View
from core.vision.heat_ramp import HEAT_RAMP

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = pytest.mark.parametrize("language", list(Language))
A4 = (595, 842)
HOSTILE = [
    '#let x = 1; #panic("no") $integral_0^1$ *bold* _it_ `raw` = Heading <label> @ref \\ // note /* */',
    "<script>alert(1)</script> ![x](http://foreign.example/x.png) ${1+1} {brace} %s \x00\x07\x1b[31m",
    "\u202etxet sdrawkcab\u202c \u200b\u2066hidden\u2069 \ufeff \ud800 \udfff \ue000",
    "W" * 4000,
    "가" * 4000,
    "가가-" * 500 + "나나 " * 500,
    "😀👨‍👩‍👧 ภาษา עברית العربية ᚠᛇᚻ 漢字かな кириллица ελληνικά ½ Ω ≥ → ■",
]


def squeezed(words):
    """Without white space, break marks and accents: where lines break, and how accents are stacked, is no matter."""
    letters = unicodedata.normalize("NFD", words.casefold())
    return "".join(one for one in letters if not one.isspace() and unicodedata.category(one) not in ("Cf", "Mn"))


def read(pdf):
    return PdfReader(BytesIO(pdf))


def words_of(pdf):
    return squeezed("".join(page.extract_text() for page in read(pdf).pages))


def pictures_in(pdf):
    return sum(len(page.images) for page in read(pdf).pages)


@pytest.fixture(scope="module")
def several():
    """One report with everything: grades, an abstention, a refusal, an unreadable file, pictures."""

    def make(language):
        given_ = (
            make_graded("a", dandruff=3, excess_sebum=None),
            make_graded("b", View.CROWN, "crown", "2026.11.20", hair_loss=2),
            make_refused(),
            None,
        )
        report = make_report(given_, language, word="It itches at night.")
        photos = tuple(replace(photo, jpeg=make_jpeg(9 + number)) for number, photo in enumerate(report.photos[:2]))
        return replace(report, photos=(*photos, *report.photos[2:]), heat_over_photo=True, **with_heatmaps(report))

    reports = {language: make(language) for language in Language}
    return {language: (report, render_pdf(report)) for language, report in reports.items()}


@LANGUAGES
def test_everything_can_be_read_and_selected(several, language):
    report, pdf = several[language]
    found = words_of(pdf)

    def say(key, **values):
        return text(language, key, **values)

    expected = [
        say("report.head.title"),
        say("report.head.limit"),
        say("report.head.limit_more"),
        "2026-11-22 14:30 (UTC+09:00)",
        "2026-11-22 14:20 (UTC+09:00)",
        record_code(RECORD),
        RECORD,
        report.summary,
        "microscope 2026.11.22, crown 2026.11.20",
        f"ScalpSpectra {__version__}",
        say("report.limits.device"),
        *report.measured,
        *(say(f"taxonomy.condition.{condition}") for condition in list(Condition)[1:]),
        say("report.grades.abstained"),
        say("report.grades.note_crown"),
        f"3 · {say('taxonomy.severity.3')}",
        say("diagnosis.refused.blurred.why"),
        say("report.quality.measured", measured="0.0123", limit="0.0272"),
        say("report.quality.unreadable"),
        *(f"{label}{words}" for label, words in answer_list(language, TOLD)),
        "It itches at night.",
        *(line.text(language) for line in report.plan.lines),
        *(reason.text(language) for line in report.plan.lines for reason in line.reasons),
    ]
    assert [words for words in expected if squeezed(words) not in found] == []


@LANGUAGES
def test_pages_are_numbered_a4_and_say_what_they_are_not(several, language):
    _, pdf = several[language]
    pages = read(pdf).pages
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        found = page.extract_text()
        assert f"{number} / {len(pages)}" in found
        assert squeezed(text(language, "report.head.limit")) in squeezed(found)
        assert record_code(RECORD) in found
        assert tuple(round(side) for side in page.mediabox[2:]) == A4


@LANGUAGES
def test_letters_are_embedded_as_subsets(several, language):
    _, pdf = several[language]
    fonts = {name: font.get_object() for page in read(pdf).pages for name, font in page["/Resources"]["/Font"].items()}
    assert fonts
    for font in fonts.values():
        (inner,) = (one.get_object() for one in font["/DescendantFonts"])
        assert inner["/FontDescriptor"].keys() & {"/FontFile2", "/FontFile3"}
        assert "+" in font["/BaseFont"]
        assert "/ToUnicode" in font


@LANGUAGES
def test_says_its_title_language_date_and_structure(several, language):
    _, pdf = several[language]
    reader = read(pdf)
    assert reader.metadata.title == text(language, "report.head.title")
    assert reader.metadata.subject == text(language, "report.head.limit")
    assert reader.metadata.creation_date == MADE_AT
    root = reader.trailer["/Root"]
    assert root["/Lang"] == language.value
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    declared = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfuaid:part>1" in declared
    assert "<pdfaid:part>2" in declared


@pytest.mark.parametrize("place", ["Asia/Seoul", "Asia/Kathmandu", "America/St_Johns"])
def test_times_are_those_of_a_place(place):
    made_at = MADE_AT.astimezone(ZoneInfo(place)).replace(microsecond=123456)
    pdf = render_pdf(make_report(made_at=made_at))
    assert read(pdf).metadata.creation_date == MADE_AT
    assert squeezed(f"{made_at:%Y-%m-%d %H:%M}") in words_of(pdf)


def test_tables_headings_and_pictures_are_tagged(several):
    _, pdf = several[Language.ENGLISH]
    tags, described, open_ = set(), 0, [read(pdf).trailer["/Root"]["/StructTreeRoot"]]
    while open_:
        node = open_.pop().get_object()
        tags.add(node.get("/S"))
        described += node.get("/S") == "/Figure" and bool(node.get("/Alt"))
        children = node.get("/K", [])
        children = children if isinstance(children, list) else [children]
        open_ += [child for child in children if hasattr(child.get_object(), "keys")]
    assert tags >= {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"}
    report, _ = several[Language.ENGLISH]
    assert described == 1 + len(report.heatmaps) + 2


def test_red_flags_come_before_the_grades():
    for language in Language:
        report = make_report(language=language)
        assert report.plan.red_flags
        found = words_of(render_pdf(report))
        flags = found.index(squeezed(text(language, "report.flags.title")))
        assert flags < found.index(squeezed(report.plan.red_flags[0].text(language)))
        assert flags < found.index(squeezed(report.summary))
    calm = make_report((make_graded(),), answers=CareAnswers())
    assert not calm.plan.red_flags
    assert squeezed(text(Language.ENGLISH, "report.flags.title")) not in words_of(render_pdf(calm))


def test_pictures_are_those_wanted(several):
    report, pdf = several[Language.ENGLISH]
    assert pictures_in(pdf) == 2 + len(report.heatmaps)
    hidden = tuple(replace(photo, jpeg=b"") for photo in report.photos)
    assert pictures_in(render_pdf(replace(report, photos=hidden))) == len(report.heatmaps)
    bare = replace(report, photos=hidden, heatmaps=())
    assert pictures_in(render_pdf(bare)) == 0


def test_the_code_leads_to_the_record(several):
    _, pdf = several[Language.KOREAN]
    with pdfplumber.open(BytesIO(pdf)) as opened:
        picture = np.array(opened.pages[0].to_image(resolution=200).original.convert("L"))
    decoded, *_ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert decoded == RECORD


@LANGUAGES
def test_without_a_record_it_says_so(language):
    found = words_of(render_pdf(make_report(language=language, record=None)))
    assert squeezed(text(language, "report.head.unstored_more")) in found
    assert record_code(RECORD) not in found


@LANGUAGES
def test_an_example_is_marked_as_one(language):
    words = squeezed(text(language, "report.head.example"))
    assert words in words_of(render_pdf(make_report(language=language, example=True)))
    assert words not in words_of(render_pdf(make_report(language=language)))


def test_an_abstention_has_no_grade_and_no_number():
    sheet, _ = make_sheet(make_report((ALL_ABSTAINED,)))
    for row in sheet["grades"]:
        assert row["grade"] == text(Language.ENGLISH, "report.grades.abstained")
        assert {share["words"] for share in row["shares"]} == {"–"}
        assert not any(mark["chosen"] for mark in row["scale"])
    assert "report.grades.abstained" not in str(sheet)


def test_a_crown_photo_has_no_grade_one():
    sheet, _ = make_sheet(make_report((make_graded(view=View.CROWN, hair_loss=0),)))
    (row,) = sheet["grades"]
    assert row["grade"] == "0 · none to mild"
    assert [mark["grade"] for mark in row["scale"]] == [0, 2, 3]
    assert row["shares"][1]["words"] == "–"


def test_nothing_graded_is_said_plainly():
    found = words_of(render_pdf(make_report((make_refused(Refusal.DARK), None), answers=CareAnswers(), summary="")))
    for key in ("report.grades.none", "diagnosis.refused.dark.why", "report.answers.none"):
        assert squeezed(text(Language.ENGLISH, key)) in found


def test_the_same_report_gives_the_same_bytes():
    report = make_report(record=None)
    assert render_pdf(report) == render_pdf(make_report(record=None))
    later = replace(report, made_at=report.made_at + timedelta(days=1))
    assert render_pdf(later) != render_pdf(report)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_stay_words_on_the_page(words):
    short = words[:400]
    report = make_report(word=words, summary=short, measured=(short,))
    pdf = render_pdf(replace(report, photos=(ReportPhoto(make_graded(model=short, version=short)),)))
    found = ""
    with pdfplumber.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            found += "".join(letter["text"] for letter in page.chars)
            assert all(letter["x0"] > 30 and letter["x1"] < page.width - 30 for letter in page.chars)
            assert all(letter["bottom"] < page.height - 20 for letter in page.chars)
    assert squeezed(printable(words))[:800] in squeezed(found)
    assert len(pdf) < 1_000_000


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(photos=PHOTOS, language=st.sampled_from(Language), word=st.text(max_size=60))
def test_any_result_can_be_printed(photos, language, word):
    report = make_report(tuple(photos), language, word=word)
    assert render_pdf(report).startswith(b"%PDF-")
    sheet, _ = make_sheet(report)
    for (_, finding, _), row in zip(report.findings, sheet["grades"], strict=True):
        assert (row["grade"] == text(language, "report.grades.abstained")) == finding.abstained
        assert [mark["grade"] for mark in row["scale"] if mark["chosen"]] in ([], [finding.severity])


def test_a_report_is_about_a_photo_at_a_time():
    with pytest.raises(ValueError, match="at least one photo"):
        replace(make_report(), photos=())
    with pytest.raises(ValueError, match="time zone"):
        replace(make_report(), made_at=MADE_AT.replace(tzinfo=None))


def test_colours_are_those_of_the_pages():
    assert tuple(PALETTE.values()) == SEVERITY_COLOURS
    assert tuple("#{:02X}{:02X}{:02X}".format(*stop) for stop in HEAT_RAMP) == HEAT_COLOURS


class TestLetters:
    def test_letters_taken_for_granted_are_in_the_font(self):
        sure = [*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100), *range(0xAC00, 0xD7A4)]
        assert not set(sure) - drawable_letters()
        assert ord(UNKNOWN) in drawable_letters()

    def test_our_own_texts_need_no_replacement(self):
        for language in Language:
            for area in ("report", "care", "diagnosis", "taxonomy"):
                words = (ROOT / "data" / "locale" / language.value / f"{area}.toml").read_text(encoding="utf-8")
                assert UNKNOWN not in printable(words)

    @given(st.text(alphabet=st.characters(), max_size=80))
    def test_only_drawable_letters_are_left(self, words):
        kept = printable(words)
        assert {ord(letter) for letter in kept} - {0x200B} <= drawable_letters()
        assert printable(kept) == kept

    def test_decomposed_korean_is_composed(self):
        assert printable("\u1112\u1161\u11ab\u1100\u1173\u11af") == "한글"

    def test_accents_do_not_pile_up(self):
        assert printable("e" + "\u0301" * 300) == "é\u0301\u0301"

    def test_direction_marks_and_controls_are_dropped(self):
        assert printable("a\u202eb\x00c\u2066d\ud800e") == "abcde"


def test_nothing_heavy_is_loaded_before_a_report_is_asked_for():
    heavy = {"typst", "fontTools", "segno", "PIL", "cv2", "streamlit", "torch", "openvino"}
    code = f"import sys, core.care.report, core.care.fhir; print(*sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
