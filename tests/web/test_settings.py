"""The settings of a workspace: who reaches them, what they change, and what is refused in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from extraction import services
from extraction.models import AuditEvent, Invoice, Membership, Role, Status, User, Workspace
from tests.conftest import PASSWORD, make_user

SECTIONS = ("company", "members", "fields", "approval", "limits", "activity")
NEW_PASSWORD = "quite another password"
Browse = Callable[[User], Client]
Make = Callable[..., Invoice]


@pytest.fixture
def desk(browse: Browse, admin: User) -> Client:
    """The browser of the workspace's admin."""
    return browse(admin)


def post(client: Client, section: str, /, **data: Any) -> Any:
    return client.post(reverse(f"settings-{section}"), data, follow=True)


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", SECTIONS)
def test_only_admins_reach_the_settings(
    section: str, browse: Browse, approver: User, reviewer: User, uploader: User, desk: Client
) -> None:
    assert desk.get(reverse(f"settings-{section}")).status_code == 200
    for user in (approver, reviewer, uploader):
        assert browse(user).get(reverse(f"settings-{section}")).status_code == 404
        assert browse(user).post(reverse(f"settings-{section}"), {"name": "Ours now"}).status_code in (404, 405)


def test_an_admin_of_another_workspace_cannot_touch_our_members(
    browse: Browse, outsider: User, reviewer: User, workspace: Workspace
) -> None:
    member = Membership.objects.get(user=reviewer)
    for do in ("role", "link", "off", "remove"):
        answer = browse(outsider).post(reverse("settings-member", args=[member.pk]), {"do": do, "role": "admin"})
        assert answer.status_code == 404
    member.refresh_from_db()
    assert member.role == Role.REVIEWER


# --- company ----------------------------------------------------------------------------------------------------------


def test_names_and_numbers_are_kept_a_line_each_and_noted_without_their_values(
    desk: Client, workspace: Workspace, admin: User
) -> None:
    post(desk, "company", name="Acme Ltd", own_names="Acme GmbH\n\n Acme  GmbH \nAcme", own_tax_ids="DE 136695976")
    workspace.refresh_from_db()
    assert (workspace.name, workspace.own_names, workspace.own_tax_ids) == (
        "Acme Ltd",
        ["Acme GmbH", "Acme"],
        ["DE 136695976"],
    )
    event = AuditEvent.objects.get(action="settings_changed")
    assert (event.user, event.detail) == (admin, {"settings": ["name", "own_names", "own_tax_ids"]})


