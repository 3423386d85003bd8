"""What the knowledge holds, what it never says, and what happens to a damaged copy of it."""

import re
import shutil
import tomllib
from dataclasses import FrozenInstanceError
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from core.care.condition_page import SECTIONS
from core.care.facts import GENERAL, Advice, Concern, Evidence, Mark, Status, Text
from core.care.knowledge import KNOWLEDGE_DIR, load_knowledge
from core.errors import CareError
from core.locale import Language
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity
from core.vision.synthesis.pictures import SIZE, draw_picture

KNOWLEDGE = load_knowledge()
PAGES = [(condition, severity) for condition in CONDITIONS for severity in SEVERITIES]
# Plan, products and stored clicks name these: an id may be added, never renamed.
INGREDIENTS = (
    "ketoconazole", "ciclopirox", "zinc_pyrithione", "selenium_sulfide", "salicylic_acid", "piroctone_olamine",
    "climbazole", "coal_tar", "sulfur", "tea_tree_oil", "topical_steroid", "benzoyl_peroxide", "minoxidil",
    "finasteride", "dutasteride", "dexpanthenol", "biotin", "menthol", "niacinamide", "caffeine", "saw_palmetto",
    "peptides", "gentle_cleanser", "plant_oil", "alcohol", "scrub", "ppd", "fragrance", "persulfate", "thioglycolate",
)  # fmt: skip
# Grades describe a picture: nothing here tells a person what they have, or promises an outcome.
NEVER_ENGLISH = re.compile(
    r"\byou have\b|\byou've\b|\byou suffer|\byou are (ill|sick)|\byour (disease|illness|condition)\b"
    r"|\bcur(e|es|ed|ing|able)\b|\bdiagnos|\bguarantee|\bmiracle|\bdefinitely\b|100 ?%",
    re.IGNORECASE,
)
NEVER_KOREAN = re.compile(
    "진단|완치|앓고|걸리셨|환자님|특효|기적|보장|확실히|반드시 낫|낫게 해|당신|입니다|습니다|십시오|100 ?%"
)
# Words that Korean advertising rules keep from shampoos and other cosmetics: said only to deny them.
KEPT_FROM_COSMETICS = re.compile(
    "치료|방지|예방|막|발모|육모|양모|다시 난|두께 증가|모발 성장|treat|prevent|regrow|grow", re.IGNORECASE
)
DENIED = re.compile(r"없어요|않아요|마세요|어려워요|부족해요|\b(no|not)\b", re.IGNORECASE)
COSMETIC = {Status.COSMETIC, Status.FUNCTIONAL_COSMETIC, Status.UNCHECKED}
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")


def every_claim():
    """Every claim with where it stands: each once, though a page may show it at four severities."""
    for one in KNOWLEDGE.ingredients.values():
        yield from ((one.id, claim) for claim in one.claims)
    seen = set()
    for page in KNOWLEDGE.pages.values():
        for section in SECTIONS:
            for claim in page.said(section):
                if id(claim) not in seen:
                    seen.add(id(claim))
                    yield f"{page.condition}.{section}", claim


def every_text():
    for place, claim in every_claim():
        yield place, claim.text
    for one in KNOWLEDGE.ingredients.values():
        yield one.id, one.name
    for (condition, severity), page in KNOWLEDGE.pages.items():
        yield f"{condition}.{severity:d}", page.headline
        yield f"{condition}.{severity:d}", page.looks


