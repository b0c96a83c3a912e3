"""Which words are read again, by models that say what a test tells them to."""

from __future__ import annotations

from typing import Any

import numpy as np

from extraction.engine import spacing
from extraction.engine.recognition import HEIGHT, STEP, Alphabet, Pass, Recognizer, unaccented

CHARACTERS = ["", *"ABCDEFGHIKLMNOPRSTUVWXYZabdeilnortuéÉ0123456789.,:", " "]
ALPHABET = Alphabet.of(CHARACTERS)
EVERY = 3  # steps from letter to letter


class Model:
    """Reads the texts it is given, one for each call; a character after a "?" has a chance of 0.4, all others 0.99."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.widths: list[int] = []

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "x"})]

    def run(self, _: None, inputs: dict[str, Any]) -> list[Any]:
        width = inputs["x"].shape[-1]
        self.widths.append(width)
        chances = np.zeros((1, width // STEP, len(CHARACTERS)), dtype=np.float32)
        chances[0, :, 0] = 0.99
        chance, step = 0.99, 1
        for character in self.texts.pop(0):
            if character == "?":
                chance = 0.4
                continue
            chances[0, step, 0] = 0
            chances[0, step, CHARACTERS.index(character)] = chance
            if unaccented(character) != character:
                chances[0, step, CHARACTERS.index(unaccented(character))] = 0.99 - chance
            chance, step = 0.99, step + EVERY
        return [chances]


def line(text: str) -> np.ndarray:
    """A bar for each letter, where the models see it."""
    picture = np.full((HEIGHT, (len(text) * EVERY + 1) * STEP, 3), 255, np.uint8)
    for index, character in enumerate(text):
        if character != " ":
            middle = (index * EVERY + 1) * STEP + STEP // 2
            picture[10:38, middle - 6 : middle + 7] = 0
    import cv2

    return np.asarray(cv2.resize(picture, None, fx=1 / 0.85, fy=1))  # the first pass squeezes it back


def recognizer(first: Model, second: Model, full: Model) -> Recognizer:
    passes = [
        Pass(first, ALPHABET, spacing.TINY, (0.9, 0.9, 0.9)),
        Pass(second, ALPHABET, spacing.SMALL, (0.6, 0.6, 0.6)),
    ]
    return Recognizer(passes, lambda: (full, ALPHABET))


def test_a_line_that_the_first_model_is_sure_of_is_read_once() -> None:
    (words,) = recognizer(Model("TOTAL DUE"), Model(), Model()).read([line("TOTAL DUE")])
    assert [word.text for word in words] == ["TOTAL", "DUE"]


def test_only_the_doubted_word_is_cut_out_and_read_again() -> None:
    second = Model("NUMBER")
    (words,) = recognizer(Model("CUSTOMER ORDER ?DUMBER SENT"), second, Model()).read(
        [line("CUSTOMER ORDER NUMBER SENT")]
    )
    assert [word.text for word in words] == ["CUSTOMER", "ORDER", "NUMBER", "SENT"]
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert second.widths[0] < 0.5 * line("CUSTOMER ORDER NUMBER SENT").shape[1]


def test_a_line_that_is_mostly_doubted_is_read_again_whole() -> None:
    second = Model("TO PAY")
    (words,) = recognizer(Model("?TO ?PAY"), second, Model()).read([line("TO PAY")])
    assert [word.text for word in words] == ["TO", "PAY"]


def test_what_the_second_model_doubts_goes_to_the_full_one_which_must_be_surer() -> None:
    read = recognizer(Model("?TOTAL"), Model("?TOTAL"), Model("TUTAL")).read([line("TOTAL")])
    assert [[word.text for word in words] for words in read] == [["TUTAL"]]
    read = recognizer(Model("?TOTAL"), Model("?TOTAL"), Model("?T?U?T?A?L")).read([line("TOTAL")])
    assert [[word.text for word in words] for words in read] == [["TOTAL"]]


def test_what_is_hardly_legible_is_no_line() -> None:
    blot = "?N?O?N"
    assert recognizer(Model(blot), Model(blot), Model(blot)).read([line("NON")]) == [()]


def test_an_accent_that_the_recogniser_is_unsure_of_is_a_stain() -> None:
    models = (Model("CAR?É"), Model("CAR?É"), Model("CAR?É"))
    ((stained,),) = recognizer(*models).read([line("CARE")])
    assert stained.text == "CARE"
    ((printed,),) = recognizer(Model("CARÉ"), Model(), Model()).read([line("CARE")])
    assert printed.text == "CARÉ"


def test_letters_of_other_scripts_have_no_accents() -> None:
    assert [unaccented(character) for character in "Éßがй"] == ["E", "ß", "が", "й"]
