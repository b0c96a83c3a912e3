"""Electronic invoices: their XML says everything, so nothing has to be recognised.

Read are UBL 2 (Invoice, CreditNote: XRechnung, Peppol), UN/CEFACT CII (XRechnung, Factur-X, ZUGFeRD 2), ZUGFeRD 1.0 and
FatturaPA, as files of their own or attached to a PDF. Each syntax is one table: our field name beside its place.
"""

from .embedded import find_embedded
from .reader import is_einvoice, read

__all__ = ["find_embedded", "is_einvoice", "read"]
