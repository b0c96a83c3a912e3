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


@shared_task
def purge_deleted() -> None:
    services.invoices_purge()
    call_command("clearsessions")
    call_command("axes_reset_logs", age=30)
