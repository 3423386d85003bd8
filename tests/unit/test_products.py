"""Products against plans: what fits, in which order, what is left out and why, and nothing beside a red flag."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making_products import make_product, plan_for

from core.care.answers import CareAnswers, Loss, Pregnancy, Sign, Strength
from core.care.knowledge import load_knowledge
from core.care.product_file import starter_products
from core.care.product_matching import Catalogue, Cause, Selection
from core.taxonomy import AgeBand, Condition, Sex

DANDRUFF = {Condition.DANDRUFF: 2}
KNOWN = load_knowledge().ingredients


def select(products, grades, answers=None, sex=Sex.FEMALE, age_band=AgeBand.THIRTIES):
    plan = plan_for(grades, answers, sex=sex, age_band=age_band)
    return Catalogue(products, KNOWN).select(plan, sex, age_band)


def ids(selection):
    return [offer.product.id for offer in selection.offers]


def causes(selection):
    return {one.product.id: one.cause for one in selection.left_out}


class TestMatching:
    @pytest.mark.parametrize(
        ("grades", "ingredient", "fits"),
        [
            ({Condition.DANDRUFF: 1}, "zinc_pyrithione", True),
            ({Condition.DANDRUFF: 2}, "zinc_pyrithione", True),
            ({Condition.DANDRUFF: 2}, "ketoconazole", True),
            ({Condition.DANDRUFF: 1}, "ketoconazole", False),
            ({Condition.DANDRUFF: 0}, "zinc_pyrithione", False),
            ({Condition.DANDRUFF: None}, "zinc_pyrithione", False),
            ({Condition.FINE_SCALING: 2}, "salicylic_acid", True),
            ({Condition.FINE_SCALING: 2}, "ketoconazole", False),
            ({Condition.EXCESS_SEBUM: 2}, "gentle_cleanser", True),
            ({Condition.FOLLICULAR_PUSTULES: 1}, "benzoyl_peroxide", True),
            ({Condition.INTERFOLLICULAR_ERYTHEMA: 1}, "gentle_cleanser", True),
            ({Condition.HAIR_LOSS: 2}, "caffeine", False),
            ({}, "gentle_cleanser", False),
            ({}, "zinc_pyrithione", False),
        ],
    )
    def test_condition_and_severity_decide(self, grades, ingredient, fits):
        assert ids(select([make_product(ingredients=(ingredient,))], grades)) == (["p1"] if fits else [])

    def test_the_reason_names_ingredient_grade_evidence_and_line(self):
        (offer,) = select([make_product(ingredients=("Aqua", "Ketoconazole 2%"))], DANDRUFF).offers
        (match,) = offer.matches
        assert (match.ingredient.id, match.condition, int(match.severity)) == ("ketoconazole", Condition.DANDRUFF, 2)
        assert match.use.level == "A"
        assert "ketoconazole" in match.line.ingredients
        assert offer.medicine

    def test_one_product_for_two_conditions_gives_both_reasons(self):
        grades = {Condition.DANDRUFF: 1, Condition.EXCESS_SEBUM: 2}
        both = make_product("both", ("zinc_pyrithione", "gentle_cleanser"))
        one = make_product("one", ("zinc_pyrithione",))
        selection = select([one, both], grades)
        assert ids(selection) == ["both", "one"]
        conditions = {match.condition for match in selection.offers[0].matches}
        assert conditions == {Condition.DANDRUFF, Condition.EXCESS_SEBUM}

    def test_unknown_ingredients_match_nothing(self):
        assert select([make_product(ingredients=("unicorn", "Aqua"))], DANDRUFF) == Selection()

    def test_hair_loss_depends_on_what_was_told_and_on_age(self):
        tonic = [make_product(ingredients=("minoxidil",))]
        gradual = CareAnswers(loss=Loss.GRADUAL)
        grades = {Condition.HAIR_LOSS: 2}
        assert ids(select(tonic, grades, gradual, Sex.MALE)) == ["p1"]
        assert ids(select(tonic, grades, gradual, Sex.MALE, AgeBand.TEENS)) == []
        assert ids(select(tonic, grades, None, Sex.MALE)) == []


class TestRanking:
    def test_the_better_match_stands_first_whoever_pays(self):
        weak = make_product("weak", ("climbazole",), sponsored=True, price_krw=1)
        strong = make_product("strong", ("zinc_pyrithione",), price_krw=90_000)
        assert ids(select([weak, strong], DANDRUFF)) == ["strong", "weak"]

    def test_equal_matches_stand_by_price_then_name(self):
        products = [
            make_product("a", price_krw=None, sponsored=True),
            make_product("b", price_krw=9_000, sponsored=True),
            make_product("c", price_krw=5_000),
            make_product("d", price_krw=5_000, sponsored=True),
        ]
        assert ids(select(products, DANDRUFF)) == ["c", "d", "b", "a"]

    @given(paid=st.lists(st.booleans(), min_size=5, max_size=5), order=st.permutations(range(5)))
    @settings(max_examples=40, deadline=None)
    def test_paying_never_changes_the_order(self, paid, order):
        actives = ("ketoconazole", "zinc_pyrithione", "climbazole", "ciclopirox", "piroctone_olamine")
        products = [make_product(f"p{n}", (actives[n],), sponsored=paid[n], price_krw=n * 1_000) for n in order]
        offers = select(products, DANDRUFF).offers
        assert [offer.product.id for offer in offers] == ["p0", "p1", "p2", "p3", "p4"]
        assert all(before.score >= after.score for before, after in pairwise(offers))


class TestLeftOut:
    def test_an_ingredient_the_plan_avoids_names_the_line(self):
        oily = make_product("oily", ("zinc_pyrithione", "Cocos Nucifera (Coconut) Oil"))
        selection = select([oily], DANDRUFF)
        assert ids(selection) == []
        (left_out,) = selection.left_out
        assert (left_out.cause, left_out.ingredient.id) == (Cause.PLAN_AVOIDS, "plant_oil")
        assert "plant_oil" in left_out.line.ingredients

    @pytest.mark.parametrize(
        ("extra", "grades", "cause"),
        [
            ("finasteride", DANDRUFF, Cause.PRESCRIPTION),
            ("selenium_sulfide", DANDRUFF, Cause.MEDICINE),
            ("minoxidil", DANDRUFF, Cause.MEDICINE),
            ("menthol", {Condition.DANDRUFF: 2, Condition.INTERFOLLICULAR_ERYTHEMA: 1}, Cause.PLAN_AVOIDS),
            ("fragrance", {Condition.DANDRUFF: 2, Condition.INTERFOLLICULAR_ERYTHEMA: 2}, Cause.PLAN_AVOIDS),
        ],
    )
    def test_what_else_is_in_it_can_exclude_it(self, extra, grades, cause):
        selection = select([make_product(ingredients=("zinc_pyrithione", extra))], grades)
        assert ids(selection) == []
        assert causes(selection) == {"p1": cause}

    def test_fragrance_is_no_matter_without_redness(self):
        assert ids(select([make_product(ingredients=("zinc_pyrithione", "Parfum"))], DANDRUFF)) == ["p1"]

    @pytest.mark.parametrize(
        ("made_for", "sex", "age_band", "cause"),
        [
            ({"sex": Sex.MALE}, Sex.FEMALE, None, Cause.SEX),
            ({"sex": Sex.MALE}, None, None, Cause.SEX_UNTOLD),
            ({"sex": Sex.MALE}, Sex.MALE, None, None),
            ({"age_bands": (AgeBand.FORTIES,)}, None, AgeBand.THIRTIES, Cause.AGE),
            ({"age_bands": (AgeBand.FORTIES,)}, None, None, Cause.AGE_UNTOLD),
            ({"age_bands": (AgeBand.FORTIES, AgeBand.FIFTIES)}, None, AgeBand.FIFTIES, None),
        ],
    )
    def test_a_product_for_others_is_left_out(self, made_for, sex, age_band, cause):
        selection = select([make_product(**made_for)], DANDRUFF, None, sex, age_band)
        assert causes(selection) == ({"p1": cause} if cause else {})
        assert ids(selection) == ([] if cause else ["p1"])

    def test_a_pregnancy_leaves_out_what_the_plan_then_avoids(self):
        products = [make_product(one, (one,)) for one in ("ketoconazole", "zinc_pyrithione", "piroctone_olamine")]
        pregnant = CareAnswers(pregnancy=Pregnancy.PREGNANT)
        plan = plan_for(DANDRUFF, pregnant, sex=Sex.FEMALE)
        offered = set(ids(Catalogue(products, KNOWN).select(plan, Sex.FEMALE)))
        assert offered <= set(plan.seek)
        assert not offered & set(plan.avoid)


GRADES = st.fixed_dictionaries({condition: st.sampled_from([None, 0, 1, 2, 3]) for condition in Condition})
ANSWERS = st.builds(
    CareAnswers,
    loss=st.sampled_from([None, *Loss]),
    pain=st.sampled_from([None, *Strength]),
    signs=st.frozensets(st.sampled_from(list(Sign)), max_size=1),
    pregnancy=st.sampled_from([None, *Pregnancy]),
    child=st.sampled_from([None, True, False]),
)
EVERYTHING = [
    *starter_products(),
    *(make_product(f"free-{one}", (one,)) for one in KNOWN),
    *(make_product(f"paid-{one}", (one,), sponsored=True) for one in KNOWN),
    *(make_product(f"mixed-{one}", ("zinc_pyrithione", "gentle_cleanser", one), sponsored=True) for one in KNOWN),
]


class TestAlways:
    @given(
        grades=GRADES,
        answers=ANSWERS,
        sex=st.sampled_from([None, *Sex]),
        age_band=st.sampled_from([None, *AgeBand]),
    )
    @settings(max_examples=150, deadline=None)
    def test_nothing_beside_a_red_flag_and_nothing_against_the_plan(self, grades, answers, sex, age_band):
        plan = plan_for(grades, answers, sex=sex, age_band=age_band)
        selection = Catalogue(EVERYTHING, KNOWN).select(plan, sex, age_band)
        assert selection.withheld == bool(plan.red_flags)
        if plan.red_flags:
            assert selection == Selection(withheld=True)
        unsure = {condition for condition, grade in grades.items() if grade is None}
        for offer in selection.offers:
            held = {one for one in offer.product.ingredients if one in KNOWN}
            assert not held & set(plan.avoid)
            assert offer.product.starter or held & set(plan.seek)
            assert offer.matches
            assert not {match.condition for match in offer.matches} & unsure
            assert not {KNOWN[one].status.value for one in held} & {"prescription"}
        assert all(before.score >= after.score for before, after in pairwise(selection.offers))
        assert not {o.product.id for o in selection.offers} & {o.product.id for o in selection.left_out}

    def test_a_red_flag_is_among_what_was_tried(self):
        assert plan_for({Condition.FOLLICULAR_PUSTULES: 3}).red_flags
        assert select(EVERYTHING, {Condition.FOLLICULAR_PUSTULES: 3}) == Selection(withheld=True)
        assert select(EVERYTHING, DANDRUFF).offers
