from __future__ import annotations

from typing import Any

import pytest

from extraction import services
from extraction.exports.profiles import Draft, column_dict, new_draft, problems_of
from extraction.models import AuditEvent, ExportProfile, User, VendorCode, Workspace


def draft(**changes: Any) -> Draft:
    made = new_draft()
    made.name = "Month"
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_a_new_profile_only_lacks_a_name() -> None:
    assert list(problems_of(new_draft())) == ["name"]
    assert problems_of(draft()) == {}


@pytest.mark.parametrize(
    ("changes", "where", "told"),
    [
        ({"columns": []}, "columns", "no columns"),
        ({"format": "pdf"}, "format", "no format “pdf”"),
        ({"level": "page"}, "level", "what a row stands for"),
        ({"preset": "lexware"}, "preset", "no target “lexware”"),
        ({"columns": [column_dict("vendor_nmae")]}, "columns.0", "no column “vendor_nmae”"),
        ({"columns": [column_dict("line.amount")]}, "columns.0", "is not there with one row an invoice"),
        ({"columns": [column_dict("gross_total", format="iso")]}, "columns.0", "cannot be written that way"),
        ({"columns": [column_dict("constant", "", "", "x")]}, "columns.0", "needs a heading"),
        ({"columns": [column_dict("constant", "A", "", "")]}, "columns.0", "what the column always says"),
        ({"columns": [column_dict("constant", "A", "", "a\nb")]}, "columns.0", "one line"),
        ({"columns": [column_dict("constant", "A", "", "x" * 201)]}, "columns.0", "200"),
        ({"columns": [column_dict("iban", "x" * 81)]}, "columns.0", "at most 80"),
        ({"columns": [column_dict("iban"), column_dict("bic", "IBAN")]}, "columns.1", "Column 1 is called"),
        ({"options": {"delimiter": "|"}}, "options.delimiter", "of the list"),
        ({"options": {"delimiter": ",", "decimal": ","}}, "options.decimal", "cannot both"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(changes: dict[str, Any], where: str, told: str) -> None:
    found = problems_of(draft(**changes))
    assert list(found) == [where]
    assert told in found[where]


def test_a_profile_with_problems_is_not_saved(workspace: Workspace, approver: User) -> None:
    with pytest.raises(services.InvalidProfile) as error:
        services.profile_save(workspace=workspace, user=approver, draft=draft(columns=[]))
    assert "columns" in error.value.problems
    assert not ExportProfile.objects.exists()


def test_two_profiles_do_not_share_a_name(workspace: Workspace, approver: User) -> None:
    services.profile_save(workspace=workspace, user=approver, draft=draft())
    with pytest.raises(services.InvalidProfile, match="Another profile has this name"):
        services.profile_save(workspace=workspace, user=approver, draft=draft())
    assert ExportProfile.objects.count() == 1


def test_a_profile_is_changed_copied_and_deleted(workspace: Workspace, approver: User) -> None:
    made = services.profile_save(workspace=workspace, user=approver, draft=draft())
    services.profile_save(workspace=workspace, user=approver, draft=draft(format="xlsx"), profile=made)
    copies = [services.profile_copy(profile=made, user=approver) for _at in range(2)]
    assert [one.name for one in copies] == ["Month (copy)", "Month (copy 2)"]
    assert copies[1].format == "xlsx"
    services.profile_delete(profile=made, user=approver)
    assert ExportProfile.objects.count() == 2
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == [
        "export_profile_made",
        "export_profile_changed",
        *["export_profile_made"] * 2,
        "export_profile_deleted",
    ]


def test_only_who_may_export_changes_profiles_and_codes(workspace: Workspace, reviewer: User) -> None:
    with pytest.raises(services.NotAllowed):
        services.profile_save(workspace=workspace, user=reviewer, draft=draft())
    with pytest.raises(services.NotAllowed):
        services.codes_replace(workspace=workspace, user=reviewer, rows=[])
    with pytest.raises(services.NotAllowed):
        services.codes_import(workspace=workspace, user=reviewer, data=b"vendor_name\nA\n")


# --- vendor codes -----------------------------------------------------------------------------------------------------


def test_codes_are_replaced_as_a_whole_and_empty_rows_go(workspace: Workspace, approver: User) -> None:
    rows = [{"vendor_name": "A", "account": "1"}, {"vendor_name": " "}, {"vendor_tax_id": "DE1", "account": "2"}]
    assert services.codes_replace(workspace=workspace, user=approver, rows=rows) == 2
    assert services.codes_replace(workspace=workspace, user=approver, rows=rows[:1]) == 1
    assert VendorCode.objects.get().account == "1"


@pytest.mark.parametrize(
    ("rows", "at", "told"),
    [
        ([{"account": "4930"}], 0, "name or VAT ID"),
        ([{"vendor_name": "A & Co"}, {"vendor_name": "a co"}], 1, "same vendor stands in row 1"),
        ([{"vendor_name": "A", "account": "x" * 41}], 0, "too long"),
        ([{"vendor_name": "A", "account": "1\x00"}], 0, "cannot be printed"),
    ],
)
def test_a_row_that_is_not_right_keeps_all_as_it_was(
    workspace: Workspace, approver: User, rows: list[dict[str, str]], at: int, told: str
) -> None:
    services.codes_replace(workspace=workspace, user=approver, rows=[{"vendor_name": "Kept"}])
    with pytest.raises(services.InvalidCodes) as error:
        services.codes_replace(workspace=workspace, user=approver, rows=rows)
    assert list(error.value.rows) == [at]
    assert told in error.value.rows[at]
    assert VendorCode.objects.get().vendor_name == "Kept"


@pytest.mark.parametrize(
    "data",
    [
        "vendor_name;account\r\nMüller;4930\r\nB;4940\r\n".encode(),
        "vendor_name;account\r\nMüller;4930\r\nB;4940\r\n".encode("cp1252"),
        "\ufeffVendor name,Account\nMüller,4930\n\nB,4940\n".encode(),
        "account\tvendor_name\n4930\tMüller\n4940\tB\n".encode(),
    ],
)
def test_codes_come_from_a_csv_of_any_spreadsheet(workspace: Workspace, approver: User, data: bytes) -> None:
    services.codes_replace(workspace=workspace, user=approver, rows=[{"vendor_name": "MÜLLER", "account": "1"}])
    assert services.codes_import(workspace=workspace, user=approver, data=data) == 2
    assert dict(VendorCode.objects.values_list("vendor_name", "account")) == {"Müller": "4930", "B": "4940"}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"name,account\nA,1\n", "must name the columns"),
        (b"vendor_name,konto\nA,1\n", "no column “konto”"),
        (b"vendor_name,account\nA,1\n,2\n", "Line 3 names no vendor"),
    ],
)
def test_a_csv_that_is_not_right_says_what_to_do(workspace: Workspace, approver: User, data: bytes, told: str) -> None:
    with pytest.raises(services.InvalidCodes, match=told):
        services.codes_import(workspace=workspace, user=approver, data=data)
    assert not VendorCode.objects.exists()
