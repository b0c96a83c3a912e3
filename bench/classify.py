"""Are documents that are no invoice recognised, and is no invoice turned away? And how well are types told?

``python -m bench.classify CORPUS``: every document of the corpus is an invoice, a receipt or a credit note; those of
tests/engine/other_documents are none, and so are three pictures that are drawn here.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw, ImageFilter

from bench.documents import known_documents, words_of
from extraction.engine import classify
from extraction.engine.document import Document
from extraction.engine.extract import extract, find_candidates, lay_out
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord
from tests.engine.pages import page_of

OTHERS = Path(__file__).resolve().parent.parent / "tests" / "engine" / "other_documents"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, help="a folder of SET/truth.jsonl and SET/files")
    known = list(known_documents(parser.parse_args().corpus, others=True))
    lowest = sorted((probability(found.document), found.path.name) for found in known)
    turned_away = [name for chance, name in lowest if chance < classify.LEAST]
    print(f"{len(known)} invoices, receipts and credit notes: {len(turned_away)} turned away {turned_away or ''}")
    print("the least likely:", ", ".join(f"{name} {chance:.2f}" for chance, name in lowest[:4]))
    _report_types([(found.kind, extract(found.document, options=ReadOptions())[1]) for found in known if found.kind])
    texts = {path.stem: path.read_text(encoding="utf-8").partition("\n----\n") for path in sorted(OTHERS.glob("*.txt"))}
    missed = [name for name, (art, _, _) in texts.items() if probability(page_of(art)) >= classify.LEAST]
    print(f"{len(texts)} other documents: {len(texts) - len(missed)} recognised {missed or ''}")
    with TemporaryDirectory() as folder:
        for name, image in pictures().items():
            path = Path(folder) / f"{name}.png"
            image.save(path)
            _, record = extract(words_of(path), options=ReadOptions())
            print(f"picture, {name}: {'an invoice' if record.is_invoice else record.problems[0].message}")


def probability(document: Document) -> float:
    layout = lay_out(document)
    return classify.judge(layout, find_candidates(layout, ReadOptions())).probability


def _report_types(rows: list[tuple[str, InvoiceRecord]]) -> None:
    wrong: Counter[tuple[str, str]] = Counter()
    for kind, record in rows:
        given = str(record.value("document_type"))
        if given != kind:
            wrong[kind, given] += 1
    print(f"{len(rows)} types: {len(rows) - wrong.total()} right; wrong (is, given): {dict(wrong)}")


def pictures() -> dict[str, Image.Image]:
    """Noise as of a photo out of focus, a drawing, and a landscape of plain areas; always the same."""
    rng = random.Random(5)
    noise = Image.frombytes("RGB", (120, 90), rng.randbytes(120 * 90 * 3)).resize(
        (1600, 1200), Image.Resampling.BICUBIC
    )
    drawing = Image.new("RGB", (1200, 1600), "white")
    pen = ImageDraw.Draw(drawing)
    for _ in range(60):
        x, y, size = rng.randrange(1000), rng.randrange(1400), rng.randrange(30, 300)
        pen.arc((x, y, x + size, y + size), rng.randrange(360), rng.randrange(360, 720), fill="black", width=4)
    landscape = Image.new("RGB", (1600, 1200), "skyblue")
    pen = ImageDraw.Draw(landscape)
    pen.polygon([(0, 700), (500, 350), (900, 650), (1300, 300), (1600, 600), (1600, 1200), (0, 1200)], fill="darkgreen")
    pen.ellipse((1200, 80, 1400, 280), fill="gold")
    return {
        "noise": noise.filter(ImageFilter.GaussianBlur(6)),
        "drawing": drawing,
        "landscape": landscape.filter(ImageFilter.GaussianBlur(2)),
    }


if __name__ == "__main__":
    main()
