"""Fits the weights of the vendor's name (extraction/engine/extractors/vendor.py) and says how well they do.

    python -m bench.vendor FOLDER... [--einvoices FOLDER] [--folds 10] [--penalty 1.0]

A FOLDER is a set with a truth.jsonl; of the folder of e-invoices every PDF is read as a page, and its XML is the truth
where the page prints the name. Each document is judged by weights that were fitted without any document of its vendor
(cross-validation grouped by vendor over all sets); the weights printed at the end are fitted on all.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")

Floats = NDArray[np.float64]
# What is expected of a feature before any document is seen. Weights are shrunk to it: some features few documents have.
_PRIOR = {
    "account": 2.0, "billed": -4.0, "buyer": -2.5, "company": 1.0, "digits": -1.0, "domain": 1.0, "follows": 1.5,
    "label": 2.5, "person": -1.5, "rank0": 1.0, "repeated": 0.5, "sender": 0.5, "sentence": -1.5, "suffix": 1.5,
    "title": -2.0, "town": -2.0,
}  # fmt: skip
_RARE = 3  # documents: a feature that fewer have is not weighed


@dataclass(frozen=True, slots=True)
class Example:
    """One document: its names' features, which of them are right (none when the name is not among them)."""

    folder: str
    file: str
    vendor: str
    rows: list[dict[str, float]]
    names: list[str]
    right: list[bool]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--einvoices", type=Path)
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--penalty", type=float, default=1.0, help="of the squared distance from what is expected")
    arguments = parser.parse_args()
    examples = list(read_examples(arguments.folders, arguments.einvoices))
    names = feature_names(examples)
    report(examples, out_of_fold(examples, names, arguments.folds, arguments.penalty), "grouped by vendor, out of fold")
    weights = fit(examples, names, arguments.penalty)
    report(examples, [shares(example, names, weights) for example in examples], "in sample")
    sys.stdout.write("_WEIGHTS: Weights = {\n")
    for name, weight in sorted(zip([*names, "none"], weights, strict=True)):
        sys.stdout.write(f'    "{name}": {weight:.2f},\n')
    sys.stdout.write("}\n")


# --- documents --------------------------------------------------------------------------------------------------------


def read_examples(folders: Sequence[Path], einvoices: Path | None) -> Iterator[Example]:
    import django

    django.setup()
    from django.conf import settings

    from extraction.engine import einvoice
    from extraction.engine.errors import InvoiceError
    from extraction.engine.read import read_document
    from extraction.measuring import load_truth
    from extraction.ocr_cache import FileDocumentCache
    from extraction.reading import read_options

    cache, options = FileDocumentCache(settings.DATA_DIR / "ocr-cache"), read_options(skip_einvoice=True)
    for folder in folders:
        for truth in load_truth(folder):
            wanted = truth.fields.get("vendor_name")
            if wanted:
                accepted = [wanted] if isinstance(wanted, str) else list(wanted)
                document = read_document(folder / truth.file, options=options, cache=cache)
                yield example(folder.resolve().parent.name + "/" + folder.name, truth.file, accepted, document)
    for path in sorted(einvoices.glob("*.pdf")) if einvoices else ():
        try:
            xml = einvoice.find_embedded(path)
            field = einvoice.read(xml).fields.get("vendor_name") if xml else None
            if field:
                found = example(
                    "einvoices", path.name, [str(field.value)], read_document(path, options=options, cache=cache)
                )
                if any(found.right):  # else the page does not print it
                    yield found
        except InvoiceError:
            continue


def example(folder: str, file: str, accepted: list[str], document: object) -> Example:
    from extraction.engine.document import Document
    from extraction.engine.evaluation import letters, same
    from extraction.engine.extract import lay_out
    from extraction.engine.extractors.vendor import vendor_mentions
    from extraction.engine.fields import Kind
    from extraction.engine.options import ReadOptions

    assert isinstance(document, Document)
    mentions = vendor_mentions(lay_out(document), ReadOptions())
    right = [any(same(Kind.NAME, name, mention.name) for name in accepted) for mention in mentions]
    rows = [dict(mention.features) for mention in mentions]
    return Example(folder, file, letters(accepted[0]), rows, [mention.name for mention in mentions], right)


