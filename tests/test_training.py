"""Learning from labelled documents: made up here, so that what is to be learned is known."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

pytest.importorskip("scipy", reason="learning needs requirements-dev.txt")

from extraction.engine.document import Box, Document, Line, Page, Word
from extraction.engine.evaluation import Truth
from extraction.engine.extract import Found, decide, extract
from extraction.engine.options import ReadOptions
from extraction.engine.ranking import probability
from extraction.engine.record import Candidate, Reading
from extraction.fitting import fit
from extraction.measuring import BadTruth, SetReader
from extraction.training import Example, Trainer, best_f1, folds_of, group_by_vendor

BOX = Box(0.1, 0.1, 0.2, 0.12)
OPTIONS = ReadOptions(today=date(2025, 1, 1))


def example(index: int, vendor: str | list[str] | None, candidates: tuple[Candidate, ...] = ()) -> Example:
    fields: dict[str, Any] = {"issue_date": "2024-05-01"}
    if vendor:
        fields["vendor_name"] = vendor
    return Example("made up", Truth(f"{index}.pdf", fields), Found(candidates, ()))


def dated(day: int, score: float, **features: float) -> Candidate:
    value = date(2024, 5, day)
    return Candidate("issue_date", value, str(value), 1, BOX, score, "test", features=features)


def made_up(count: int) -> list[Example]:
    """Of two dates the rules cannot tell, the one that stands high is right."""
    rng = random.Random(7)
    found = []
    for index in range(count):
        scores = [rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)]
        right = dated(1, scores[0], rule=0.0, place_y=rng.uniform(0.0, 0.4))
        wrong = dated(2, scores[1], rule=0.0, place_y=rng.uniform(0.5, 1.0))
        found.append(example(index, f"{'abcdefghij'[index % 10] * 6} {index}", (wrong, right)))
    return found


# --- fitting ----------------------------------------------------------------------------------------------------------


def test_what_examples_show_is_learned_and_what_they_do_not_show_keeps_its_prior() -> None:
    rows = [{"high": float(index % 2), "always": 1.0} for index in range(200)]
    weights = fit(
        rows,
        [bool(row["high"]) for row in rows],
        [1.0] * 200,
        prior={"rule": 1.0},
        penalty=lambda name: 1.0,
        signs={},
    )
    assert probability({"high": 1.0}, weights) > 0.9 > 0.1 > probability({"high": 0.0}, weights)
    assert weights["rule"] == 1.0
    assert "always" not in weights


def test_a_weight_keeps_the_sign_that_it_must_have() -> None:
    rows = [{"high": float(index % 2)} for index in range(50)]
    right = [not row["high"] for row in rows]
    weights = fit(rows, right, [1.0] * 50, prior={}, penalty=lambda name: 1.0, signs={"high": 1})
    assert weights["high"] == 0.0


def test_few_examples_stay_near_the_prior() -> None:
    rows = [{"rule": 1.0}, {"rule": -1.0}]
    weights = fit(rows, [False, True], [1.0, 1.0], prior={"rule": 1.0}, penalty=lambda name: 4.0, signs={})
    assert 0.5 < weights["rule"] < 1.0


# --- vendors and folds ------------------------------------------------------------------------------------------------


def test_branches_and_spellings_of_one_vendor_are_one_group() -> None:
    names = ["Hofladen Müller GmbH", "HOFLADEN MUELLER", "Hofladen Müller GmbH Filiale Ulm", "Weinhaus Klee"]
    groups = group_by_vendor([example(index, name) for index, name in enumerate(names)])
    assert groups[0] == groups[2] != groups[3]
    assert len({groups[0], groups[1]}) == 1


def test_two_names_that_one_truth_accepts_join_their_groups() -> None:
    names: list[str | list[str]] = ["Kiosk am Tor", ["Kiosk am Tor", "Brunner Handels AG"], "Brunner Handels"]
    assert len(set(group_by_vendor([example(index, name) for index, name in enumerate(names)]))) == 1


def test_documents_without_a_vendor_are_a_group_each() -> None:
    assert len(set(group_by_vendor([example(index, None) for index in range(3)]))) == 3


def test_no_group_is_on_both_sides_of_a_fold() -> None:
    groups = [f"vendor {number % 17}" for number in range(90)] + ["large"] * 20
    folds = defaultdict(set)
    for group, fold in zip(groups, folds_of(groups, 5), strict=True):
        folds[group].add(fold)
    assert all(len(several) == 1 for several in folds.values())
    sizes = [folds_of(groups, 5).count(fold) for fold in range(5)]
    assert max(sizes) - min(sizes) <= 5


# --- learning ---------------------------------------------------------------------------------------------------------


def test_training_separates_what_the_rules_could_not() -> None:
    examples = made_up(240)
    trainer = Trainer(examples, 4)
    unseen = [decide(one.found, OPTIONS, learned) for one, learned in zip(examples, trainer.out_of_fold(), strict=True)]
    right = [record.value("issue_date") == date(2024, 5, 1) for record in unseen]
    by_rules = [max(one.found.candidates, key=lambda c: c.score).value == date(2024, 5, 1) for one in examples]
    assert sum(by_rules) < 0.65 * len(examples)
    assert sum(right) > 0.95 * len(examples)
    assert all(0 < record.fields["issue_date"].confidence < 1 for record in unseen)


def test_training_twice_gives_the_same_weights() -> None:
    assert Trainer(made_up(200), 4).learned() == Trainer(made_up(200), 4).learned()


def test_a_field_of_few_documents_is_not_ranked() -> None:
    assert Trainer(made_up(60), 4).learned().ranking == {}


def test_the_best_f1_is_that_of_the_best_threshold() -> None:
    assert best_f1([(0.9, True), (0.8, True), (0.2, False)], expected=2) == 1.0
    assert best_f1([(0.9, False), (0.8, True)], expected=2) == 0.5
    assert best_f1([], expected=2) == 0.0


# --- commands ---------------------------------------------------------------------------------------------------------


def page(text: str) -> Document:
    lines = [
        Line(
            tuple(
                Word(word, Box(0.1 + 0.15 * column, 0.1 + 0.05 * row, 0.2 + 0.15 * column, 0.12 + 0.05 * row))
                for column, word in enumerate(line.split())
            )
        )
        for row, line in enumerate(text.splitlines())
    ]
    return Document((Page(1, 600, 800, tuple(lines)),))


def text_reader(path: Path, /, *, options: ReadOptions, **extra: Any) -> Reading:
    document, record = extract(page(path.read_text()), options=options)
    return Reading(document, record, sha256="0" * 64, seconds=0.1, engine_version="test")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for number in range(12):
        name = f"{number:02}.pdf"
        total = f"{100 + number}.00"
        (tmp_path / name).write_text(f"Shop{'abcdefghijkl'[number] * 5} Ltd\nDate 03.05.2024\nTotal EUR {total}")
        rows.append({"file": name, "truth": {"issue_date": "2024-05-03", "total": total, "currency": "EUR"}})
    (tmp_path / "truth.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, reader=text_reader, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_evaluate_cross_validates_and_takes_the_steps_apart(folder: Path) -> None:
    out = run("evaluate", str(folder), "--cross-validate", "3", "--ablation", "--no-cache")
    assert any(line.startswith("total") and line.split()[1] == "12" for line in out.splitlines())
    for step in ("rules only", "+ learned ranking", "+ arithmetic", "+ date logic", "+ calibration"):
        assert any(line.startswith(step) for line in out.splitlines()), step


@pytest.mark.parametrize("command", [("evaluate", "--cross-validate", "2"), ("train_ranking", "--folds", "2")])
def test_two_folds_are_too_few(folder: Path, command: tuple[str, str, str]) -> None:
    with pytest.raises(CommandError, match="at least 3"):
        run(command[0], str(folder), *command[1:])


def test_train_ranking_compares_with_the_rules_and_writes_the_weights(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "weights.json"
    out = run("train_ranking", str(folder), "--folds", "3", "--out", str(target))
    assert "12 documents of 12 vendors, 3 folds" in out
    assert any(line.split()[:2] == ["issue_date", "12"] for line in out.splitlines())
    assert json.loads(target.read_text())["trained_on"]["documents"] == 12


def test_a_folder_without_truth_and_without_einvoices_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("Total 9.00")
    with pytest.raises(CommandError, match="e-invoice"):
        run("train_ranking", str(tmp_path))


def test_pdfs_that_carry_an_einvoice_are_a_set_of_what_their_pages_print() -> None:
    folder = Path(__file__).parent / "data" / "einvoices"
    if not any(folder.glob("*.pdf")):
        pytest.skip("no e-invoices in PDFs among the test data")
    from extraction.engine.read import read_invoice

    found = SetReader(read_invoice, OPTIONS, {}, lambda line: None).read(folder, limit=1)
    assert found[0].truth.fields["invoice_number"]
    assert found[0].reading is not None
    assert found[0].reading.document.source != "e_invoice"


def test_a_damaged_truth_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_text("{}\n")
    with pytest.raises(BadTruth, match="line 1"):
        SetReader(text_reader, OPTIONS, {}, print).read(tmp_path)
