"""Whatever the engine and the services say to people has a template, so that it can be said in other languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from extraction import isolation, wording
from extraction.activity import ACTIONS
from extraction.engine import classify, errors
from extraction.engine.extract import extract
from extraction.engine.fields import DOCUMENT_TYPES, FIELDS, GROUPS, Kind
from extraction.engine.options import ReadOptions
from extraction.engine.wording import KINDS, LABELS, TEMPLATES
from extraction.services import errors as service_errors
from extraction.services.storing import NOTHING_FOUND
from tests.engine.pages import page_of

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "extraction" / "engine"
ALL = (*TEMPLATES, *wording.SITE_TEMPLATES)
SHAPES = [re.compile("(.+?)".join(map(re.escape, re.split(r"\{\w+\}", template))), re.DOTALL) for template in ALL]
SAID_BY = {"Problem": 2, "MailboxTrouble": 0, "SourceTrouble": 0} | {
    name: 0 for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, Exception)
}  # the argument that is a sentence
# For whoever runs commands or develops, not for pages.
NOT_SHOWN = {"evaluation.py", "learned.py", "document.py"}
# Put together of pieces, each as a whole.
BUILT = {
    "right of label 'x'; 1 read for 7: lines 100.00 and tax 19.00 agree on 119.00",
    "Line 3: 2 x 4.50 is not 10.00.",
    "103 - 9 + 9 = 103",
    "This file may hold several invoices: page 1, pages 2-3 and page 4 look like separate ones. It was kept as one "
    "document. If they are, split the file and upload the parts.",
    "below label 'x'; month first: as in 01/31/2024; read with low certainty",
    "from the e-invoice's XML (BT-1), printed on page 2",
    "right of label 'x', with the bank's number 12",
    "The text is nearly the same as that of “a.pdf”, uploaded on 2024-03-14.",
    "Duplicate of a.pdf (no. 12)",
    "2 documents were here already.\na.pdf: This file has no pages. Export or scan the document again.",
}
PIECES = ("7; 7: 7 and", "Line 7: 7 is", "This file may hold several", "This looks like 7", "7 label", "7 - 7 + 7 = 7")
LAYOUTS = sorted((ROOT / "tests" / "engine").glob("*/*.txt"))


def test_labels_and_kinds_are_all_there() -> None:
    labels = {*(spec.label for spec in FIELDS), *GROUPS.values(), *DOCUMENT_TYPES.values()}
    assert labels == set(LABELS)
    assert set(KINDS) >= {*classify.OTHER_DOCUMENTS.values(), *(kind.value for kind in Kind)}


def test_every_error_of_a_file_can_be_translated() -> None:
    def all_of(kind: type[errors.InvoiceError]) -> Iterator[type[errors.InvoiceError]]:
        yield kind
        for below in kind.__subclasses__():
            yield from all_of(below)

    ours = [kind for kind in all_of(errors.InvoiceError) if kind.__module__.startswith("extraction.")]
    assert {isolation.Crashed, service_errors.WorkerLost, errors.NoPages} <= set(ours)
    assert [kind.__name__ for kind in ours if not wording.is_known(kind.default)] == []
    assert wording.is_known(NOTHING_FOUND.message)


def sentences(path: Path) -> Iterator[str]:
    """What a module raises, reports as a problem or gives as a reason; each value in an f-string is a 7."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            at = SAID_BY.get(node.func.id, 0 if node.func.id == "ValueError" else None)
            if at is not None and len(node.args) > at:
                yield from sentence(node.args[at])
        elif isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & {"reason", "message"}:
            yield from sentence(node.value)


def sentence(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


def fits(text: str) -> bool:
    return any(shape.fullmatch(text) for shape in SHAPES) or all(
        any(shape.fullmatch(piece) for shape in SHAPES) for piece in text.split("; ")
    )


def test_every_sentence_in_the_engine_has_a_template() -> None:
    paths = [path for path in sorted(ENGINE.rglob("*.py")) if path.name not in NOT_SHOWN]
    found = {text: path.name for path in paths for text in sentences(path) if len(text) > 3}
    found = {text: name for text, name in found.items() if not text.startswith(PIECES)}
    assert len(found) > 50
    assert {text: name for text, name in found.items() if not fits(text)} == {}


def test_every_trouble_with_a_mailbox_or_folder_has_a_template() -> None:
    paths = [ROOT / "extraction" / "inbound" / "imap.py", ROOT / "extraction" / "services" / "inbound.py"]
    found = [text for path in paths for text in sentences(path)]
    assert len(found) > 9
    assert [text for text in found if not fits(text)] == []


def constants(node: ast.expr) -> Iterator[str]:
    for found in ast.walk(node):
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            yield found.value


def test_every_act_has_words() -> None:
    """In a document's timeline one without a sentence of its own is told with these."""
    acts: set[str] = set()
    for path in (ROOT / "extraction" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_record", "_record_all"):
                acts |= {text for arg in node.args for text in constants(arg)}
            named = node.arg if isinstance(node, ast.keyword) else ""
            if isinstance(node, ast.Assign):
                named = ast.unparse(node.targets[0])
            if isinstance(node, ast.keyword | ast.Assign) and named == "action":
                acts |= set(constants(node.value))
    assert {"kept_as_distinct", "pages_arranged", "member_invited"} <= acts
    assert acts - ACTIONS.keys() == set()


@pytest.mark.parametrize("path", LAYOUTS[::4], ids=lambda path: path.stem)
def test_what_is_said_of_real_layouts_is_known(path: Path) -> None:
    _, record = extract(page_of(path.read_text(encoding="utf-8").partition("\n----\n")[0]), options=ReadOptions())
    said = [found.reason for found in record.fields.values()] + [problem.message for problem in record.problems]
    assert [text for text in said if not wording.is_known(text)] == []


@pytest.mark.parametrize("text", sorted(BUILT))
def test_what_is_put_together_is_known(text: str) -> None:
    assert wording.is_known(text)


def test_english_is_left_as_it_is() -> None:
    with translation.override("en"):
        assert wording.told("Net 1234.50 and tax 2.00 add up to 3.00, but the gross total says 4.00.").startswith(
            "Net 1234.50"
        )


def test_amounts_dates_and_labels_inside_a_sentence_are_said_as_the_language_says_them() -> None:
    with translation.override("de"):
        told = wording.told("Net 1234.50 and tax 2.00 add up to 1236.50, but the gross total says 4.00.")
        assert "1.234,50" in told
        assert "gross" not in told
        assert "14.03.2024" in wording.told("The invoice date 2024-03-14 lies in the future.")
        assert "Bruttobetrag" in wording.told("Gross total was not found. Enter it from the document.")


def test_what_is_printed_is_quoted_as_it_is() -> None:
    with translation.override("de"):
        told = wording.told("right of label 'Total; {x}'; 'O' read for 0; read with low certainty")
        assert "Total; {x}" in told
        assert "label" not in told
        assert "certainty" not in told


def test_a_sentence_that_nobody_knows_stays_as_it_is() -> None:
    with translation.override("de"):
        assert wording.told("An older version said this.") == "An older version said this."
        assert wording.told("") == ""
