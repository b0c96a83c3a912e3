"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .audit import AuditEvent
from .exports import BatchStatus, ExportBatch, ExportBatchItem, ExportProfile, VendorCode
from .invoices import SETTLED, UNREAD, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "BatchStatus",
    "Correction",
    "ExportBatch",
    "ExportBatchItem",
    "ExportProfile",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "LineItem",
    "Membership",
    "Package",
    "Role",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "VendorCode",
    "Workspace",
]
