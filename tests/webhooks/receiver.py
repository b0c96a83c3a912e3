"""A receiver of webhooks on a real socket of this machine, whose behaviour a test chooses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]


def answering(status: int, body: bytes = b"ok", **headers: str) -> Behaviour:
    def answer(sock: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sock.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return answer


def hanging(sock: socket.socket) -> None:
    """Says nothing until the other side goes."""
    sock.settimeout(30)
    while sock.recv(1024):
        pass


def dripping(sock: socket.socket) -> None:
    """A byte now and then, so that no single read takes long."""
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(600):
        sock.sendall(b"X-%d: y\r\n" % number)
        time.sleep(0.05)


def endless(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        sock.sendall(b"x" * 65536)


def closing(sock: socket.socket) -> None:
    """Takes the message and hangs up."""


@dataclass(frozen=True, slots=True)
class Message:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``behaviours``: what it does with one message after the other; the last one holds for all that follow."""

    behaviours: list[Behaviour] = field(default_factory=lambda: [answering(200)])
    messages: list[Message] = field(default_factory=list)

    def __enter__(self) -> Receiver:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?x=1"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _address = self.listener.accept()
            except OSError:
                return
            with sock:
                sock.settimeout(30)
                try:
                    self.messages.append(_read(sock))
                    behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
                    behaviour(sock)
                except OSError:
                    pass


def _read(sock: socket.socket) -> Message:
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += sock.recv(65536)
    return Message(headers, body)
