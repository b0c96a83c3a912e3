"""The weights that the engine ships, and what they may and may not do."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from extraction.engine import confidence, evidence
from extraction.engine.confidence import document_features, features
from extraction.engine.document import Box
from extraction.engine.extract import decide, find_candidates, gather, lay_out
from extraction.engine.extractors import vendor
from extraction.engine.fields import BY_NAME
from extraction.engine.learned import SHIPPED, Learned, shipped
from extraction.engine.options import ReadOptions, Steps
from extraction.engine.ranking import AMOUNT_WEIGHTS, DATE_WEIGHTS, probability, ranked
from extraction.engine.record import Candidate, Field, Value
from extraction.engine.resolve import resolve

from .pages import page_of
from .test_unseen_layouts import CASES

TODAY = date(2025, 1, 1)
BOX = Box(0.6, 0.8, 0.7, 0.82)
EXTRACTORS_OWN = {*DATE_WEIGHTS, *AMOUNT_WEIGHTS, *vendor._WEIGHTS, "printed", "abroad"} - {"bias", "none"}
KNOWN = {"bias", *evidence.FEATURES, *(f"own_{name}" for name in EXTRACTORS_OWN)}


def candidate(field: str, value: Value, score: float, **more: object) -> Candidate:
    return Candidate(field, value, str(value), 1, BOX, score, "test", **more)


def test_the_shipped_weights_name_only_fields_and_features_that_exist() -> None:
    learned = shipped()
    assert learned.ranking.keys() <= BY_NAME.keys()
    for field, weights in learned.ranking.items():
        assert weights.keys() <= KNOWN, field
    own = {name for field in BY_NAME for name in confidence.of_field(field)}
    assert learned.confidence.keys() <= {*confidence.SIGNS, *own}
    assert learned.document.keys() <= {*confidence.DOCUMENT_SIGNS}
    assert learned.least.keys() <= BY_NAME.keys()


def test_the_file_of_weights_is_small_and_says_what_it_was_trained_on() -> None:
    assert SHIPPED.stat().st_size < 40_000
    assert {"documents", "vendors", "values"} <= shipped().trained_on.keys()


def test_weights_survive_being_written_and_read_again() -> None:
    text = json.dumps(shipped().to_dict())
    assert Learned.from_dict(json.loads(text)) == shipped()


def test_weights_of_another_version_are_refused() -> None:
    with pytest.raises(ValueError, match="version 99"):
        Learned.from_dict({**shipped().to_dict(), "version": 99})


@pytest.mark.parametrize("field", sorted(shipped().ranking))
def test_a_better_score_of_the_rules_never_makes_a_candidate_less_likely(field: str) -> None:
    weights = shipped().ranking[field]
    better = {"rule": 3.0, "rule_lead": 4.0, "rule_first": 1.0, "place_x": 0.5, "place_y": 0.3}
    worse = {**better, "rule": 1.0, "rule_lead": -1.0, "rule_first": 0.0}
    assert probability(better, weights) > probability(worse, weights)


def test_a_feature_that_the_weights_do_not_know_counts_for_nothing() -> None:
    assert probability({"rule": 1.0, "own_new": 9.0}, {"rule": 1.0}) == probability({"rule": 1.0}, {"rule": 1.0})


def test_fields_without_learned_weights_keep_their_extractors_scores() -> None:
    given = [candidate("rounding", Decimal("0.02"), 0.7, features={"rule": 0.8})]
    assert ranked(given, shipped().ranking) == given


@pytest.mark.parametrize("score", [0.0, 0.001, 0.5, 0.999, 1.0])
def test_no_confidence_is_certain_and_none_is_impossible(score: float) -> None:
    for certainty in (0.0, 1.0):
        chosen = candidate("gross_total", Decimal("9.00"), score, certainty=certainty)
        likely = confidence.confidence(features(chosen, [chosen], support=3.0), shipped().confidence)
        assert 0 < likely < 1
    assert 0 < confidence.confidence(document_features({}), shipped().document) < 1


def test_a_field_that_nothing_was_learned_about_is_as_likely_as_its_score() -> None:
    found = resolve([candidate("cost_centre", "K 7", 0.8)], today=TODAY, learned=replace(shipped(), confidence={}))
    assert found.fields["cost_centre"].confidence == pytest.approx(0.8)


def test_wrong_check_digits_make_an_account_doubtful() -> None:
    chosen = candidate("iban", "DE00", 0.25)
    proved, unproved = (
        confidence.confidence(features(chosen, [], support=0.0, proved=proved), shipped().confidence)
        for proved in (True, False)
    )
    assert unproved < 0.4 < proved


def test_a_record_is_as_sure_as_its_required_fields() -> None:
    def record(sure: float, names: tuple[str, ...]) -> float:
        fields = {name: Field(name, "x", "x", sure, 1, BOX, "test") for name in names}
        return confidence.confidence(document_features(fields), shipped().document)

    required = tuple(name for name, spec in BY_NAME.items() if spec.required)
    assert record(0.99, required) > record(0.8, required) > record(0.99, required[1:])
    assert record(0.99, required) == record(0.99, (*required, "iban"))


def test_a_record_that_was_read_has_a_confidence() -> None:
    options = ReadOptions(today=TODAY)
    layout = lay_out(page_of(CASES[0].art))
    record = decide(gather(layout, find_candidates(layout, options), options), options)
    assert record.confidence is not None
    assert 0 < record.confidence < 1


def test_each_step_can_be_left_out() -> None:
    options = ReadOptions(today=TODAY)
    layout = lay_out(page_of(CASES[0].art))
    found = gather(layout, find_candidates(layout, options), options)
    whole = decide(found, options)
    for name in ("ranking", "arithmetic", "calibration"):
        part = decide(found, replace(options, steps=replace(Steps(), **{name: False})))
        assert part.fields != whole.fields, name


def test_day_and_month_are_told_apart_by_the_document_only_with_the_date_logic() -> None:
    layout = lay_out(page_of("Invoice 17\nInvoice date: 03/04/2024\nPrinted 04/25/2024"))
    both = [
        {c.value for c in find_candidates(layout, ReadOptions(today=TODAY, steps=Steps(dates=dates)))}
        for dates in (True, False)
    ]
    assert date(2024, 3, 4) in both[0]
    assert date(2024, 4, 3) in both[1]


def test_ranking_a_page_takes_little_time() -> None:
    layout = lay_out(page_of(CASES[0].art))
    found = gather(layout, find_candidates(layout, ReadOptions(today=TODAY)), ReadOptions(today=TODAY))
    started = time.process_time()
    for _ in range(10):
        ranked(evidence.described(found.candidates, layout), shipped().ranking)
    assert (time.process_time() - started) / 10 < 0.02  # measured: under 2 ms
