"""What workers do. A message is only a wake-up call with an id; what is to be done stands in the database."""

from celery import shared_task
from django.core.management import call_command

from . import services


@shared_task
def extract_invoice(invoice_id: int) -> None:
    services.invoice_read(invoice_id=invoice_id)


@shared_task
def write_export(batch_id: int) -> None:
    services.batch_write(batch_id=batch_id)


@shared_task
def sweep() -> None:
    services.invoices_sweep()
    services.batches_sweep()
    services.search_catch_up(most=500)


@shared_task
def purge_deleted() -> None:
    services.invoices_purge()
    call_command("clearsessions")
    call_command("axes_reset_logs", age=30)


@shared_task
def check_sources() -> None:
    """One message for each mailbox or folder whose turn it is: a server that hangs keeps nobody else waiting."""
    for kind, source_id in services.sources_due():
        (check_mailbox if kind == "mailbox" else check_folder).delay(source_id)


@shared_task
def check_mailbox(mailbox_id: int) -> None:
    services.mailbox_check(mailbox_id=mailbox_id)


@shared_task
def check_folder(folder_id: int) -> None:
    services.folder_check(folder_id=folder_id)
