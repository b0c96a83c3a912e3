"""E-invoices and other XML that expand, reach outside or nest without end; and what is no document at all."""

from __future__ import annotations

from collections.abc import Callable

from .file import READ, HostileFile, hostile

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
HEAD = (
    f'<Invoice xmlns="{UBL}:Invoice-2" xmlns:cac="{UBL}:CommonAggregateComponents-2"'
    f' xmlns:cbc="{UBL}:CommonBasicComponents-2">'
)


def laughs(number: int) -> str:
    return f"&a{number - 1};" * 10


LAUGHS = "<!DOCTYPE Invoice [<!ENTITY a0 'laugh'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{laughs(n)}'>" for n in range(1, 11))
)


def invoice(inside: str, before: str = "") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}{HEAD}<cbc:ID>4711</cbc:ID>{inside}</Invoice>'


def billion_laughs() -> bytes:
    return invoice("<cbc:Note>&a10;</cbc:Note>", LAUGHS).encode()


def quadratic_blowup() -> bytes:
    note = "&a;" * 50_000
    return invoice(f"<cbc:Note>{note}</cbc:Note>", "<!DOCTYPE Invoice [<!ENTITY a '" + "x" * 50_000 + "'>]>").encode()


def laughs_in_an_attribute() -> bytes:
    return invoice('<cbc:Note languageID="&a10;"/>', LAUGHS).encode()


def external(system: str) -> Callable[[], bytes]:
    declaration = f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{system}"><!ENTITY % y SYSTEM "{system}"> %y;]>'
    return lambda: invoice("<cbc:Note>&x;</cbc:Note>", declaration).encode()


def external_subset(system: str) -> Callable[[], bytes]:
    return lambda: invoice("", f'<!DOCTYPE Invoice SYSTEM "{system}">').encode()


def included(system: str) -> bytes:
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{system}" parse="text"/>'
    return invoice(f"<cbc:Note>{include}</cbc:Note>").encode()


def deep(times: int = 100_000) -> bytes:
    return invoice("<cac:Party>" * times + "</cac:Party>" * times).encode()


def long_attribute() -> bytes:
    return invoice(f'<cbc:Note languageID="{"x" * 20_000_000}"/>').encode()


def long_text() -> bytes:
    return invoice(f"<cbc:Note>{'x' * 20_000_000}</cbc:Note>").encode()


def many_attributes() -> bytes:
    attributes = " ".join(f"a{n}='x'" for n in range(100_000))
    return invoice(f"<cbc:Note {attributes}/>").encode()


def many_namespaces() -> bytes:
    return invoice("".join(f'<cbc:Note xmlns:n{n}="urn:{n}">' for n in range(200)) + "</cbc:Note>" * 200).encode()


def many_lines(count: int = 5_000) -> bytes:
    line = (
        "<cac:InvoiceLine><cbc:ID>{n}</cbc:ID><cbc:InvoicedQuantity>1</cbc:InvoicedQuantity>"
        "<cbc:LineExtensionAmount>1.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Work</cbc:Name></cac:Item>"
        "</cac:InvoiceLine>"
    )
    return invoice("".join(line.format(n=n) for n in range(count))).encode()


def odd_values() -> bytes:
    amount = "<cac:LegalMonetaryTotal><cbc:PayableAmount>{}</cbc:PayableAmount></cac:LegalMonetaryTotal>"
    return invoice(
        "<cbc:IssueDate>9999-99-99</cbc:IssueDate><cbc:DueDate>0000-00-00</cbc:DueDate>"
        f"<cbc:DocumentCurrencyCode>{'E' * 9999}</cbc:DocumentCurrencyCode>"
        f"<cbc:Note>\u202e\ufffd{'=HYPERLINK(1)' * 999}</cbc:Note>" + amount.format("9" * 100_000)
    ).encode()


def in_encoding(codec: str, name: str) -> Callable[[], bytes]:
    return lambda: invoice("<cbc:Note>Gr\u00fc\u00dfe</cbc:Note>").replace("UTF-8", name).encode(codec)


def svg() -> bytes:
    return (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/")</script>'
        b'<image href="file:///etc/passwd"/></svg>'
    )


def html() -> bytes:
    return b'<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'


XML = ("unsupported_type", "damaged_file", "save_as_pdf")
TEXTS: dict[str, HostileFile] = {
    "xml billion laughs": hostile("a.xml", billion_laughs, *XML),
    "xml quadratic blowup": hostile("a.xml", quadratic_blowup, *XML),
    "xml laughs in an attribute": hostile("a.xml", laughs_in_an_attribute, *XML),
    "xml external file": hostile("a.xml", external("file:///etc/passwd"), *XML),
    "xml external address": hostile("a.xml", external("http://127.0.0.1:9/x"), *XML),
    "xml external device": hostile("a.xml", external("file:///dev/zero"), *XML),
    "xml external subset": hostile("a.xml", external_subset("file:///dev/zero"), *XML),
    "xml include": hostile("a.xml", lambda: included("file:///etc/passwd"), READ, *XML),
    "xml nested": hostile("a.xml", deep, *XML),
    "xml long attribute": hostile("a.xml", long_attribute, READ, *XML),
    "xml long text": hostile("a.xml", long_text, READ, *XML),
    "xml many attributes": hostile("a.xml", many_attributes, READ, *XML),
    "xml many namespaces": hostile("a.xml", many_namespaces, READ, *XML),
    "xml many lines": hostile("a.xml", many_lines, READ, *XML),
    "xml odd values": hostile("a.xml", odd_values, READ, *XML),
    "xml in utf-16": hostile("a.xml", in_encoding("utf-16", "UTF-16"), READ, *XML),
    "xml in utf-16 that says utf-8": hostile("a.xml", in_encoding("utf-16-be", "UTF-8"), READ, *XML),
    "xml in utf-32": hostile("a.xml", in_encoding("utf-32", "UTF-32"), READ, *XML),
    "xml in utf-7": hostile("a.xml", in_encoding("utf-7", "UTF-7"), READ, *XML),
    "xml in no encoding": hostile("a.xml", in_encoding("utf-8", "X-NONE"), READ, *XML),
    "xml of ends only": hostile("a.xml", lambda: b"<?xml" + b"<" * 1_000_000, *XML),
    "svg": hostile("a.svg", svg, *XML),
    "svg named png": hostile("a.png", svg, *XML),
    "html": hostile("a.html", html, *XML),
    "html named pdf": hostile("a.pdf", html, *XML),
}