class TestWhatItHolds:
    @pytest.mark.parametrize(("condition", "severity"), PAGES)
    def test_every_condition_at_every_severity_in_both_languages(self, condition, severity):
        page = KNOWLEDGE.condition(condition, severity)
        assert (page.condition, page.severity) == (condition, severity)
        for language in Language:
            said = [page.headline, page.looks, *(claim.text for name in SECTIONS for claim in page.said(name))]
            assert all(text.in_language(language).strip() for text in said)
        assert all(page.said(section) for section in SECTIONS)
        assert page.picture.is_file()

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_severities_differ_in_more_than_their_headline(self, condition):
        pages = [KNOWLEDGE.condition(condition, severity) for severity in SEVERITIES]
        assert len({page.headline for page in pages}) == len({page.looks for page in pages}) == len(pages)
        assert len({(page.home, page.timing, page.doctor) for page in pages}) == len(pages)

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_a_severe_grade_points_to_a_dermatologist_and_a_moderate_one_to_the_next_check(self, condition):
        severe, moderate = (KNOWLEDGE.condition(condition, Severity(number)) for number in (3, 2))
        assert "피부과" in severe.headline.ko or "dermatologist" in " ".join(one.text.en for one in severe.doctor)
        words = " ".join(claim.text.en for claim in (*moderate.timing, *moderate.doctor))
        assert "dermatologist" in words or "professional" in words

    def test_every_claim_names_a_reference_that_exists_or_says_that_it_has_none(self):
        seen = 0
        for place, claim in every_claim():
            seen += 1
            assert claim.references, place
            assert all(KNOWLEDGE.reference(name) for name in claim.references), place
            assert (claim.mark is Mark.GENERAL) == (GENERAL in claim.references), place
            assert claim.grades == tuple(sorted(set(claim.grades))), place
        assert seen > 200

    def test_strong_evidence_is_never_general_advice(self):
        for place, claim in every_claim():
            if claim.level in {Evidence.A, Evidence.B}:
                assert claim.mark is Mark.VERIFIED, place

    def test_evidence_on_a_page_comes_with_its_level(self):
        for condition, severity in PAGES:
            for one in KNOWLEDGE.ingredients_for(condition, severity):
                use = one.use_for(condition, severity)
                assert use is not None, one.id
                assert use.level is not None, one.id

    def test_the_strongest_evidence_comes_first(self):
        for condition, severity in PAGES:
            uses = [one.use_for(condition, severity) for one in KNOWLEDGE.ingredients_for(condition, severity)]
            assert [use.level for use in uses] == sorted(use.level for use in uses)
        assert KNOWLEDGE.ingredients_for(Condition.DANDRUFF, Severity.MODERATE)[0].id == "ketoconazole"
        assert KNOWLEDGE.ingredients_for(Condition.HAIR_LOSS, Severity.MILD)[0].id == "minoxidil"

    def test_medicines_wait_until_gentler_care_has_failed(self):
        medicines = {Status.OTC_MEDICINE, Status.MEDICINE, Status.PRESCRIPTION}
        for one in KNOWLEDGE.ingredients_for(Condition.DANDRUFF, Severity.MILD):
            assert one.status not in medicines
        for condition in CONDITIONS:
            assert all(one.status not in medicines for one in KNOWLEDGE.ingredients_for(condition, Severity.GOOD))

    def test_nothing_is_recommended_and_warned_against_at_once(self):
        for one in KNOWLEDGE.ingredients.values():
            for condition, severity in PAGES:
                assert not (one.use_for(condition, severity) and one.avoid_for(condition, severity)), one.id

    def test_an_ingredient_has_one_voice_for_a_condition(self):
        for one in KNOWLEDGE.ingredients.values():
            for claims in (one.uses, one.avoid):
                assert len({use.condition for use in claims}) == len(claims), one.id
            assert len({caution.concern for caution in one.cautions}) == len(one.cautions), one.id


