"""The embedded broker's transport: whole messages, each to one reader, oldest first, and no fuss about its folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from ocrsite.folder_queue import Channel


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Channels of connections of their own, as several processes have them, to one folder."""
    connections: list[Connection] = []

    def open_one() -> Any:
        connection = Connection("folder://localhost/", transport_options={"folder": str(tmp_path / "queue")})
        connections.append(connection)
        return connection.channel()

    yield open_one
    for connection in connections:
        connection.release()


def drained(channel: Channel) -> list[Any]:
    found = []
    while True:
        try:
            found.append(channel._get("invoices"))
        except Empty:
            return found


def test_messages_come_out_in_the_order_they_went_in(channel: Callable[[], Any]) -> None:
    writer, reader = channel(), channel()
    for number in range(20):
        writer._put("invoices", {"number": number})
    assert reader._size("invoices") == 20
    assert [message["number"] for message in drained(reader)] == list(range(20))
    assert reader._size("invoices") == 0


def test_each_message_goes_to_one_of_several_readers(channel: Callable[[], Any]) -> None:
    writer, one, two = channel(), channel(), channel()
    for number in range(10):
        writer._put("invoices", number)
    first = one._get("invoices")  # both have listed the folder from here on
    second = two._get("invoices")
    assert sorted([first, second, *drained(one), *drained(two)]) == list(range(10))


def test_a_message_that_is_still_being_written_is_not_seen(channel: Callable[[], Any], tmp_path: Path) -> None:
    writer, reader = channel(), channel()
    writer._put("invoices", "whole")
    (tmp_path / "queue" / "invoices" / ".half").write_text('{"ha')
    assert drained(reader) == ["whole"]


def test_a_folder_that_was_removed_is_an_empty_queue(channel: Callable[[], Any], tmp_path: Path) -> None:
    writer, reader = channel(), channel()
    writer._put("invoices", 1)
    writer._put("invoices", 2)
    assert reader._get("invoices") == 1
    shutil.rmtree(tmp_path / "queue")
    assert (drained(reader), reader._size("invoices"), reader._purge("invoices")) == ([], 0, 0)
    writer._put("invoices", 3)
    assert drained(reader) == [3]


def test_a_queue_can_be_emptied(channel: Callable[[], Any]) -> None:
    writer = channel()
    writer._put("invoices", 1)
    writer._put("others", 2)
    assert writer._purge("invoices") == 1
    assert (writer._size("invoices"), writer._size("others")) == (0, 1)
