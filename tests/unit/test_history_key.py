import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RecordsError
from core.records.history_guesses import FREE_TRIES, LONGEST_WAIT_S, TRIES_A_MINUTE, GuessLimit
from core.records.history_key import ALPHABET, DATA_SYMBOLS, KEY_SYMBOLS, HistoryKey, make_key, parse_key

VALUES = st.lists(st.integers(0, len(ALPHABET) - 1), min_size=DATA_SYMBOLS, max_size=DATA_SYMBOLS)
KEYS = VALUES.map(lambda values: make_key(draw=lambda _: values.pop()))


def code_of(words):
    with pytest.raises(RecordsError) as caught:
        parse_key(words)
    return caught.value.code


def test_key_is_readable_and_comes_back():
    key = make_key()
    assert [len(group) for group in key.text.split("-")] == [4] * 6
    assert set(key.symbols) <= set(ALPHABET)
    assert parse_key(key.text) == key


def test_keys_differ_and_carry_a_hundred_bits():
    keys = [make_key().symbols for _ in range(400)]
    assert len({key[:20] for key in keys}) == 400
    # Every symbol at every random place: 400 draws of 32 leave one out with a chance of 3 in a million.
    for place in range(20):
        assert len({key[place] for key in keys}) >= 30


def test_key_does_not_show_itself():
    key = make_key()
    assert key.symbols not in repr(key) + str(key) + repr([key])
    assert key.symbols[:8] not in key.key_hash.upper()


@given(KEYS, st.data())
def test_up_to_four_wrong_letters_are_always_a_typo(key, data):
    places = data.draw(st.sets(st.integers(0, KEY_SYMBOLS - 1), min_size=1, max_size=4))
    symbols = list(key.symbols)
    for place in places:
        symbols[place] = data.draw(st.sampled_from([s for s in ALPHABET if s != symbols[place]]))
    assert code_of("".join(symbols)) == "history.key_typo"


@given(KEYS, st.integers(0, KEY_SYMBOLS - 2))
def test_swapped_neighbours_are_a_typo(key, place):
    symbols = list(key.symbols)
    symbols[place], symbols[place + 1] = symbols[place + 1], symbols[place]
    swapped = "".join(symbols)
    assert parse_key(swapped) == key if swapped == key.symbols else code_of(swapped) == "history.key_typo"


@given(KEYS, st.integers(0, KEY_SYMBOLS - 1))
def test_a_missing_or_doubled_letter_is_counted(key, place):
    symbols = key.symbols
    assert code_of(symbols[:place] + symbols[place + 1 :]) == "history.key_length"
    assert code_of(symbols[: place + 1] + symbols[place:]) == "history.key_length"


@given(KEYS, st.data())
def test_key_is_read_as_people_write_it(key, data):
    looks = {"0": "0Oo", "1": "1IiLl"}
    written = ""
    for symbol in key.symbols:
        written += data.draw(st.sampled_from(looks.get(symbol, symbol + symbol.lower())))
        written += data.draw(st.sampled_from(["", " ", "-", "\n", " – ", "\u3000"]))
    assert parse_key(written) == key
    wide = {ord(letter): ord(letter) + 0xFEE0 for letter in string.ascii_uppercase + string.digits}
    assert parse_key(key.text.translate(wide)) == key


@given(st.text())
def test_any_words_are_a_key_or_explained(words):
    try:
        key = parse_key(words)
    except RecordsError as error:
        cause = error
    else:
        assert isinstance(key, HistoryKey)
        return
    assert cause.code in {f"history.key_{name}" for name in ("empty", "characters", "length", "typo")}
    assert all(isinstance(value, int) for value in cause.values.values())


@pytest.mark.parametrize("words", ["", "  -- \n"])
def test_nothing_typed_is_said(words):
    assert code_of(words) == "history.key_empty"


@pytest.mark.parametrize("words", ["안녕하세요", "7K3D-U000", "<script>", "7K3D\x00"])
def test_foreign_characters_are_said(words):
    assert code_of(words) == "history.key_characters"


def test_hash_and_secrets_of_a_key_stay_the_same():
    # A change here would lock everybody out of their history.
    key = parse_key("0123-4567-89AB-CDEF-GHJK-VQS3")
    assert key.key_hash == "4d0f9f792ebd933575f6fa5d78520c483768ead3208dcdd70ad8617bf57c8c2f"
    assert key.sealing_secret != key.naming_secret
    assert key.key_hash not in {key.sealing_secret.hex(), key.naming_secret.hex()}


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def waits(limit, caller):
    try:
        limit.check(caller)
    except RecordsError as error:
        return error.values["seconds"]
    return 0


def test_unknown_keys_slow_their_caller_down():
    clock = Clock()
    limit = GuessLimit(clock)
    waited = []
    for _ in range(FREE_TRIES + 8):
        waited.append(waits(limit, "a"))
        clock.now += waited[-1]
        assert waits(limit, "a") == 0
        limit.note_unknown("a")
    assert waited == [0] * FREE_TRIES + [10, 20, 40, 80, 160, 300, 300, 300]
    assert max(waited) == LONGEST_WAIT_S
    assert waits(limit, "b") == 0


def test_the_right_key_forgives_and_an_hour_does_too():
    clock = Clock()
    limit = GuessLimit(clock)
    for caller in ("a", "b"):
        for _ in range(FREE_TRIES):
            limit.note_unknown(caller)
    limit.note_known("a")
    assert waits(limit, "a") == 0
    assert waits(limit, "b") > 0
    clock.now += 3601
    assert waits(limit, "b") == 0
    limit.note_unknown("b")
    assert waits(limit, "b") == 0


def test_new_callers_do_not_get_around_the_limit():
    clock = Clock()
    limit = GuessLimit(clock)
    for number in range(TRIES_A_MINUTE):
        assert waits(limit, str(number)) == 0
        limit.note_unknown(str(number))
    assert waits(limit, "new") == 60
    clock.now += 60
    assert waits(limit, "new") == 0
