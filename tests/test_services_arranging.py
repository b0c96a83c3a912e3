"""Pages are arranged into other documents and back: all of it or nothing, and nothing that people typed is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone
from PIL import Image

from extraction import services
from extraction.engine import read_invoice
from extraction.engine.record import Reading
from extraction.models import Arrangement, AuditEvent, FieldValue, Invoice, SourceFile, Status, User, Workspace
from extraction.services import PageMove, state_of

from .badfiles import text_pdf
from .builders import FakeOcr, FakeReader, make_reading, png, upload

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]
Groups = Sequence[Sequence[tuple[Invoice, int] | tuple[Invoice, int, int]]]


def pdf_of(*pages: str) -> bytes:
    """A page for each text, which it prints several times over."""
    joined = pikepdf.Pdf.new()
    for text in pages:
        lines = [text, *(f"Remark {number} on {text} of this spring, at length" for number in range(8))]
        with pikepdf.Pdf.open(BytesIO(text_pdf(*lines))) as one:
            joined.pages.extend(one.pages)
    out = BytesIO()
    joined.save(out)
    return out.getvalue()


def photo_of(name: str) -> bytes:
    """A picture with something printed on it; another name makes another file."""
    picture = Image.new("RGB", (600, 400), "white")
    picture.paste((0, 0, 0), (50, 100, 500, 130))
    picture.paste((0, 0, len(name)), (50, 200, 300 + len(name), 230))
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def receive(workspace: Workspace, uploader: User) -> Callable[..., Invoice]:
    """A document that came and was read by the real engine, as one."""

    def come(data: bytes, name: str) -> Invoice:
        received = services.invoice_receive(workspace=workspace, user=uploader, file=upload(data), file_name=name)
        return read(received.invoice)

    return come


def read(invoice: Invoice, ocr: FakeOcr | None = None) -> Invoice:
    def reader(path: Path, **options: Any) -> Reading:
        return read_invoice(path, ocr=ocr or FakeOcr("Corner Shop Ltd\nTotal EUR 12.50"), **options)

    services.invoice_read(invoice_id=invoice.pk, reader=reader)
    invoice.refresh_from_db()
    assert invoice.status == Status.REVIEW, invoice.error_message
    return invoice


@pytest.fixture
def scan(receive: Callable[..., Invoice]) -> Invoice:
    return receive(pdf_of("alpha", "beta", "gamma", "delta"), "scan.pdf")


def arrange(user: User, groups: Groups, *more: Invoice) -> Arrangement | None:
    """``more``: documents that are in question beside those in the groups."""
    moves = [[PageMove(page[0].pk, *page[1:]) for page in group] for group in groups]
    ids = {page[0].pk for group in groups for page in group} | {invoice.pk for invoice in more}
    seen = {pk: state_of(Invoice.objects.get(pk=pk)) for pk in ids}
    return services.pages_arrange(user=user, groups=moves, seen=seen)


def arranged(user: User, groups: Groups, *more: Invoice) -> Arrangement:
    made = arrange(user, groups, *more)
    assert made is not None
    return made


def live() -> list[Invoice]:
    return list(Invoice.objects.filter(deleted_at__isnull=True).order_by("pk"))


def texts(invoice: Invoice) -> list[str]:
    return [row.text.split()[0] for row in invoice.pages.all()]


def whole_state() -> dict[str, Any]:
    """Everything a person can see of all documents, but for counters and moments."""
    varying = {"updated_at", "revision", "queued_at"}
    return {
        str(row.pk): {
            **{name: value for name, value in vars(row).items() if name not in varying | {"_state"}},
            "fields": list(row.field_values.order_by("name").values("name", "machine_value", "human_value", "page")),
            "items": list(row.line_items.values_list("description", "amount")),
            "pages": list(row.pages.values_list("number", "image", "text", "rotation")),
            "sources": list(row.sources.values_list("file_name", flat=True)),
        }
        for row in live()
    }


def test_a_split_makes_documents_that_are_read_by_their_own_pages(scan: Invoice, reviewer: User) -> None:
    arranged(reviewer, [[(scan, 1), (scan, 2)], [(scan, 3), (scan, 4)]])
    first, second = live()
    assert first.pk == scan.pk
    assert [row.page_range for row in (first, second)] == [(1, 2), (3, 4)]
    assert [row.status for row in (first, second)] == [Status.QUEUED, Status.QUEUED]
    assert not first.arranged_file
    assert first.file.name == second.file.name == scan.file.name
    assert [texts(read(row)) for row in (first, second)] == [["alpha", "beta"], ["gamma", "delta"]]
    assert [row.document_name for row in live()] == ["scan.pdf, pages 1-2", "scan.pdf, pages 3-4"]
    assert all(page.image for row in live() for page in row.pages.all())


def test_merged_documents_are_one_file_with_the_pages_of_both(
    scan: Invoice, receive: Callable[..., Invoice], reviewer: User
) -> None:
    photo = receive(photo_of("a photo"), "photo.png")
    arranged(reviewer, [[*((scan, page) for page in (1, 2, 3, 4)), (photo, 1)]])
    (merged,) = live()
    assert merged.pk == scan.pk
    assert merged.document_name == "pages 1-4 of scan.pdf, page 1 of photo.png"
    read(merged)
    assert texts(merged) == ["alpha", "beta", "gamma", "delta", "Corner"]
    assert merged.page_count == 5
    assert {source.file_name for source in merged.sources.all()} == {"scan.pdf", "photo.png"}
    with merged.readable_file.open("rb") as stream, pikepdf.Pdf.open(stream) as pdf:
        assert len(pdf.pages) == 5
    assert default_storage.exists(str(photo.file.name))


def test_words_that_are_known_are_not_recognised_again(receive: Callable[..., Invoice], reviewer: User) -> None:
    one, two = receive(photo_of("one"), "one.png"), receive(photo_of("second"), "two.png")
    arranged(reviewer, [[(one, 1), (two, 1)]])
    read(one, FakeOcr("never asked"))
    assert texts(one) == ["Corner", "Corner"]


def test_a_document_that_a_person_reads_again_is_recognised_again(
    receive: Callable[..., Invoice], reviewer: User
) -> None:
    one, two = receive(photo_of("one"), "one.png"), receive(photo_of("second"), "two.png")
    arranged(reviewer, [[(one, 1), (two, 1)]])
    read(one)
    services.invoice_retry(invoice=one, user=reviewer)
    services.invoice_read(invoice_id=one.pk, reader=FakeReader(make_reading(pages=2)))
    one.refresh_from_db()
    assert texts(one) == ["Birch", "Birch"]


def test_the_reader_is_told_what_is_known_and_what_a_person_turned(scan: Invoice, reviewer: User) -> None:
    arranged(reviewer, [[(scan, 2, 90), (scan, 1)], [(scan, 3), (scan, 4)]])
    reader = FakeReader(make_reading(pages=2))
    turned = next(row for row in live() if row.arranged_file)
    services.invoice_read(invoice_id=turned.pk, reader=reader)
    assert reader.options.upright == frozenset({1})
    assert set(reader.options.known) == {2}
    assert (reader.options.pages, reader.options.one_document) == (None, True)


def test_a_page_stays_as_a_person_turned_it(receive: Callable[..., Invoice], reviewer: User) -> None:
    class Sideways(FakeOcr):
        def rotation(self, image: Any) -> int:
            raise AssertionError("which way is up was asked again")

    photo = receive(photo_of("photo"), "photo.png")
    assert photo.pages.get().width > photo.pages.get().height
    arranged(reviewer, [[(photo, 1, 90)]])
    read(photo, Sideways("Turned"))
    page = photo.pages.get()
    assert page.rotation == 0
    assert page.width < page.height
    assert photo.arranged_pages == [{"source": SourceFile.objects.get().pk, "file": "photo.png", "page": 1, "turn": 90}]
    arranged(reviewer, [[(photo, 1, 270)]])
    photo.refresh_from_db()
    assert photo.arranged_pages[0]["turn"] == 0  # back, and still what a person said


def test_pages_change_their_order_and_what_was_typed_stays(scan: Invoice, reviewer: User) -> None:
    services.field_correct(invoice=scan, user=reviewer, name="invoice_number", text="TYPED-1")
    arranged(reviewer, [[(scan, page) for page in (3, 1, 2, 4)]])
    (row,) = live()
    assert row.invoice_number == "TYPED-1"
    read(row)
    assert texts(row) == ["gamma", "alpha", "beta", "delta"]
    assert row.document_name == "page 3 of scan.pdf, pages 1-2 of scan.pdf, page 4 of scan.pdf"
    assert (row.pk, row.invoice_number) == (scan.pk, "TYPED-1")


def test_what_was_typed_in_merged_documents_comes_together(
    scan: Invoice, receive: Callable[..., Invoice], reviewer: User
) -> None:
    other = receive(pdf_of("epsilon"), "other.pdf")
    services.field_correct(invoice=scan, user=reviewer, name="invoice_number", text="FIRST")
    services.field_correct(invoice=other, user=reviewer, name="invoice_number", text="SECOND")
    services.field_correct(invoice=other, user=reviewer, name="gross_total", text="77.00")
    arranged(reviewer, [[*((scan, page) for page in (1, 2, 3, 4)), (other, 1)]])
    (row,) = live()
    assert {"invoice_number": "FIRST", "gross_total": "77.00"}.items() <= {
        value.name: value.human_value for value in row.field_values.all()
    }.items()


def test_a_page_that_is_left_out_stays_in_the_upload(scan: Invoice, reviewer: User) -> None:
    arranged(reviewer, [[(scan, 1), (scan, 2), (scan, 4)]])
    (row,) = live()
    assert texts(read(row)) == ["alpha", "beta", "delta"]
    with row.file.open("rb") as stream, pikepdf.Pdf.open(stream) as pdf:
        assert len(pdf.pages) == 4


def test_unchanged_documents_keep_everything(scan: Invoice, receive: Callable[..., Invoice], reviewer: User) -> None:
    other = receive(pdf_of("epsilon", "zeta"), "other.pdf")
    before = Invoice.objects.filter(pk=other.pk).values().get()
    arranged(reviewer, [[(scan, 1), (scan, 2)], [(scan, 3), (scan, 4)], [(other, 1), (other, 2)]])
    assert Invoice.objects.filter(pk=other.pk).values().get() == before
    assert arrange(reviewer, [[(other, 1), (other, 2)]]) is None


def test_undo_brings_everything_back(scan: Invoice, receive: Callable[..., Invoice], reviewer: User) -> None:
    other = receive(pdf_of("epsilon", "zeta"), "other.pdf")
    third = receive(photo_of("third"), "third.png")
    services.field_correct(invoice=scan, user=reviewer, name="invoice_number", text="TYPED")
    services.field_correct(invoice=other, user=reviewer, name="gross_total", text="5.00")
    before = whole_state()
    made = arranged(reviewer, [[(scan, 2, 90), (other, 1)], [(third, 1), (scan, 1)], [(scan, 4), (scan, 3)]], other)
    for row in live():
        read(row)
        services.field_correct(invoice=row, user=reviewer, name="gross_total", text="999.00")
    services.arrangement_undo(arrangement=made, user=reviewer)
    assert whole_state() == before
    assert all(default_storage.exists(page.image.name) for row in live() for page in row.pages.all())
    assert AuditEvent.objects.filter(action="arrangement_undone").exists()


def test_undo_while_a_worker_reads_takes_the_document_out_of_its_hands(scan: Invoice, reviewer: User) -> None:
    before = whole_state()
    made = arranged(reviewer, [[(scan, 2), (scan, 1), (scan, 3), (scan, 4)]])

    def undo(done: int) -> None:
        if done == 1:
            services.arrangement_undo(arrangement=made, user=reviewer)

    services.invoice_read(invoice_id=scan.pk, reader=FakeReader(make_reading(pages=4), during=undo))
    assert whole_state() == before


def test_what_was_typed_after_an_arrangement_is_kept_when_it_is_undone(scan: Invoice, reviewer: User) -> None:
    made = arranged(reviewer, [[(scan, 2), (scan, 1), (scan, 3), (scan, 4)]])
    services.field_correct(invoice=read(scan), user=reviewer, name="invoice_number", text="LATER")
    services.arrangement_undo(arrangement=made, user=reviewer)
    assert FieldValue.objects.filter(human_value="LATER", invoice__deleted_at__isnull=False).exists()


def test_undo_is_refused_when_a_result_was_approved(scan: Invoice, reviewer: User, approver: User) -> None:
    made = arranged(reviewer, [[(scan, 1)], [(scan, 2), (scan, 3), (scan, 4)]])
    second = live()[1]
    services.invoice_approve(invoice=read(second), user=approver)
    with pytest.raises(services.InvalidState, match="was approved since"):
        services.arrangement_undo(arrangement=made, user=reviewer)
    made.refresh_from_db()
    assert made.undone_at is None
    services.invoice_reopen(invoice=second, user=approver)
    services.arrangement_undo(arrangement=made, user=reviewer)
    assert [texts(row) for row in live()] == [["alpha", "beta", "gamma", "delta"]]


def test_arrangements_are_undone_last_first(scan: Invoice, reviewer: User) -> None:
    before = whole_state()
    one = arranged(reviewer, [[(scan, 1)], [(scan, 2), (scan, 3), (scan, 4)]])
    first, second = (read(row) for row in live())
    two = arranged(reviewer, [[(second, 4), (first, 1), (second, 2)]], second)
    with pytest.raises(services.InvalidState, match="arranged again since"):
        services.arrangement_undo(arrangement=one, user=reviewer)
    services.arrangement_undo(arrangement=two, user=reviewer)
    services.arrangement_undo(arrangement=one, user=reviewer)
    assert whole_state() == before
    with pytest.raises(services.InvalidState, match="undone already"):
        services.arrangement_undo(arrangement=one, user=reviewer)


def test_undo_is_refused_when_the_former_documents_were_purged(scan: Invoice, reviewer: User, settings: Any) -> None:
    made = arranged(reviewer, [[(scan, 2), (scan, 1)]])
    read(scan)
    settings.DELETED_KEPT_DAYS = 0
    Invoice.objects.filter(deleted_at__isnull=False).update(deleted_at=timezone.now() - timedelta(days=1))
    services.invoices_purge()
    with pytest.raises(services.InvalidState, match="too long ago"):
        services.arrangement_undo(arrangement=made, user=reviewer)


def test_the_uploads_stay_as_long_as_a_document_has_pages_of_them(
    scan: Invoice, receive: Callable[..., Invoice], reviewer: User, settings: Any
) -> None:
    other = receive(pdf_of("epsilon"), "other.pdf")
    arranged(reviewer, [[*((scan, page) for page in (1, 2, 3, 4)), (other, 1)]])
    settings.DELETED_KEPT_DAYS = 0
    read(scan)

    def purge() -> None:
        Invoice.objects.filter(deleted_at__isnull=False).update(deleted_at=timezone.now() - timedelta(days=1))
        services.invoices_purge()

    purge()
    assert [row.pk for row in Invoice.objects.all()] == [scan.pk]
    assert all(default_storage.exists(str(name)) for name in (scan.file.name, other.file.name))
    assert all(default_storage.exists(page.image.name) for page in scan.pages.all())
    services.invoice_delete(invoice=scan, user=reviewer)
    purge()
    left = [path for path in Path(default_storage.location).rglob("*") if path.is_file()]
    assert (left, SourceFile.objects.count()) == ([], 0)


def test_the_same_file_again_is_found_wherever_its_pages_are(
    scan: Invoice, receive: Callable[..., Invoice], workspace: Workspace, reviewer: User
) -> None:
    data = pdf_of("epsilon", "zeta")
    other = receive(data, "other.pdf")
    arranged(reviewer, [[*((scan, page) for page in (1, 2, 3, 4)), (other, 2)]], other)
    again = services.invoice_receive(workspace=workspace, user=reviewer, file=upload(data), file_name="again.pdf")
    assert (again.duplicate, again.invoice.pk) == (True, scan.pk)


def test_what_was_dissolved_cannot_be_restored_beside_its_pages(scan: Invoice, reviewer: User) -> None:
    made = arranged(reviewer, [[(scan, 1), (scan, 2)], [(scan, 3), (scan, 4)]])
    first, second = (read(row) for row in live())
    arranged(reviewer, [[(first, 1), (first, 2), (second, 3), (second, 4)]])
    aside = made.changes.get(former__isnull=False).former
    assert aside is not None
    for row in (second, aside):
        with pytest.raises(services.InvalidState, match="in others now"):
            services.invoice_restore(invoice_id=row.pk, user=reviewer)


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXPORTED, Status.QUEUED, Status.READING])
def test_documents_that_are_approved_or_being_read_are_refused(
    make_invoice: Make, add_two_pages: Callable[[Invoice], Invoice], reviewer: User, status: str
) -> None:
    invoice = add_two_pages(make_invoice(status=status))
    with pytest.raises(services.InvalidState, match=r"approved|being read"):
        arrange(reviewer, [[(invoice, 1)], [(invoice, 2)]])
    assert Invoice.objects.count() == 1


@pytest.fixture
def add_two_pages() -> Callable[[Invoice], Invoice]:
    def add(invoice: Invoice) -> Invoice:
        for number in (1, 2):
            page = invoice.pages.create(number=number, width=600, height=800, source="ocr", text=f"page{number}")
            page.image.save("page.png", ContentFile(png()), save=True)
        return invoice

    return add


def test_other_refusals_say_what_to_do(
    scan: Invoice, make_invoice: Make, reviewer: User, uploader: User, outsider: User, settings: Any
) -> None:
    cases: list[tuple[User, Groups, type[Exception], str]] = [
        (reviewer, [[(scan, 1), (scan, 1)]], services.InvalidValue, "one document only"),
        (reviewer, [[(scan, 9)]], services.InvalidValue, "not there any more"),
        (reviewer, [[(scan, 1, 45)]], services.InvalidValue, "not there any more"),
        (uploader, [[(scan, 1)]], services.NotAllowed, "Your role here is “Uploader”"),
        (outsider, [[(scan, 1)]], services.InvalidState, "changed or deleted"),
    ]
    for user, groups, error, words in cases:
        with pytest.raises(error, match=words):
            arrange(user, groups)
    with pytest.raises(services.InvalidValue, match="No page would be left"):
        arrange(reviewer, [], scan)
    with pytest.raises(services.InvalidState, match="changed or deleted by somebody else"):
        services.pages_arrange(user=reviewer, groups=[[PageMove(scan.pk, 1)]], seen={scan.pk: "older"})
    settings.MAX_PAGES = 2
    with pytest.raises(services.InvalidValue, match="would have 3 pages; at most 2"):
        arrange(reviewer, [[(scan, 3), (scan, 1), (scan, 2)]])
    assert (Arrangement.objects.count(), Invoice.objects.count()) == (0, 1)


def test_a_damaged_upload_is_refused_and_leaves_nothing(scan: Invoice, reviewer: User) -> None:
    Path(scan.file.path).write_bytes(b"%PDF-1.4 not any more %%EOF")
    files = {path for path in Path(default_storage.location).rglob("*") if path.is_file()}
    with pytest.raises(services.ServiceError, match="damaged"):
        arrange(reviewer, [[(scan, 2), (scan, 1)]])
    assert {path for path in Path(default_storage.location).rglob("*") if path.is_file()} == files
    assert Invoice.objects.count() == 1


def test_an_encrypted_pdf_gives_its_pages_by_the_copy_without_a_password(
    workspace: Workspace, uploader: User, reviewer: User
) -> None:
    out = BytesIO()
    with pikepdf.Pdf.open(BytesIO(pdf_of("alpha", "beta"))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="secret"))
    received = services.invoice_receive(
        workspace=workspace, user=uploader, file=upload(out.getvalue()), file_name="locked.pdf"
    )
    invoice = received.invoice

    def reader(path: Path, **options: Any) -> Reading:
        return read_invoice(path, ocr=FakeOcr("x"), **options)

    services.invoice_read(invoice_id=invoice.pk, reader=reader)
    invoice.refresh_from_db()
    services.invoice_unlock(invoice=invoice, user=uploader, password="secret")
    read(invoice)
    arranged(reviewer, [[(invoice, 2), (invoice, 1)]])
    assert texts(read(invoice)) == ["beta", "alpha"]
    with invoice.file.open("rb") as stream:
        assert stream.read() == out.getvalue()


def test_the_frames_of_a_tiff_are_pages_too(receive: Callable[..., Invoice], reviewer: User) -> None:
    frames = [Image.new("L", (300, 400), shade) for shade in (10, 120, 240)]
    out = BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    fax = receive(out.getvalue(), "fax.tif")
    arranged(reviewer, [[(fax, 3), (fax, 1)]])
    read(fax)
    assert fax.page_count == 2
    shades = []
    for page in fax.pages.all():
        with Image.open(page.image.path) as image:
            shades.append(image.convert("L").getpixel((20, 20)))
    assert [round(float(str(shade)) / 10) for shade in shades] == [24, 1]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_arrange_at_once_the_second_is_told(scan: Invoice, reviewer: User) -> None:
    seen = {scan.pk: state_of(scan)}
    orders = [[[PageMove(scan.pk, page)] for page in (1, 2, 3, 4)], [[PageMove(scan.pk, page) for page in (1, 2)]]]
    outcomes: list[str] = []

    def go(groups: list[list[PageMove]]) -> None:
        try:
            services.pages_arrange(user=reviewer, groups=groups, seen=seen)
            outcomes.append("done")
        except services.ServiceError:  # by the state of the document, or because its pages are gone
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(groups,)) for groups in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "told"]
    assert Arrangement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_undo_at_once_the_second_is_told(scan: Invoice, reviewer: User) -> None:
    before = whole_state()
    made = arranged(reviewer, [[(scan, 1)], [(scan, 2), (scan, 3), (scan, 4)]])
    outcomes: list[str] = []

    def go() -> None:
        try:
            services.arrangement_undo(arrangement=made, user=reviewer)
            outcomes.append("done")
        except services.InvalidState:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "told"]
    assert whole_state() == before
