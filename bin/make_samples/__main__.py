"""Draws the sample documents and writes them with their truth.jsonl: ``python bin/make_samples [FOLDER]``.

All companies, people and numbers are invented; check digits hold, so that the checks have something to say.
"""

import json
import sys
from pathlib import Path

import dutch_credit_note
import english_scan
import french_photo
import german_invoice
import italian_receipt
import spanish_fax

DOCUMENTS = (german_invoice, english_scan, french_photo, italian_receipt, dutch_credit_note, spanish_fax)
FOLDER = Path(__file__).resolve().parents[2] / "extraction" / "samples"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    samples = [document.make() for document in DOCUMENTS]
    for sample in samples:
        (folder / sample.file).write_bytes(sample.data)
        print(f"{sample.file:24} {len(sample.data) / 1000:7.0f} kB")
    rows = [json.dumps(sample.row(), ensure_ascii=False) for sample in samples]
    (folder / "truth.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
