"""What comes out of mails, archives and portfolios, what is left in them, and what is refused."""

from __future__ import annotations

import struct
import zipfile
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from extraction.engine import containers
from extraction.engine.containers import Contents
from extraction.engine.errors import InvoiceError
from extraction.engine.files import Limits
from tests.badfiles import picture, text_pdf
from tests.compoundfile import compound_file, outlook_message

PDF = text_pdf("Invoice 1")


def archive(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out.getvalue()


def mail(files: dict[str, bytes], *, body: str = "See attached.") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Jürgen Weiß <j@example.com>", "office@example.com"
    message["Subject"], message["Date"] = "Rechnung März", "Mon, 02 Mar 2026 10:00:00 +0100"
    message.set_content(body)
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


def portfolio(files: dict[str, bytes], *, collection: bool = True) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(text_pdf("Open this portfolio in Acrobat"))) as pdf:
        for name, data in files.items():
            pdf.attachments[name] = data
        if collection:
            pdf.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def tnef(name: str, content: bytes) -> bytes:
    def attribute(number: int, data: bytes, kind: int) -> bytes:
        return struct.pack("<BHHI", 2, number, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(0x9002, bytes(14), 6)
        + attribute(0x8010, name.encode() + b"\0", 1)
        + attribute(0x800F, content, 6)
    )


def unpacked(data: bytes, tmp_path: Path, limits: Limits | None = None) -> Contents:
    path, folder = tmp_path / "upload", tmp_path / "inside"
    path.write_bytes(data)
    folder.mkdir()
    assert containers.holds_documents(path, limits or Limits())
    return containers.unpack(path, folder, limits or Limits())


def names(contents: Contents) -> list[str]:
    return [document.name for document in contents.documents]


