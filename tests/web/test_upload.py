from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from extraction.models import Invoice, Status, User
from tests.badfiles import text_pdf
from tests.builders import png
from tests.engine.test_containers import archive, mail
from tests.test_services_packages import SECRET, locked_pdf

JSON = {"Accept": "application/json"}


def send(client: Client, data: bytes, name: str = "a.png", shown: str = "") -> Any:
    files = {"file": SimpleUploadedFile(name, data), "name": shown}
    return client.post(reverse("upload"), files, headers=JSON)


def test_a_file_is_kept_and_queued_and_the_answer_says_where_it_is(web: Client, approver: User) -> None:
    answer = send(web, png("a"), name="Rechnung März.png")
    invoice = Invoice.objects.get()
    assert answer.status_code == 201
    assert answer.json()["url"] == reverse("review", args=[invoice.pk])
    assert (invoice.status, invoice.file_name) == (Status.QUEUED, "Rechnung März.png")
    assert default_storage.open(invoice.file.name).read() == png("a")


def test_the_same_file_twice_leads_to_the_one_that_is_there(web: Client) -> None:
    first = send(web, png("a"), name="a.png").json()
    answer = send(web, png("a"), name="copy of a.png")
    assert answer.status_code == 200
    assert answer.json()["duplicate"] is True
    assert answer.json()["id"] == first["id"]
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "name", "code", "advice"),
    [
        (b"", "empty.pdf", "empty_file", "Save or scan it again"),
        (b"just text", "invoice.pdf", "unsupported_type", "save it as PDF"),
        (b"MZ\x90\x00" + b"\x00" * 99, "setup.exe", "unsupported_type", "Upload a PDF"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do(web: Client, data: bytes, name: str, code: str, advice: str) -> None:
    answer = send(web, data, name=name)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert advice in answer.json()["error"]
    assert Invoice.objects.count() == 0


def test_a_file_over_the_limit_is_refused_before_anything_is_stored(web: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    answer = send(web, b"\x89PNG" + b"\x00" * 1_200_000)
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.json()["error"]
    page = web.post(reverse("upload"), {"file": SimpleUploadedFile("b.png", b"\x00" * 1_200_000)})
    assert page.status_code == 413
    assert "larger than 1 MB" in page.content.decode()


def test_a_request_without_a_file_is_answered_plainly(web: Client) -> None:
    answer = web.post(reverse("upload"), headers=JSON)
    assert answer.status_code == 400
    assert "Choose one or more files" in answer.json()["error"]


def test_a_plain_form_may_send_several_and_a_bad_one_takes_none_with_it(web: Client) -> None:
    files = [
        SimpleUploadedFile("a.png", png("a")),
        SimpleUploadedFile("bad.pdf", b"text"),
        SimpleUploadedFile("b.png", png("b")),
        SimpleUploadedFile("a again.png", png("a")),
    ]
    page = web.post(reverse("upload"), {"file": files}, follow=True).content.decode()
    assert Invoice.objects.count() == 2
    assert "2 files uploaded." in page
    assert "bad.pdf: This file is named .pdf but holds something else." in page
    assert "a.png is already here." in page


def test_a_name_cannot_lead_out_of_its_folder(web: Client) -> None:
    send(web, png("a"), shown="../../etc/passwd\x00.png")
    assert Invoice.objects.get().file_name == "passwd.png"


def test_an_uploader_may_upload(browse: Callable[[User], Client], uploader: User) -> None:
    assert send(browse(uploader), png("a")).status_code == 201


def test_a_full_disk_is_said_in_words_and_the_file_can_be_sent_again(web: Client, settings: Any) -> None:
    full = Path(settings.MEDIA_ROOT).with_name("full")
    full.write_text("a file where the folder should be")
    settings.MEDIA_ROOT = full
    answer = send(web, png("a"))
    assert answer.status_code == 503
    assert "disk may be full" in answer.json()["error"]
    files = {"file": [SimpleUploadedFile(name, png(name)) for name in ("a.png", "b.png")]}
    page = web.post(reverse("upload"), files, follow=True).content.decode()
    assert "a.png: This file could not be stored" in page
    assert "b.png: This file could not be stored" in page
    assert not Invoice.objects.exists()


def test_a_mail_is_answered_with_each_of_its_documents_and_what_was_refused(web: Client) -> None:
    data = mail({"a.pdf": text_pdf("A"), "b.pdf": text_pdf("B"), "notes.txt": b"hi"}).as_bytes()
    answer = send(web, data, name="march.eml")
    assert answer.status_code == 201
    found = answer.json()
    assert found["summary"] == "2 documents, 1 refused"
    assert found["note"].startswith("notes.txt: This kind of file cannot be read.")
    assert [document["file"] for document in found["documents"]] == ["a.pdf", "b.pdf", "notes.txt"]
    assert found["url"] == f"{reverse('inbox')}?q=march.eml"
    again = send(web, data, name="march.eml")
    assert (again.status_code, again.json()["summary"]) == (200, "2 already here, 1 refused")


def test_the_inbox_says_which_mail_a_document_came_in_and_finds_it_by_the_mails_name(web: Client) -> None:
    send(web, mail({"a.pdf": text_pdf("A")}).as_bytes(), name="march.eml")
    send(web, png("x"), name="alone.png")
    page = web.get(reverse("inbox"), {"q": "march.eml"}).content.decode()
    assert "from mail of J\u00fcrgen Wei\u00df &lt;j@example.com&gt;" in page
    assert "alone.png" not in page


def test_a_mail_without_a_document_is_refused_with_what_to_do(web: Client) -> None:
    answer = send(web, mail({}).as_bytes(), name="talk.eml")
    assert answer.status_code == 422
    assert "print it to PDF" in answer.json()["error"]
    nothing = send(web, archive({"a.txt": b"x"}), name="a.zip")
    assert nothing.status_code == 422
    assert nothing.json()["error"].startswith("1 refused. a.txt: ")


def test_a_plain_form_tells_of_a_package_by_messages(web: Client) -> None:
    files = {"file": SimpleUploadedFile("a.zip", archive({"a.pdf": text_pdf("A"), "b.docx": b"x"}))}
    page = web.post(reverse("upload"), files, follow=True).content.decode()
    assert "a.zip: 1 document, 1 refused. b.docx: This kind of file" in page


def test_the_original_mail_is_there_for_members_only(
    web: Client, browse: Callable[[User], Client], outsider: User
) -> None:
    data = mail({"a.pdf": text_pdf("A")}).as_bytes()
    address = reverse("package-original", args=[send(web, data, name="march.eml").json()["id"]])
    answer = web.get(address)
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert browse(outsider).get(address).status_code == 404
    alone = send(web, png("x")).json()["id"]
    assert web.get(reverse("package-original", args=[alone])).status_code == 404


def test_a_locked_pdf_asks_for_its_password_and_says_when_it_is_wrong(web: Client) -> None:
    pk = send(web, locked_pdf(), name="secret.pdf").json()["id"]
    Invoice.objects.filter(pk=pk).update(status=Status.FAILED, error_code="encrypted_pdf", error_message="Locked.")
    assert 'name="password"' in web.get(reverse("review", args=[pk])).content.decode()
    page = web.post(reverse("unlock", args=[pk]), {"password": "wrong"}, follow=True).content.decode()
    assert "This password does not open the PDF." in page
    page = web.post(reverse("unlock", args=[pk]), {"password": SECRET}, follow=True).content.decode()
    assert "is being read" in page
    assert Invoice.objects.get(pk=pk).status == Status.QUEUED
