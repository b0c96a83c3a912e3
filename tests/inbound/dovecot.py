"""A real IMAP server on loopback ports of its own: Debian's Dovecot with a certificate of its own.

Every user name exists and has an empty mailbox.
"""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PASSWORD = "correct-horse"
CONFIG = """
base_dir = {dir}/run
state_dir = {dir}/run
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{dir}/mail/%u
{users}
ssl = yes
ssl_cert = <{dir}/certificate.pem
ssl_key = <{dir}/key.pem
ssl_dh =
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def installed() -> bool:
    return bool(shutil.which("dovecot") or Path("/usr/sbin/dovecot").exists())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Dovecot:
    """``certificate`` is also the authority that signed it. ``user`` is whose mailbox the methods look into."""

    folder: Path
    user: str = "office@example.com"
    plain: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def start(self) -> Dovecot:
        for name in ("run", "mail"):
            (self.folder / name).mkdir(exist_ok=True)
        if not self.certificate.exists():
            make_certificate(self.certificate, self.folder / "key.pem")
        root = os.getuid() == 0
        uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
        if root:  # mail is not kept by root
            os.chown(self.folder / "mail", uid, gid)
            self.folder.chmod(0o755)
        users = "" if root else f"default_internal_user = {getpass.getuser()}\ndefault_login_user = {getpass.getuser()}"
        config = self.folder / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                dir=self.folder, plain=self.plain, tls=self.tls, users=users, uid=uid, gid=gid, password=PASSWORD
            )
        )
        program = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self.process = subprocess.Popen([program, "-F", "-c", str(config)])
        for _ in range(200):
            with suppress(OSError, imaplib.IMAP4.abort):
                self.client().logout()
                return self
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text() if (self.folder / "log").exists() else "no log")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
            self.process = None

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.plain, timeout=5)
        client.login(self.user, PASSWORD)
        return client

    def deliver(self, message: bytes, folder: str = "INBOX") -> None:
        client = self.client()
        status, answer = client.append(folder, "", imaplib.Time2Internaldate(time.time()), message)
        assert status == "OK", answer
        client.logout()

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """The messages in a folder, as bytes; none where there is no such folder. This server divides names by dots."""
        client = self.client()
        status, _ = client.select(f'"{folder.replace("/", ".")}"', readonly=True)
        if status != "OK":
            return []
        numbers = client.search(None, "ALL")[1][0].split()
        found = [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
        client.logout()
        return found


def make_certificate(certificate: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