def code_of(data: bytes, tmp_path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(InvoiceError) as caught:
        unpacked(data, tmp_path, limits)
    return caught.value.code


def test_a_mail_gives_what_is_attached_and_says_who_sent_it(tmp_path: Path) -> None:
    contents = unpacked(mail({"Rechnung März.pdf": PDF, "photo.jpg": picture("JPEG")}).as_bytes(), tmp_path)
    assert names(contents) == ["Rechnung März.pdf", "photo.jpg"]
    assert contents.documents[0].path.read_bytes() == PDF
    assert (contents.sender, contents.subject) == ("Jürgen Weiß <j@example.com>", "Rechnung März")
    assert contents.sent_at is not None
    assert contents.sent_at.isoformat() == "2026-03-02T10:00:00+01:00"


def test_logos_and_signatures_of_a_mail_are_no_documents_but_a_photo_in_the_text_is(tmp_path: Path) -> None:
    message = mail({"invoice.pdf": PDF})
    for number, size in enumerate([(600, 150), (1, 1), (1200, 1600)]):
        message.add_attachment(
            picture("PNG", size=size), maintype="image", subtype="png", filename=f"image{number}.png",
            disposition="inline", cid=f"<{number}@x>",
        )  # fmt: skip
    message.add_attachment(b"sig", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    assert names(unpacked(message.as_bytes(), tmp_path)) == ["invoice.pdf", "image2.png"]


def test_a_forwarded_mail_gives_what_was_attached_to_the_first(tmp_path: Path) -> None:
    outer = mail({})
    outer.add_attachment(mail({"invoice.pdf": PDF}))
    assert names(unpacked(outer.as_bytes(), tmp_path)) == ["invoice.pdf"]


def test_a_mail_without_attachment_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvoiceError, match="print it to PDF") as caught:
        unpacked(mail({}).as_bytes(), tmp_path)
    assert caught.value.code == "no_documents"


def test_a_sealed_mail_says_so(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@example.com", "Invoice"
    message.set_content(b"0\x80", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert [item.error.code for item in unpacked(message.as_bytes(), tmp_path).refused] == ["encrypted_mail"]


def test_an_outlook_message_gives_what_is_attached_also_to_messages_in_it(tmp_path: Path) -> None:
    inner = outlook_message("First", "A", {"inner.pdf": text_pdf("Inner")})
    message = outlook_message("Rechnung März", "Jürgen Weiß", {"a long name.pdf": PDF, "mail": inner})
    contents = unpacked(compound_file(message), tmp_path)
    assert names(contents) == ["a long name.pdf", "inner.pdf"]
    assert contents.documents[0].path.read_bytes() == PDF
    assert contents.subject == "Rechnung März"
    assert "Jürgen Weiß" in contents.sender


def test_winmail_dat_is_opened(tmp_path: Path) -> None:
    contents = unpacked(mail({"winmail.dat": tnef("invoice.pdf", PDF)}).as_bytes(), tmp_path)
    assert names(contents) == ["winmail.dat/invoice.pdf"]
    assert contents.documents[0].path.read_bytes() == PDF


def test_an_archive_gives_its_files_by_name_without_those_of_the_system(tmp_path: Path) -> None:
    files = {"2026/a.pdf": PDF, "../../etc/b.png": picture("PNG"), "__MACOSX/a.pdf": b"x", "2026/.DS_Store": b"x"}
    contents = unpacked(archive(files), tmp_path)
    assert names(contents) == ["2026/a.pdf", "etc/b.png"]
    assert {document.path.parent.name for document in contents.documents} == {"inside"}


def test_an_uncompressed_archive_of_a_pdf_is_no_pdf(tmp_path: Path) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("a.pdf", PDF)
    assert names(unpacked(out.getvalue(), tmp_path)) == ["a.pdf"]


def test_what_is_bad_inside_is_refused_by_name_and_the_rest_is_kept(tmp_path: Path) -> None:
    files = {"a.pdf": PDF, "empty.pdf": b"", "notes.txt": b"hello", "b.docx": archive({"[Content_Types].xml": b"x"})}
    contents = unpacked(archive(files), tmp_path)
    assert names(contents) == ["a.pdf"]
    found = {item.name: item.error.code for item in contents.refused}
    assert found == {"empty.pdf": "empty_file", "notes.txt": "unsupported_type", "b.docx": "save_as_pdf"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (archive({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "a Word document"),
        (archive({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "an Excel workbook"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"x"}), "an Office document"),
        (compound_file({"WordDocument": b"x" * 99}), "a Word document"),
        (compound_file({"Workbook": b"x" * 9999}), "an Excel workbook"),
    ],
)
def test_office_documents_are_recognised_and_told_to_be_saved_as_pdf(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(InvoiceError, match=words) as caught:
        unpacked(data, tmp_path)
    assert caught.value.code == "save_as_pdf"
    assert "save it as PDF" in caught.value.message


def test_archives_are_opened_one_in_another_but_not_deeper(tmp_path: Path) -> None:
    deep = archive({"third.zip": archive({"c.pdf": PDF}), "b.pdf": PDF})
    contents = unpacked(archive({"second.zip": deep}), tmp_path)
    assert names(contents) == ["second.zip/b.pdf"]
    assert [(item.name, item.error.code) for item in contents.refused] == [("second.zip/third.zip", "too_deep")]


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    data = bytearray(archive({"a.pdf": PDF}))
    data[6] |= 1  # the flag of encryption, in the file's own header and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(data), tmp_path) == "encrypted_archive"


def test_too_many_documents_too_many_bytes_and_bombs_are_refused(tmp_path: Path) -> None:
    many = archive({f"{number}.pdf": text_pdf(str(number)) for number in range(4)})
    for case, (data, limits) in enumerate([
        (many, Limits(max_documents=3)),
        (many, Limits(max_unpacked=1000)),
        (archive({"zeros": bytes(30_000_000)}), Limits()),
    ]):  # fmt: skip
        (tmp_path / str(case)).mkdir()
        assert code_of(data, tmp_path / str(case), limits) == "too_much_inside"


def test_one_file_inside_that_is_too_large_is_refused_by_name(tmp_path: Path) -> None:
    contents = unpacked(archive({"a.pdf": PDF, "b": bytes(9999)}), tmp_path, Limits(max_bytes=3000))
    assert [(item.name, item.error.code) for item in contents.refused] == [("b", "too_large")]


def test_a_portfolio_gives_the_documents_in_it(tmp_path: Path) -> None:
    assert names(unpacked(portfolio({"one.pdf": PDF, "two.png": picture("PNG")}), tmp_path)) == ["one.pdf", "two.png"]


def test_a_pdf_with_attachments_that_is_no_portfolio_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(portfolio({"terms.pdf": PDF}, collection=False))
    assert not containers.holds_documents(path, Limits())
