"""Everything that is installed to run may be passed on with the product."""

import importlib.machinery
import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_script():
    loader = importlib.machinery.SourceFileLoader("licences", str(ROOT / "bin" / "licences"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("licences", loader))
    loader.exec_module(module)
    return module


def test_no_licence_forbids_to_pass_the_product_on():
    script = load_script()
    licences = {name: script.licence(name) for name in script.required()}
    assert len(licences) > 80
    assert [name for name, text in licences.items() if script.REFUSED.search(text)] == []
    assert [name for name, text in licences.items() if text == "not stated"] == []


def test_a_licence_that_would_is_recognised():
    refused = load_script().REFUSED
    assert refused.search("GNU Affero General Public License v3")
    assert refused.search("AGPL-3.0-only")
    assert not refused.search("LGPL-3.0-only")