class TestWhatOthersRelyOn:
    def test_ids_of_ingredients_are_stable(self):
        assert tuple(KNOWLEDGE.ingredients) == INGREDIENTS

    def test_ids_of_references_are_the_numbers_of_the_bibliography(self):
        assert list(KNOWLEDGE.references) == [GENERAL, *(f"r{number}" for number in range(1, 117))]

    def test_medicines_say_who_should_not_take_them(self):
        for one in KNOWLEDGE.ingredients.values():
            if one.status in {Status.OTC_MEDICINE, Status.MEDICINE}:
                assert one.korea, one.id
                assert one.caution(Concern.CHILDREN), one.id
                assert one.caution(Concern.PREGNANCY), one.id

    @pytest.mark.parametrize(
        ("name", "concern", "advice"),
        [
            ("minoxidil", Concern.PREGNANCY, Advice.AVOID),
            ("minoxidil", Concern.SUDDEN_LOSS, Advice.AVOID),
            ("minoxidil", Concern.CHILDREN, Advice.AVOID),
            ("finasteride", Concern.PREGNANCY, Advice.AVOID),
            ("finasteride", Concern.MOOD, Advice.CARE),
            ("dutasteride", Concern.PREGNANCY, Advice.AVOID),
            ("dutasteride", Concern.BLOOD, Advice.CARE),
            ("selenium_sulfide", Concern.DYED_HAIR, Advice.AVOID),
            ("selenium_sulfide", Concern.PREGNANCY, Advice.AVOID),
            ("coal_tar", Concern.DYED_HAIR, Advice.AVOID),
            ("coal_tar", Concern.PREGNANCY, Advice.AVOID),
            ("benzoyl_peroxide", Concern.DYED_HAIR, Advice.AVOID),
            ("ketoconazole", Concern.CHILDREN, Advice.AVOID),
            ("salicylic_acid", Concern.DRYNESS, Advice.CARE),
            ("salicylic_acid", Concern.CHILDREN, Advice.AVOID),
        ],
    )
    def test_cautions_that_a_plan_acts_on(self, name, concern, advice):
        caution = KNOWLEDGE.ingredient(name).caution(concern)
        assert caution is not None
        assert caution.advice is advice

    def test_korean_concentrations(self):
        zinc = " ".join(claim.text.ko for claim in KNOWLEDGE.ingredient("zinc_pyrithione").korea)
        assert "1.0%" in zinc
        assert "0.5%" in zinc
        assert KNOWLEDGE.ingredient("ketoconazole").status is Status.OTC_MEDICINE
        assert KNOWLEDGE.ingredient("finasteride").status is Status.PRESCRIPTION

    def test_names_on_labels_lead_to_one_ingredient(self):
        names = [name.casefold() for one in KNOWLEDGE.ingredients.values() for name in one.aliases]
        assert len(names) == len(set(names))

    def test_nothing_can_be_changed(self):
        page = KNOWLEDGE.condition(Condition.DANDRUFF, Severity.MILD)
        with pytest.raises(FrozenInstanceError):
            page.headline = Text("x", "x")
        with pytest.raises(TypeError):
            KNOWLEDGE.ingredients["water"] = KNOWLEDGE.ingredient("biotin")