def feature_names(examples: Sequence[Example]) -> list[str]:
    """The features that enough documents have to be weighed."""
    counts = Counter(name for one in examples for name in {n for row in one.rows for n, v in row.items() if v})
    return sorted(name for name, count in counts.items() if count >= _RARE)


# --- the model --------------------------------------------------------------------------------------------------------


def matrix(example: Example, names: Sequence[str]) -> Floats:
    """A row for each name and a last one for "none of them", which has a feature of its own."""
    rows = [[row.get(name, 0.0) for name in names] + [0.0] for row in example.rows]
    return np.array([*rows, [0.0] * len(names) + [1.0]])


def shares(example: Example, names: Sequence[str], weights: Floats) -> Floats:
    return _softmax(matrix(example, names) @ weights)


def _softmax(odds: Floats) -> Floats:
    raised: Floats = np.exp(odds - odds.max())
    return raised / raised.sum()


def balance(examples: Sequence[Example]) -> list[float]:
    """A vendor's documents weigh the square root of their number together: many of one kind teach little more."""
    documents = Counter(one.vendor for one in examples)
    raw = [1 / math.sqrt(documents[one.vendor]) for one in examples]
    return [weight * len(examples) / sum(raw) for weight in raw]


def fit(examples: Sequence[Example], names: Sequence[str], penalty: float) -> Floats:
    """Conditional logit: the likelihood that one of the right names is drawn, or none where none is right."""
    from scipy.optimize import minimize

    table = np.concatenate([matrix(one, names) for one in examples])
    target = np.concatenate([np.array([*one.right, not any(one.right)]) for one in examples])
    sizes = np.array([len(one.rows) + 1 for one in examples])
    prior = np.array([_PRIOR.get(name, 0.0) for name in [*names, "none"]])
    starts, balanced = np.concatenate([[0], np.cumsum(sizes)[:-1]]), np.array(balance(examples))

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = table @ weights
        raised = np.exp(odds - np.repeat(np.maximum.reduceat(odds, starts), sizes))
        share = raised / np.repeat(np.add.reduceat(raised, starts), sizes)
        right = np.maximum(np.add.reduceat(np.where(target, share, 0.0), starts), 1e-12)
        drawn = np.where(target, share, 0.0) / np.repeat(right, sizes)
        gradient = ((share - drawn) * np.repeat(balanced, sizes)) @ table
        away = weights - prior
        total = penalty * float(away @ away) - float(balanced @ np.log(right))
        return total, 2 * penalty * away + gradient

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    fitted: Floats = found.x
    return fitted


def out_of_fold(examples: Sequence[Example], names: Sequence[str], folds: int, penalty: float) -> list[Floats]:
    """Vendors are dealt to folds in order of their names: the same name in another set is in the same fold."""
    fold_of = {vendor: index % folds for index, vendor in enumerate(sorted({one.vendor for one in examples}))}
    found: dict[int, Floats] = {}
    for fold in range(folds):
        kept = [one for one in examples if fold_of[one.vendor] != fold]
        weights = fit(kept, names, penalty)
        found.update({i: shares(one, names, weights) for i, one in enumerate(examples) if fold_of[one.vendor] == fold})
    return [found[index] for index in range(len(examples))]


# --- what comes of it -------------------------------------------------------------------------------------------------


def report(examples: Sequence[Example], found: Sequence[Floats], title: str) -> None:
    by_folder: dict[str, list[tuple[Example, Floats]]] = defaultdict(list)
    for one, share in zip(examples, found, strict=True):
        by_folder[one.folder].append((one, share))
    sys.stdout.write(f"\n{title}\n{'set':<20}{'n':>5}{'among':>8}{'first':>8}{'believed':>10}\n")
    for folder, rows in by_folder.items():
        among = sum(any(one.right) for one, _ in rows)
        first = sum(_is_right(one, share) for one, share in rows)
        believed = sum(float(share[:-1].max(initial=0.0)) for _, share in rows) / len(rows)
        line = f"{folder:<20}{len(rows):>5}{among / len(rows):>8.3f}{first / len(rows):>8.3f}{believed:>10.3f}"
        sys.stdout.write(line + "\n")


def _is_right(one: Example, share: Floats) -> bool:
    return bool(one.rows) and one.right[int(np.argmax(share[:-1]))]


if __name__ == "__main__":
    main()
