"""Letters and figures that look alike are told apart by their neighbours, where the recogniser was undecided."""

from __future__ import annotations

import pytest

from extraction.engine.lookalikes import CHARACTERS, settled


def chances(**likely: float) -> dict[str, float]:
    return dict.fromkeys(CHARACTERS, 0.0) | {name.removeprefix("_"): value for name, value in likely.items()}


UNDECIDED = chances(_0=0.6, O=0.35, _1=0.6, l=0.3, I=0.1)


@pytest.mark.parametrize(
    ("text", "position", "right"),
    [
        ("T0TAL", 1, "O"),
        ("INV0ICE NO", 3, "O"),
        ("Tota1", 4, "l"),
        ("10.50", 1, "0"),
        ("RM 1O.50", 4, "0"),
        ("2O18", 1, "0"),
        ("11:30", 0, "1"),
    ],
)
def test_the_neighbours_say_whether_it_is_a_letter_or_a_figure(text: str, position: int, right: str) -> None:
    found = settled(text, position, UNDECIDED)
    assert found is not None
    character, sure = found
    assert character == right
    assert 0.5 < sure <= 1


@pytest.mark.parametrize("text", ["SH01", "TE1", "L0T"])
def test_what_the_recogniser_is_sure_of_is_left_alone(text: str) -> None:
    assert settled(text, 1 if text == "L0T" else 2, chances(_0=0.999, O=0.001, _1=0.999, l=0.001)) is None


def test_other_characters_are_no_lookalikes() -> None:
    assert settled("TAX", 0, UNDECIDED) is None
