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
from tests.builders import png

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
