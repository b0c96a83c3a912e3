"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .analytics import ExchangeRate, RateSource, VendorCategory
from .audit import AuditEvent
from .bi import Day
from .inbound import Letter, Mailbox, Security, Source, WatchFolder
from .invoices import SETTLED, UNREAD, Channel, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .people import Membership, Role, User, UserManager, Workspace
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "AuditEvent",
    "Channel",
    "Correction",
    "Day",
    "ExchangeRate",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "Letter",
    "LineItem",
    "Mailbox",
    "Membership",
    "Package",
    "RateSource",
    "Role",
    "Security",
    "Source",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "VendorCategory",
    "WatchFolder",
    "Workspace",
]