class TestWhatItNeverSays:
    def test_neither_language_tells_a_person_what_they_have(self):
        for place, text in every_text():
            assert not NEVER_ENGLISH.search(text.en), (place, text.en)
            assert not NEVER_KOREAN.search(text.ko), (place, text.ko)

    @pytest.mark.parametrize(
        "words", ["You have dandruff.", "This cures it.", "A guaranteed result", "your condition", "the diagnosis"]
    )
    def test_the_list_of_forbidden_words_bites_in_english(self, words):
        assert NEVER_ENGLISH.search(words)

    @pytest.mark.parametrize(
        "words", ["비듬으로 진단돼요", "완치할 수 있어요", "탈모를 앓고 있어요", "효과를 보장해요"]
    )
    def test_the_list_of_forbidden_words_bites_in_korean(self, words):
        assert NEVER_KOREAN.search(words)

    def test_cosmetics_claim_no_treatment_except_to_deny_it(self):
        denials = 0
        for one in KNOWLEDGE.ingredients.values():
            if one.status not in COSMETIC:
                continue
            for claim in one.claims:
                for words in (claim.text.ko, claim.text.en):
                    for sentence in re.split(r"(?<=[.!?])\s", words):
                        if KEPT_FROM_COSMETICS.search(sentence):
                            denials += 1
                            assert DENIED.search(sentence), (one.id, sentence)
        assert denials > 10

    def test_pages_credit_no_shampoo_with_saving_hair(self):
        for severity in SEVERITIES:
            said = KNOWLEDGE.condition(Condition.HAIR_LOSS, severity).avoid
            assert any("no shampoo prevents or treats" in claim.text.en.lower() for claim in said)

    def test_korean_is_polite_plain_style_and_holds_no_english_sentences(self):
        for place, claim in every_claim():
            for sentence in re.split(r"(?<=[.!?])\s+", claim.text.ko):
                assert re.search(r"요(\([^)]*\))?\.$", sentence), (place, sentence)
            assert not re.search(r"[a-z]{3,}\s+[a-z]{3,}", claim.text.ko), (place, claim.text.ko)

    def test_english_holds_no_korean_and_no_text_an_emoji(self):
        for place, text in every_text():
            assert not re.search("[가-힣]", text.en), place
            assert not EMOJI.search(text.ko + text.en), place

    def test_both_languages_give_the_same_figures(self):
        """Figures from 10 on are in both languages (24만 9천 and 249,000 are one number)."""
        for place, claim in every_claim():
            korean, figures = (
                {*re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3})", "", words))}
                for words in (claim.text.ko, claim.text.en)
            )
            for one, other in ((figures - {"249000"}, korean), (korean - {"24", "9"}, figures)):
                assert {number for number in one if float(number) >= 10} <= other, (place, claim.text)


class TestReferences:
    def test_addresses_are_plain_https(self):
        for one in KNOWLEDGE.references.values():
            if one.url is not None:
                parts = urlsplit(one.url)
                assert parts.scheme == "https", one.id
                assert parts.hostname, one.id
                assert parts.username is None, one.id
        assert sum(one.url is not None for one in KNOWLEDGE.references.values()) > 50

    def test_second_hand_reports_say_so(self):
        for one in KNOWLEDGE.references.values():
            assert one.second_hand == ("(sec." in one.citation), one.id
        assert KNOWLEDGE.reference(GENERAL).mark is Mark.GENERAL
        assert all(one.mark is Mark.VERIFIED for one in KNOWLEDGE.references.values() if one.id != GENERAL)


class TestPictures:
    def test_they_are_small_and_of_one_size(self):
        files = sorted((KNOWLEDGE_DIR / "pictures").iterdir())
        assert [file.name for file in files] == sorted(f"{c}_{s:d}.webp" for c, s in PAGES)
        assert sum(file.stat().st_size for file in files) < 500_000
        for file in files:
            with Image.open(file) as picture:
                assert (picture.format, picture.size) == ("WEBP", SIZE)

    @pytest.mark.parametrize("condition", [Condition.DANDRUFF, Condition.HAIR_LOSS])
    def test_they_are_what_the_renderer_draws(self, condition):
        page = KNOWLEDGE.condition(condition, Severity.SEVERE)
        with Image.open(page.picture) as picture:
            kept = np.asarray(picture.convert("RGB"), float)
        drawn = draw_picture(condition, Severity.SEVERE)
        assert np.abs(kept - drawn.pixels).mean() < 12
        others = {grade for other, grade in drawn.severities.items() if other != condition}
        assert others == {Severity.GOOD}


@pytest.fixture
def copy(tmp_path):
    """A copy of the knowledge to damage, and how."""

    def damage(file, old, new):
        path = tmp_path / "knowledge" / file
        words = path.read_text(encoding="utf-8")
        assert old in words
        path.write_text(words.replace(old, new, 1), encoding="utf-8")
        return tmp_path / "knowledge"

    shutil.copytree(KNOWLEDGE_DIR, tmp_path / "knowledge")
    return damage


def refusal(folder):
    with pytest.raises(CareError) as raised:
        load_knowledge(folder)
    return raised.value


