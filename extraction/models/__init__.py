"""The tables. Invariants are constraints whose names read as sentences; every write goes through ``services``."""

from .audit import AuditEvent
from .bi import Day
from .inbound import Letter, Mailbox, Security, Source, WatchFolder
from .invoices import SETTLED, UNREAD, Channel, Invoice, InvoicePage, InvoiceQuerySet, Package, Status
from .machines import ApiAnswer, ApiToken, Event, Scope, Webhook, WebhookDelivery
from .people import Membership, Role, User, UserManager, Workspace
from .values import Correction, FieldValue, LineItem, TaxLine

__all__ = [
    "SETTLED",
    "UNREAD",
    "ApiAnswer",
    "ApiToken",
    "AuditEvent",
    "Channel",
    "Correction",
    "Day",
    "Event",
    "FieldValue",
    "Invoice",
    "InvoicePage",
    "InvoiceQuerySet",
    "Letter",
    "LineItem",
    "Mailbox",
    "Membership",
    "Package",
    "Role",
    "Scope",
    "Security",
    "Source",
    "Status",
    "TaxLine",
    "User",
    "UserManager",
    "WatchFolder",
    "Webhook",
    "WebhookDelivery",
    "Workspace",
]
