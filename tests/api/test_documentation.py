"""The examples of docs/api.md are run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extraction import services
from extraction.models import Invoice, Scope, User, Workspace
from extraction.services import webhooks
from tests.badfiles import text_pdf

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```bash\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="no curl: apt-get install curl")
def test_each_example_works_one_after_the_other(
    live_server: Any, workspace: Workspace, admin: User, make_invoice: Callable[..., Invoice], tmp_path: Path
):
    invoice = make_invoice()
    _token, secret = services.token_create(workspace=workspace, user=admin, name="docs", scopes=list(Scope.values))
    (tmp_path / "invoice.pdf").write_bytes(text_pdf("Invoice"))
    env = {**os.environ, "HOST": live_server.url, "TOKEN": secret, "ID": str(invoice.pk), "NO_PROXY": "*"}
    assert len(EXAMPLES) >= 8
    for example in EXAMPLES:
        run = subprocess.run(["bash", "-c", example], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, (example, run.stdout, run.stderr)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.invoice_number) == ("approved", "R-2024-17")
    assert Invoice.objects.filter(channel="api").count() == 1
    assert invoice.file_name in (tmp_path / "approved.csv").read_text()


@pytest.mark.django_db
def test_the_receivers_example_knows_our_signature(workspace: Workspace, admin: User):
    hook, secret = services.webhook_create(workspace=workspace, user=admin, url="https://example.com/")
    delivery = webhooks._message(hook, "webhook.test", {"text": "Ä"}, None)
    body, headers = webhooks.signed(hook, delivery)
    names: dict[str, Any] = {}
    [example] = re.findall(r"^```python\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    exec(example, names)
    assert names["is_genuine"](secret, headers, body)
    assert not names["is_genuine"](secret, headers, body + b" ")
    assert not names["is_genuine"](secret, {**headers, "webhook-timestamp": "1"}, body)


def test_every_code_of_a_refusal_is_documented():
    """Those of the API itself; what is wrong with a file is said by the engine."""
    root = Path(__file__).resolve().parents[2] / "extraction" / "api"
    code = "".join(path.read_text(encoding="utf-8") for path in root.glob("*.py"))
    used = set(re.findall(r'\(\w[\w.]*, [45]\d\d, "([a-z_]+)"', code)) | set(
        re.findall(r'Refusal\([45]\d\d, "([a-z_]+)"', code)
    )
    assert len(used) > 12
    assert {name for name in used if f"`{name}`" not in DOCS} <= {"refused"}
