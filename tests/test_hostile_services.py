"""What strangers' files may not do to the rest of the product: names, headers, stored pictures, temporary files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image

from extraction import isolation, services
from extraction.engine import containers, read_invoice
from extraction.engine.errors import InvoiceError
from extraction.models import Invoice, User, Workspace
from tests import builders
from tests.builders import FakeOcr
from tests.fuzz.child import alone
from tests.hostile import HOSTILE_FILES, READ, HostileFile
from tests.hostile.containers import NAMES

KEPT = ("pdf xref loop", "png profile bomb", "tiff loop", "pdf page of no size")
REFUSED = ("svg", "svg named png", "html", "html named pdf")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go; empty again after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def receive(workspace: Workspace, user: User, data: bytes, name: str) -> Invoice:
    return services.invoice_receive(
        workspace=workspace, user=user, file=builders.upload(data, "upload"), file_name=name
    ).invoice


def fake_read(path: Path, /, *, options: Any, **extra: Any) -> Any:
    return read_invoice(path, options=options, ocr=FakeOcr("Birch & Sons Ltd\nTotal 119.00"), **extra)


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_browser_would_run_never_gets_to_one(name: str, workspace, uploader, temporary) -> None:
    """Refused at the door, or, where it may be an e-invoice, as soon as it is read; never kept by a type that runs."""
    file = HOSTILE_FILES[name]
    assert ended(workspace, uploader, file) in {"unsupported_type", "save_as_pdf"}
    assert set(Invoice.objects.values_list("media_type", flat=True)) <= {"application/xml"}


def ended(workspace: Workspace, user: User, file: HostileFile) -> str:
    try:
        invoice = receive(workspace, user, file.data(), file.file_name)
    except InvoiceError as error:
        return error.code
    assert services.invoice_read(invoice_id=invoice.pk, reader=fake_read)
    invoice.refresh_from_db()
    assert "Traceback" not in invoice.error_message
    assert invoice.status in {"review", "failed"}
    return invoice.error_code or READ


@pytest.mark.parametrize("name", KEPT)
def test_a_hostile_file_ends_as_a_row_that_says_how(name: str, workspace, uploader, temporary) -> None:
    file = HOSTILE_FILES[name]
    assert ended(workspace, uploader, file) in file.ends


@pytest.mark.parametrize("name", NAMES)
def test_a_name_breaks_out_of_nothing(name: str, workspace, uploader, client: Client, tmp_path: Path, settings) -> None:
    invoice = receive(workspace, uploader, builders.png(name.encode("utf-8", "replace").decode()), name)
    assert Path(settings.MEDIA_ROOT) in Path(invoice.file.path).resolve().parents
    assert "escaped" not in invoice.file.name
    client.force_login(uploader)
    answer = client.get(f"/invoices/{invoice.pk}/original/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not set("\r\n\x00\x1b\u202e") & set(str(answer.headers) + invoice.file_name)
    assert "Set-Cookie" not in answer.headers
    page = client.get("/").content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("ending", ["b" * 250, "\u00e9" * 200])
def test_a_name_that_is_all_ending_is_kept(ending: str, workspace, uploader) -> None:
    assert receive(workspace, uploader, builders.png(), f"a.{ending}").file_name == f"a.{ending}"


def test_looking_for_a_portfolio_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked for in the web server's own process: looks are counted, each costs at most what it inflates."""
    looks: list[int] = []
    original = containers.zlib.decompressobj
    monkeypatch.setattr(containers.zlib, "decompressobj", lambda: looks.append(1) or original())
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\n" + b"/ObjStm/stream\n" * 300_000)
    assert not containers.is_portfolio(tmp_path / "a.pdf")
    assert len(looks) < 10_000


def test_pages_for_people_carry_nothing_of_the_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Model of the phone"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Model of the phone</x:xmpmeta>'
    saved = BytesIO()
    picture = Image.effect_noise((300, 400), 30).convert("RGB")
    picture.save(
        saved, "JPEG", exif=exif, xmp=xmp, comment=b"Model of the phone", icc_profile=b"Model of the phone" * 9
    )
    (tmp_path / "a.jpg").write_bytes(saved.getvalue())
    seen: list[Image.Image] = []
    read_invoice(tmp_path / "a.jpg", ocr=FakeOcr("x"), on_image=lambda number, image: seen.append(image))
    out = BytesIO()
    seen[0].save(out, "JPEG")
    assert seen[0].info == {}
    assert b"Model of the phone" not in out.getvalue()


def test_the_command_line_says_what_is_wrong_and_reads_on(tmp_path: Path) -> None:
    names = ["xml billion laughs", "png with little of its pixels", "pdf page tree loop", "pdf xref loop"]
    paths = []
    for number, name in enumerate(names):
        paths.append(tmp_path / f"{number}{HOSTILE_FILES[name].file_name}")
        paths[-1].write_bytes(HOSTILE_FILES[name].data())
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("read_invoice", *map(str, paths), stdout=out, reader=fake_read)
    assert all(str(path) in out.getvalue() for path in paths)
    assert "Traceback" not in out.getvalue()
    assert "text layer" in out.getvalue(), "the last one is read"


@pytest.mark.processes
@pytest.mark.parametrize("name", ["pdf flate bomb", "pdf forms that multiply", "zip overlapping bomb"])
def test_a_process_of_its_own_ends_what_costs_too_much(name: str, temporary: Path, tmp_path: Path) -> None:
    """Through the door that the product uses; this process lives on and nothing is left lying about."""
    file = HOSTILE_FILES[name]
    path = tmp_path / file.file_name
    path.write_bytes(file.data())
    with pytest.raises(InvoiceError) as caught:
        isolation.call(alone, path, seconds=5, megabytes=1500)
    assert caught.value.code in file.ends
    assert len(caught.value.message.split()) > 8, "the message must say what to do"
