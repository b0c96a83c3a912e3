"""The reading engine: a file in, a ``Reading`` out. It knows no web framework, no queue and no database.

>>> from extraction.engine import read_invoice
>>> reading = read_invoice(Path("invoice.pdf"))
>>> reading.record.value("gross_total")
Decimal('1234.56')
"""

from .errors import InvoiceError
from .read import ReadOptions, engine_version, read_document, read_invoice

__all__ = ["InvoiceError", "ReadOptions", "engine_version", "read_document", "read_invoice"]
