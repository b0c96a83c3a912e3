"""What admins decide for a workspace is what holds in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from extraction import services
from extraction.engine.errors import TooLarge
from extraction.models import AuditEvent, Invoice, Membership, Role, User, Workspace

from .builders import FakeReader, png, upload
from .conftest import make_user

pytestmark = pytest.mark.django_db
Make = Callable[..., Invoice]


def limit(workspace: Workspace, admin: User, **values: int | None) -> None:
    services.workspace_limits_set(
        workspace=workspace,
        user=admin,
        **{"max_upload_mb": None, "max_pages": None, "deleted_kept_days": None, **values},
    )


def test_a_file_over_the_workspaces_limit_is_refused_and_one_below_is_kept(workspace: Workspace, admin: User) -> None:
    limit(workspace, admin, max_upload_mb=1)
    with pytest.raises(TooLarge, match="at most 1 MB"):
        services.invoice_receive(
            workspace=workspace, user=admin, file=upload(png() + bytes(1024 * 1024)), file_name="a.png"
        )
    assert services.invoice_receive(workspace=workspace, user=admin, file=upload(png()), file_name="b.png").invoice.pk


def test_a_reading_is_given_the_workspaces_pages_and_names(workspace: Workspace, admin: User) -> None:
    limit(workspace, admin, max_pages=7)
    services.workspace_company_set(
        workspace=workspace, user=admin, name="Acme", own_names=["Acme GmbH"], own_tax_ids=["DE136695976"]
    )
    received = services.invoice_receive(workspace=workspace, user=admin, file=upload(png()), file_name="b.png")
    reader = FakeReader()
    services.invoice_read(invoice_id=received.invoice.pk, reader=reader)
    assert (reader.options.limits.max_pages, reader.options.own_names) == (7, ("Acme GmbH",))


def test_deleted_documents_go_after_the_days_of_their_workspace(
    workspace: Workspace, admin: User, outsider: User, make_invoice: Make, settings: Any
) -> None:
    settings.DELETED_KEPT_DAYS = 30
    limit(workspace, admin, deleted_kept_days=3)
    then = timezone.now() - timedelta(days=5)
    gone = make_invoice(deleted_at=then)
    kept = make_invoice(deleted_at=timezone.now() - timedelta(days=2))
    others = make_invoice(workspace=outsider.workspaces.get(), deleted_at=then)
    assert services.invoices_purge() == 1
    assert set(Invoice.objects.values_list("pk", flat=True)) == {kept.pk, others.pk}
    assert gone.pk not in {kept.pk, others.pk}


def test_a_limit_that_the_operator_lowered_since_is_lowered_with_it(
    workspace: Workspace, admin: User, settings: Any
) -> None:
    limit(workspace, admin, max_upload_mb=40)
    settings.MAX_UPLOAD_MB = 10
    assert services.upload_mb(workspace) == 10


@pytest.mark.parametrize("role", [Role.UPLOADER, Role.REVIEWER, Role.APPROVER])
def test_only_admins_change_settings_and_members(workspace: Workspace, admin: User, role: str) -> None:
    user = make_user("someone@example.com", workspace, Role(role))
    member = Membership.objects.get(user=admin)
    calls: list[Callable[[], object]] = [
        lambda: services.workspace_approval_set(workspace=workspace, user=user, second_approval_from=None),
        lambda: services.workspace_fields_set(workspace=workspace, user=user, required=(), main=()),
        lambda: limit(workspace, user, max_pages=1),
        lambda: services.workspace_reread(workspace=workspace, user=user),
        lambda: services.workspace_create(user=user, name="Mine"),
        lambda: services.member_invite(workspace=workspace, user=user, email="x@example.com", role="admin"),
        lambda: services.member_role_set(member=member, user=user, role="uploader"),
        lambda: services.member_remove(member=member, user=user),
        lambda: services.member_link(member=member, user=user),
        lambda: services.member_active_set(member=member, user=user, active=False),
    ]
    for call in calls:
        with pytest.raises(services.NotAllowed):
            call()
    assert not AuditEvent.objects.exists()
    assert Membership.objects.count() == 2


def test_an_account_that_runs_the_site_is_out_of_an_admins_reach(workspace: Workspace, admin: User) -> None:
    root = User.objects.create_superuser("root@example.com", "a long enough password")
    member = Membership.objects.create(workspace=workspace, user=root, role=Role.ADMIN)
    with pytest.raises(services.NotAllowed, match="runs the site"):
        services.member_link(member=member, user=admin)
    with pytest.raises(services.NotAllowed, match="runs the site"):
        services.member_active_set(member=member, user=admin, active=False)
    assert services.member_link(member=Membership.objects.get(user=admin), user=root).startswith("/welcome/")


def test_the_last_active_admin_cannot_be_removed_though_another_is_switched_off(
    workspace: Workspace, admin: User
) -> None:
    other = make_user("second@example.com", workspace, Role.ADMIN)
    services.member_active_set(member=Membership.objects.get(user=other), user=admin, active=False)
    with pytest.raises(services.InvalidState, match="last administrator"):
        services.member_remove(member=Membership.objects.get(user=admin), user=admin)


def test_preferences_of_two_tabs_do_not_undo_each_other(reviewer: User) -> None:
    stale = User.objects.get(pk=reviewer.pk)
    services.preference_set(user=reviewer, language="de")
    services.preference_set(user=stale, guide_hidden=True)
    reviewer.refresh_from_db()
    assert reviewer.preferences == {"language": "de", "guide_hidden": True}


def test_events_of_settings_hold_no_values(workspace: Workspace, admin: User) -> None:
    services.workspace_company_set(workspace=workspace, user=admin, name="Secret", own_names=["X"], own_tax_ids=[])
    assert AuditEvent.objects.get().detail == {"settings": ["name", "own_names"]}


def test_required_fields_are_looked_for_at_once_in_what_waits_and_in_nothing_else(
    workspace: Workspace, admin: User, make_invoice: Make, django_assert_max_num_queries: Any
) -> None:
    waiting = [make_invoice() for _number in range(4)]
    approved = make_invoice(status="approved")
    letter = make_invoice(problems=[{"code": "not_an_invoice", "fields": [], "message": "A letter.", "lasting": True}])
    with django_assert_max_num_queries(20):
        services.workspace_fields_set(workspace=workspace, user=admin, required=["iban"], main=())
    for invoice in waiting:
        invoice.refresh_from_db()
        assert [(p["code"], p["fields"]) for p in invoice.problems] == [("required_missing", ["iban"])]
    for invoice in (approved, letter):
        invoice.refresh_from_db()
        assert "required_missing" not in {problem["code"] for problem in invoice.problems}
    services.workspace_fields_set(workspace=workspace, user=admin, required=[], main=())
    waiting[0].refresh_from_db()
    assert waiting[0].problems == []
