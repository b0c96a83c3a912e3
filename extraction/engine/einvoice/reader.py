"""Applies a syntax's tables to an XML tree: data in, ``InvoiceRecord`` out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from ..checks import check
from ..errors import DamagedFile, UnsupportedType
from ..fields import BY_NAME, Kind
from ..record import Field, InvoiceRecord, LineItem, Problem, TaxLine, Value
from .cii import CII
from .fatturapa import FATTURAPA
from .syntax import Place, Rows, Syntax, Total
from .ubl import UBL

SYNTAXES: tuple[Syntax, ...] = (UBL, CII, FATTURAPA)

# An IBAN by its shape: whether its check digits hold is for the checks to say.
IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
# xs:decimal, within what the ledger's columns hold.
AMOUNT = re.compile(r"[+-]?(?:\d{1,14}(?:\.\d*)?|\.\d+)")
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*|Z|[+-]\d{2}:\d{2})?")
# Several of these may stand side by side (payment in parts, early payment discounts); all of them matter.
REPEATABLE = {"payment_terms"}


def is_einvoice(data: bytes) -> bool:
    """Whether the bytes are XML of one of ``SYNTAXES``; any other XML or rubbish is False, never an error."""
    try:
        return _syntax_of(_parse(data)) is not None
    except (DamagedFile, UnsupportedType):
        return False


def read(data: bytes, *, today: date | None = None) -> InvoiceRecord:
    """The record in an e-invoice's XML, checked like any other (``today`` is for the dates).

    DamagedFile for XML that cannot be parsed, UnsupportedType for other XML.
    """
    root = _parse(data)
    syntax = _syntax_of(root)
    if syntax is None:
        raise UnsupportedType(
            "This XML is not an invoice that can be read. Upload UBL, CII (Factur-X, ZUGFeRD, XRechnung) or FatturaPA, "
            "or the invoice as a PDF."
        )
    _plain_names(root, syntax.renames)
    bodies = root.xpath(syntax.body)
    if not bodies:
        raise DamagedFile("This e-invoice holds no invoice: its body is missing. Ask the sender for a new file.")
    problems: list[Problem] = []
    record = InvoiceRecord(
        fields=_fields(bodies[0], syntax, problems),
        tax_breakdown=tuple(_tax_line(row, syntax) for row in bodies[0].xpath(syntax.tax_rows)),
        line_items=_line_items(bodies[0], syntax),
    )
    if len(bodies) > 1:
        problems.append(
            Problem(
                "several_invoices",
                (),
                f"This file holds {len(bodies)} invoices; only the first was read. Ask the sender for one file each.",
            )
        )
    values = {name: found.value for name, found in record.fields.items()}
    found = check(values, tax_breakdown=record.tax_breakdown, line_items=record.line_items, today=today)
    return replace(record, problems=(*problems, *found))


# --- XML --------------------------------------------------------------------------------------------------------------


def _parse(data: bytes) -> Any:
    # A parser each time: lxml's are not safe to share between threads. Nothing outside the bytes is ever looked at.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFile("This XML file is damaged or was cut off. Ask the sender for a new copy.") from error
    if root.getroottree().docinfo.doctype:
        raise UnsupportedType(
            "This XML declares a document type, which no e-invoice does. Ask the sender for a new file."
        )
    return root


def _syntax_of(root: Any) -> Syntax | None:
    name = etree.QName(root)
    for syntax in SYNTAXES:
        for namespace, local in syntax.roots:
            if name.localname == local and (name.namespace or "").startswith(namespace):
                return syntax
    return None


def _plain_names(root: Any, renames: Mapping[str, str]) -> None:
    """Names without namespaces, an older edition's brought to today's: the tables stay readable."""
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        element.tag = renames.get(name, name)


def _texts(node: Any, path: str) -> list[str]:
    """What stands at a place: the text of elements, attributes, or the string that an XPath function gives."""
    found = node.xpath(path)
    if not isinstance(found, list):
        found = [found]
    texts = (item if isinstance(item, str) else "".join(item.itertext()) for item in found)
    return [text for text in (" ".join(text.split()) for text in texts) if text]


def _first(node: Any, places: Iterable[Place]) -> str:
    """The text at the first place that holds one, or ""."""
    for place in places:
        if isinstance(place, Total):
            amounts = [_amount(text) for text in _texts(node, place.path)]
            if amounts and None not in amounts:
                return f"{sum((amount for amount in amounts if amount is not None), Decimal(0)):f}"
        elif texts := _texts(node, place):
            return texts[0]
    return ""


# --- values -----------------------------------------------------------------------------------------------------------


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if AMOUNT.fullmatch(text) else None


def _date(text: str) -> date | None:
    match = DATE.fullmatch(text)
    if not match:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def _value(name: str, text: str, syntax: Syntax) -> Value | None:
    """A field's text as its value; None when it is not what the field holds."""
    match BY_NAME[name].kind:
        case Kind.AMOUNT:
            return _amount(text)
        case Kind.DATE:
            return _date(text)
        case Kind.CHOICE:
            return syntax.document_types.get(text, "invoice")
        case Kind.CURRENCY:
            return text.upper() if re.fullmatch("[A-Za-z]{3}", text) else None
        case Kind.COUNTRY:
            return text.upper() if re.fullmatch("[A-Za-z]{2}", text) else None
        case _:
            return syntax.payment_means.get(text, text) if name == "payment_means" else text