def test_a_wrong_vat_id_is_refused_and_everything_typed_stays(desk: Client, workspace: Workspace) -> None:
    answer = desk.post(
        reverse("settings-company"), {"name": "New", "own_names": "Acme AG", "own_tax_ids": "DE136695977"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "DE136695977 is not a valid VAT ID" in page
    assert "Acme AG" in page
    workspace.refresh_from_db()
    assert (workspace.name, workspace.own_names) == ("Acme", [])


def test_a_number_that_is_no_vat_id_is_taken_as_it_is(desk: Client, workspace: Workspace) -> None:
    post(desk, "company", name="Acme", own_names="", own_tax_ids="12/345/67890\nCHE-123.456.789")
    workspace.refresh_from_db()
    assert workspace.own_tax_ids == ["12/345/67890", "CHE-123.456.789"]


def test_changed_names_offer_to_read_again_what_waits(desk: Client, make_invoice: Make) -> None:
    waiting, approved = make_invoice(), make_invoice(status=Status.APPROVED)
    page = post(desk, "company", name="Acme", own_names="Acme GmbH", own_tax_ids="").content.decode()
    assert "1 document waits for a review" in page
    assert reverse("settings-reread") in page
    post(desk, "reread")
    waiting.refresh_from_db()
    approved.refresh_from_db()
    assert (waiting.status, approved.status) == (Status.QUEUED, Status.APPROVED)


# --- fields -----------------------------------------------------------------------------------------------------------


def test_a_required_field_is_missed_at_once_on_the_review_page_and_by_every_later_check(
    desk: Client, make_invoice: Make, admin: User
) -> None:
    invoice = make_invoice()
    post(desk, "fields", required=["purchase_order", "currency"], main=["due_date"])
    page = desk.get(reverse("review", args=[invoice.pk])).content.decode()
    field = page.split('id="field-purchase_order"')[1].split("</form>")[0]
    assert 'class="required"' in field
    assert "missing" in field
    assert page.index('id="field-purchase_order"') < page.index('class="more"') < page.index('id="field-iban"')
    invoice.refresh_from_db()
    before = invoice.problems
    services.field_confirm(invoice=invoice, user=admin, name="currency")
    assert invoice.problems == before
    assert ["purchase_order"] in [p["fields"] for p in invoice.problems if p["code"] == "required_missing"]


def test_what_no_invoice_can_do_without_stays_required(desk: Client, workspace: Workspace) -> None:
    post(desk, "fields", main=["iban"])
    workspace.refresh_from_db()
    assert services.required_fields(workspace) == {"issue_date", "vendor_name", "gross_total"}


def test_a_currency_that_is_not_required_any_more_is_not_missed(
    desk: Client, make_invoice: Make, admin: User, workspace: Workspace
) -> None:
    invoice = make_invoice()
    post(desk, "fields")
    workspace.refresh_from_db()
    services.field_correct(invoice=Invoice.objects.get(pk=invoice.pk), user=admin, name="currency", text="")
    invoice.refresh_from_db()
    assert not [p for p in invoice.problems if p["code"] == "required_missing"]


def test_an_unknown_field_is_refused(desk: Client, workspace: Workspace) -> None:
    assert "There is no such field" in post(desk, "fields", required=["colour"]).content.decode()


# --- approval and limits ----------------------------------------------------------------------------------------------


def test_the_amount_of_a_second_approval_is_set_and_taken_back(desk: Client, workspace: Workspace) -> None:
    post(desk, "approval", second_approval_from="5000.50")
    workspace.refresh_from_db()
    assert workspace.second_approval_from == Decimal("5000.5")
    page = desk.get(reverse("settings-approval")).content.decode()
    assert 'value="5000.50"' in page
    post(desk, "approval", second_approval_from="")
    workspace.refresh_from_db()
    assert workspace.second_approval_from is None


def test_limits_cannot_exceed_the_operators(desk: Client, workspace: Workspace, settings: Any) -> None:
    settings.MAX_PAGES = 100
    answer = desk.post(reverse("settings-limits"), {"max_pages": "101"})
    assert answer.status_code == 422
    assert "from 1 to 100" in answer.content.decode()
    assert 'value="101"' in answer.content.decode()
    post(desk, "limits", max_pages="20", max_upload_mb="1", deleted_kept_days="0")
    workspace.refresh_from_db()
    options = services.workspace_options(workspace)
    assert (options.limits.max_pages, options.limits.max_bytes) == (20, 1024 * 1024)


# --- members ----------------------------------------------------------------------------------------------------------


def invite(desk: Client, email: str, role: str = Role.REVIEWER) -> str:
    """The link that is shown, or ""."""
    page = post(desk, "members", email=email, name="", role=role).content.decode()
    found = re.search(r'id="made-link" readonly value="http://testserver([^"]+)"', page)
    return found[1] if found else ""


def choose_password(link: str) -> tuple[Client, Any]:
    client = Client()
    form = client.get(link, follow=True)
    if not form.redirect_chain:
        return client, form
    data = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    return client, client.post(form.redirect_chain[-1][0], data, follow=True)


def test_an_invited_person_chooses_a_password_and_is_signed_in(desk: Client, workspace: Workspace) -> None:
    link = invite(desk, "New@Example.com")
    _client, answer = choose_password(link)
    assert answer.wsgi_request.user.email == "new@example.com"
    assert answer.wsgi_request.path == reverse("inbox")
    assert Membership.objects.get(user__email="new@example.com").role == Role.REVIEWER
    _again, refused = choose_password(link)
    assert "This link does not work any more" in refused.content.decode()


def test_the_link_is_shown_once(desk: Client) -> None:
    assert invite(desk, "new@example.com")
    assert "made-link" not in desk.get(reverse("settings-members")).content.decode()


def test_an_invitation_is_mailed_where_a_server_is_set(desk: Client, settings: Any) -> None:
    invite(desk, "a@example.com")
    assert mail.outbox == []
    settings.EMAIL_HOST = "mail.example.com"
    link = invite(desk, "b@example.com")
    assert mail.outbox[0].to == ["b@example.com"]
    assert f"http://testserver{link}" in mail.outbox[0].body


def test_a_mail_server_that_refuses_loses_no_invitation(
    desk: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> int:
        raise ConnectionRefusedError

    settings.EMAIL_HOST = "mail.example.com"
    monkeypatch.setattr("extraction.services.members.send_mail", refuse)
    assert invite(desk, "new@example.com")


@pytest.mark.parametrize(("email", "told"), [("nobody", "valid email"), ("reviewer@example.com", "member already")])
def test_who_cannot_be_invited_is_told_and_the_address_stays(
    desk: Client, reviewer: User, email: str, told: str
) -> None:
    answer = desk.post(reverse("settings-members"), {"email": email, "role": "approver"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert f'value="{email}"' in page


def test_nobody_gets_power_over_an_account_by_inviting_it(desk: Client, outsider: User) -> None:
    """A link for somebody of another workspace would open that workspace's documents."""
    assert invite(desk, outsider.email) == ""
    member = Membership.objects.get(user=outsider, workspace__name="Acme")
    for do in ("link", "off"):
        page = desk.post(reverse("settings-member", args=[member.pk]), {"do": do}, follow=True).content.decode()
        assert "workspaces that you do not administer" in page
        assert "made-link" not in page
    outsider.refresh_from_db()
    assert outsider.is_active


def test_an_account_invited_twice_before_its_first_sign_in_gives_the_second_admin_no_link(
    desk: Client, browse: Browse, outsider: User
) -> None:
    assert invite(desk, "new@example.com")
    assert invite(browse(outsider), "new@example.com") == ""


def test_a_forgotten_password_gets_a_link_that_ends_the_old_one(desk: Client, reviewer: User) -> None:
    member = Membership.objects.get(user=reviewer)
    page = desk.post(reverse("settings-member", args=[member.pk]), {"do": "link"}, follow=True).content.decode()
    link = re.search(r'value="http://testserver(/welcome/[^"]+)"', page)
    assert link
    choose_password(link[1])
    reviewer.refresh_from_db()
    assert reviewer.check_password(NEW_PASSWORD)
    assert not reviewer.check_password(PASSWORD)
    assert AuditEvent.objects.filter(action="member_link_made", detail__member=reviewer.pk).exists()


@pytest.mark.parametrize("data", [{"do": "role", "role": "approver"}, {"do": "remove"}, {"do": "off"}])
def test_the_last_admin_stays(desk: Client, admin: User, data: dict[str, str]) -> None:
    member = Membership.objects.get(user=admin)
    page = desk.post(reverse("settings-member", args=[member.pk]), data, follow=True).content.decode()
    assert "last administrator" in page or "your own account" in page
    member.refresh_from_db()
    assert member.role == Role.ADMIN


def test_of_two_admins_one_may_go(desk: Client, admin: User, workspace: Workspace) -> None:
    make_user("second@example.com", workspace, Role.ADMIN)
    member = Membership.objects.get(user=admin)
    desk.post(reverse("settings-member", args=[member.pk]), {"do": "role", "role": "reviewer"})
    member.refresh_from_db()
    assert member.role == Role.REVIEWER
    assert desk.get(reverse("settings-members")).status_code == 404


def test_a_switched_off_account_cannot_sign_in_until_it_is_switched_on(
    desk: Client, reviewer: User, browse: Browse
) -> None:
    theirs, address = browse(reviewer), reverse("settings-member", args=[Membership.objects.get(user=reviewer).pk])
    desk.post(address, {"do": "off"})
    assert theirs.get(reverse("inbox")).status_code == 302
    desk.post(address, {"do": "on"})
    assert browse(reviewer).get(reverse("inbox")).status_code == 200


def test_a_removed_member_sees_nothing_any_more(
    desk: Client, reviewer: User, browse: Browse, make_invoice: Make
) -> None:
    invoice, theirs = make_invoice(), browse(reviewer)
    desk.post(reverse("settings-member", args=[Membership.objects.get(user=reviewer).pk]), {"do": "remove"})
    assert theirs.get(reverse("review", args=[invoice.pk])).status_code == 404


# --- activity ---------------------------------------------------------------------------------------------------------


def test_the_activity_is_filtered_by_person_action_and_day(
    desk: Client, make_invoice: Make, reviewer: User, admin: User
) -> None:
    invoice = make_invoice()
    services.field_correct(invoice=invoice, user=reviewer, name="due_date", text="2024-05-01")
    services.invoice_reject(invoice=invoice, user=admin, reason="no")

    def rows(**query: Any) -> int:
        return desk.get(reverse("settings-activity"), query).content.decode().count("<tr>") - 1

    assert rows() == 2
    assert rows(person=reviewer.pk) == 1
    assert rows(action="rejected") == 1
    assert rows(to="2020-01-01") == -1
    assert rows(person="x", **{"from": "yesterday"}) == 2
    page = desk.get(reverse("settings-activity")).content.decode()
    assert "field corrected" in page
    assert "Due date" in page
    assert "2024-05-01" not in page


def test_the_activity_of_others_is_not_shown(desk: Client, outsider: User) -> None:
    theirs = outsider.workspaces.get()
    services.workspace_approval_set(workspace=theirs, user=outsider, second_approval_from=Decimal(7))
    assert "settings changed" not in desk.get(reverse("settings-activity")).content.decode()


# --- workspaces -------------------------------------------------------------------------------------------------------


@pytest.fixture
def second(admin: User) -> Workspace:
    other = Workspace.objects.create(name="Birch Holding")
    Membership.objects.create(workspace=other, user=admin, role=Role.APPROVER)
    return other


def test_the_inbox_shows_the_chosen_workspace_and_links_to_the_others_still_work(
    desk: Client, make_invoice: Make, second: Workspace
) -> None:
    here, there = make_invoice(), make_invoice(workspace=second)
    for chosen, shown, hidden in ((here, here, there), (there, there, here)):
        desk.post(reverse("workspace-choose"), {"workspace": chosen.workspace_id})
        page = desk.get(reverse("inbox")).content.decode()
        assert f'id="invoice-{shown.pk}"' in page
        assert f'id="invoice-{hidden.pk}"' not in page
        assert desk.get(reverse("review", args=[hidden.pk])).status_code == 200
    assert desk.get(reverse("settings-company")).status_code == 404  # no admin there


def test_nobody_chooses_a_workspace_of_others(desk: Client, outsider: User, admin: User) -> None:
    for chosen in (str(outsider.workspaces.get().pk), "x", ""):
        assert desk.post(reverse("workspace-choose"), {"workspace": chosen}).status_code == 404
    admin.refresh_from_db()
    assert "workspace" not in admin.preferences


def test_a_choice_that_is_not_theirs_any_more_falls_back(desk: Client, admin: User, second: Workspace) -> None:
    desk.post(reverse("workspace-choose"), {"workspace": second.pk})
    Membership.objects.filter(workspace=second).delete()
    assert "Acme" in desk.get(reverse("inbox")).content.decode()


def test_an_admin_opens_a_workspace_and_works_in_it(desk: Client, browse: Browse, approver: User, admin: User) -> None:
    page = desk.post(reverse("workspace-new"), {"name": "Cedar Ltd"}, follow=True).content.decode()
    assert "Cedar Ltd is there" in page
    assert Membership.objects.get(workspace__name="Cedar Ltd").user == admin
    assert browse(approver).post(reverse("workspace-new"), {"name": "Mine"}).status_code == 404


# --- first steps ------------------------------------------------------------------------------------------------------


def test_the_first_steps_tick_themselves_off_and_can_be_hidden(desk: Client, make_invoice: Make) -> None:
    assert "0 of 5 done" in desk.get(reverse("inbox")).content.decode()
    post(desk, "company", name="Acme", own_names="Acme GmbH", own_tax_ids="")
    invite(desk, "new@example.com")
    make_invoice(status=Status.APPROVED)
    assert "4 of 5 done" in desk.get(reverse("inbox")).content.decode()
    desk.post(reverse("guide"), {"hide": "1"})
    assert "First steps" not in desk.get(reverse("inbox")).content.decode()
    assert "Show these steps" in desk.get(reverse("guide")).content.decode()
    desk.post(reverse("guide"), {"show": "1"})
    make_invoice(status=Status.EXPORTED)
    assert "First steps" not in desk.get(reverse("inbox")).content.decode()


def test_somebody_who_does_not_set_things_up_is_not_asked_to(browse: Browse, approver: User) -> None:
    assert "First steps" not in browse(approver).get(reverse("inbox")).content.decode()
