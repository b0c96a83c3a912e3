"""Is the order of day and month right? Dates of a corpus that can be read both ways, with and without some evidence.

``python -m bench.dayorder CORPUS``
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from bench.documents import known_documents
from extraction.engine.document import Document
from extraction.engine.extract import lay_out
from extraction.engine.extractors import dates, dayorder
from extraction.engine.layout import Layout
from extraction.engine.options import ReadOptions

# What is left out, row by row of the table.
WITHOUT: dict[str, tuple[str, ...]] = {
    "all evidence": (),
    "without dates of one reading": ("_certain", "_same"),
    "and without future, terms and periods": ("_certain", "_same", "_future", "_terms", "_periods"),
    "without country, language, full points": ("_custom",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="a folder of SET/truth.jsonl and SET/files")
    known = known_documents(parser.parse_args().corpus)
    cases = [case for one in known if (case := _case(one.document, one.truth))]
    print(f"{len(cases)} issue dates can be read both ways; month first in {sum(not first for _, first in cases)}")
    for name, left_out in WITHOUT.items():
        print(f"{name}: {_measured(cases, left_out)}")


def _case(document: Document, truth: dict[str, object]) -> tuple[Layout, bool] | None:
    """The layout and whether the day stands first, where the true issue date can be read both ways."""
    layout = lay_out(document)
    for place in dates._places(layout, layout.language, dates.dates_in):
        readings = [str(place.found.day_first), str(place.found.month_first)]
        if place.found.ambiguous and truth.get("issue_date") in readings:
            return layout, readings[0] == truth["issue_date"]
    return None


def _measured(cases: Sequence[tuple[Layout, bool]], left_out: Sequence[str]) -> str:
    right = asked = wrong = 0
    patches = [mock.patch.object(dayorder, name, return_value=()) for name in left_out]
    for patch in patches:
        patch.start()
    for layout, day_first in cases:
        places = dates._places(layout, layout.language, dates.dates_in)
        labels = [dates._label_of(layout, place)[0] for place in places]
        order = dates._order(layout, places, labels, ReadOptions())
        right += order.day_first == day_first
        asked += order.probability < dates.SURE_ORDER
        wrong += order.day_first != day_first and order.probability >= dates.SURE_ORDER
    for patch in patches:
        patch.stop()
    return f"{right} of {len(cases)} right, asked for {asked}, sure and wrong {wrong}"


if __name__ == "__main__":
    main()