class TestDamage:
    def test_a_whole_copy_loads(self, copy, tmp_path):  # noqa: ARG002 (makes the copy)
        assert load_knowledge(tmp_path / "knowledge").ingredients == KNOWLEDGE.ingredients

    @pytest.mark.parametrize(
        ("file", "old", "new", "code", "names"),
        [
            ("ingredients.toml", 'name = { ko = "케토코나졸", en', "name = { en", "invalid", "ingredient.0.name.ko"),
            ("conditions/dandruff.toml", "headline.en =", "headline.fr =", "invalid", "grade.0.headline.en"),
            ("conditions/dandruff.toml", "headline.en", "title.en", "invalid", "grade.0.headline.en"),
            ("conditions/hair_loss.toml", 'references = ["r62"]', "references = []", "invalid", "what.0.references"),
            ("conditions/hair_loss.toml", 'references = ["r62"]', "", "invalid", "what.0.references"),
            ("conditions/hair_loss.toml", '["r62"]', '["r999"]', "unknown_source", "r999"),
            ("ingredients.toml", '"r13"', '"r0"', "unknown_source", "ketoconazole"),
            ("ingredients.toml", 'id = "ciclopirox"', 'id = "ketoconazole"', "twice", "ketoconazole"),
            ("references.toml", 'id = "r2"', 'id = "r1"', "twice", "r1"),
            ("ingredients.toml", 'status = "otc_medicine"', 'status = "candy"', "invalid", "ingredient.0.status"),
            ("ingredients.toml", 'condition = "dandruff"', 'condition = "itch"', "invalid", "condition"),
            ("ingredients.toml", 'level = "A"', 'level = "A+"', "invalid", "level"),
            ("ingredients.toml", 'concern = "children"', 'concern = "kids"', "invalid", "concern"),
            ("ingredients.toml", "grades = [2, 3]", "grades = [2, 4]", "invalid", "grades"),
            ("ingredients.toml", "aliases =", "alias =", "invalid", "alias"),
            ("references.toml", "https://", "javascript:", "invalid", "url"),
            ("references.toml", "[[reference]]", "[[reference", "unreadable", "references.toml"),
        ],
    )
    def test_each_is_refused_naming_the_place(self, copy, file, old, new, code, names):
        error = refusal(copy(file, old, new))
        assert error.code == f"knowledge.{code}"
        for language in Language:
            assert names in error.message(language)

    def test_a_severity_without_a_word(self, copy):
        error = refusal(copy("conditions/fine_scaling.toml", "[[similar]]", "[[similar]]\ngrades = [0, 1, 2]"))
        assert error.code == "knowledge.silent"
        assert "similar" in error.message()
        assert "3" in error.message()

    def test_a_missing_file_or_picture(self, copy, tmp_path):  # noqa: ARG002 (makes the copy)
        folder = tmp_path / "knowledge"
        (folder / "pictures" / "dandruff_2.webp").unlink()
        assert refusal(folder).code == "knowledge.no_picture"
        (folder / "conditions" / "dandruff.toml").unlink()
        assert refusal(folder).code == "knowledge.unreadable"
        assert "dandruff.toml" in str(refusal(folder))

    def test_unknown_names_are_refused(self):
        for ask, code in ((KNOWLEDGE.ingredient, "unknown_ingredient"), (KNOWLEDGE.reference, "unknown_reference")):
            with pytest.raises(CareError, match="snake_oil") as raised:
                ask("snake_oil")
            assert raised.value.code == f"knowledge.{code}"


def test_every_text_of_the_files_reaches_a_page_or_an_ingredient():
    """No claim is written for a severity that does not exist, so none is lost on the way."""
    shown = {id(claim) for _, claim in every_claim()}
    written = 0
    for condition in CONDITIONS:
        known = tomllib.loads((KNOWLEDGE_DIR / "conditions" / f"{condition}.toml").read_text(encoding="utf-8"))
        written += sum(len(known[section]) for section in SECTIONS)
    written += sum(len(one.claims) for one in KNOWLEDGE.ingredients.values())
    assert len(shown) == written