# --- header -----------------------------------------------------------------------------------------------------------


def _fields(body: Any, syntax: Syntax, problems: list[Problem]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for name, places in syntax.header.items():
        text = _header_text(body, name, places, syntax)
        if not text:
            continue
        if name == "iban" and not IBAN_SHAPE.fullmatch(text.replace(" ", "").upper()):
            name = "bank_account"  # BT-84 holds either
        value = _value(name, text, syntax)
        if value is None:
            problems.append(_unreadable(name, text))
            continue
        if name == "iban":
            value = text.replace(" ", "").upper()
        reason = f"from the e-invoice's XML ({BY_NAME[name].bt})" if BY_NAME[name].bt else "from the e-invoice's XML"
        fields[name] = Field(name, value, text, confidence=1.0, page=None, box=None, reason=reason)
    return _credit_note_if_negative(fields)


def _credit_note_if_negative(fields: dict[str, Field]) -> dict[str, Field]:
    """Factur-X lets a credit note be an "invoice" (code 380) whose amounts are negative."""
    kind, gross = fields.get("document_type"), fields.get("gross_total")
    if kind and kind.value == "invoice" and gross and isinstance(gross.value, Decimal) and gross.value < 0:
        reason = f"the XML's code is {kind.text}, but its total is negative"
        fields["document_type"] = replace(kind, value="credit_note", reason=reason)
    return fields


def _header_text(body: Any, name: str, places: tuple[Place, ...], syntax: Syntax) -> str:
    if BY_NAME[name].kind is Kind.ADDRESS:
        return _address(body, places, syntax)
    if name in REPEATABLE:
        texts = [text for place in places if isinstance(place, str) for text in _texts(body, place)]
        return "\n".join(dict.fromkeys(texts))
    return _first(body, places)


def _address(body: Any, places: tuple[Place, ...], syntax: Syntax) -> str:
    for place in places:
        for element in body.xpath(place) if isinstance(place, str) else ():
            lines = [" ".join(text for path in line for text in _texts(element, path)) for line in syntax.address_lines]
            if any(lines):
                return ", ".join(line for line in lines if line)
    return ""


def _unreadable(name: str, text: str) -> Problem:
    spec = BY_NAME[name]
    return Problem(
        "unreadable_value",
        (name,),
        f"The XML's {spec.label.lower()} is “{text[:60]}”, which is not a valid {spec.kind.value}. Enter it by hand.",
    )


# --- rows -------------------------------------------------------------------------------------------------------------


def _cells(row: Any, table: Rows) -> dict[str, str]:
    return {name: _first(row, places) for name, places in table.items()}


def _tax_line(row: Any, syntax: Syntax) -> TaxLine:
    cells = _cells(row, syntax.tax)
    return TaxLine(
        rate=_amount(cells["rate"]),
        base=_amount(cells["base"]),
        amount=_amount(cells["amount"]),
        category=cells["category"] or None,
        exemption_reason=cells["exemption_reason"] or None,
    )


def _line_items(body: Any, syntax: Syntax) -> tuple[LineItem, ...]:
    rows = [_cells(row, syntax.line) for row in body.xpath(syntax.line_rows)]
    rows = [cells for cells in rows if any(value for name, value in cells.items() if name != "position")]
    return tuple(_line_item(position, cells) for position, cells in zip(_positions(rows), rows, strict=True))


def _positions(rows: list[dict[str, str]]) -> list[int]:
    """The lines' own numbers when they are numbers and differ; else 1, 2, 3."""
    texts = [cells["position"] for cells in rows]
    if all(re.fullmatch(r"\d{1,6}", text) for text in texts):
        numbers = [int(text) for text in texts]
        if len(set(numbers)) == len(numbers) and 0 not in numbers:
            return numbers
    return list(range(1, len(rows) + 1))


def _line_item(position: int, cells: dict[str, str]) -> LineItem:
    return LineItem(
        position=position,
        description=cells["name"] or cells.get("details") or None,
        quantity=_amount(cells["quantity"]),
        unit=cells["unit"] or None,
        unit_price=_unit_price(cells),
        discount=_discount(cells),
        tax_rate=_amount(cells["tax_rate"]),
        amount=_amount(cells["amount"]),
        item_code=cells["item_code"] or None,
        gtin=cells["gtin"] or None,
        po_line=cells.get("po_line") or None,
        date=_date(cells["date"]),
    )


def _unit_price(cells: dict[str, str]) -> Decimal | None:
    """The price of one: BT-146 may be for a hundred (BT-149)."""
    price, base = _amount(cells["unit_price"]), _amount(cells.get("base_quantity", ""))
    if price is None or not base or base == 1:
        return price
    return (price / base).quantize(Decimal("0.000001")).normalize()


def _discount(cells: dict[str, str]) -> Decimal | None:
    allowance, charge = _amount(cells.get("allowance", "")), _amount(cells.get("charge", ""))
    if allowance is None and charge is None:
        return None
    return (allowance or Decimal(0)) - (charge or Decimal(0))
