"""The dashboard's numbers, against documents made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from extraction import services
from extraction.analytics import spend, tax, work
from extraction.analytics.cells import cell_of, cell_text, figure_narrow, figure_say, narrowed
from extraction.analytics.dashboard import Dashboard
from extraction.analytics.figures import Figure
from extraction.analytics.periods import Period, custom_period, preset_period
from extraction.analytics.rates import rates_for, reporting_currency
from extraction.analytics.scope import Scope
from extraction.models import (
    Correction,
    ExchangeRate,
    Invoice,
    RateSource,
    Status,
    TaxLine,
    User,
    VendorCategory,
    Workspace,
)

TODAY = date(2024, 3, 20)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
Make = Callable[..., Invoice]


@pytest.fixture
def scope(workspace: Workspace, admin: User) -> Scope:
    return Scope(admin, workspace, YEAR, "EUR", TODAY)


def board(scope: Scope, **options: Any) -> Dashboard:
    return Dashboard(scope, Period(date(2023, 1, 1), date(2023, 12, 31)), date(2024, 3, 1), **options)


def invoice(make: Make, vendor: str, issued: date | None, gross: str | None, **more: Any) -> Invoice:
    amounts: dict[str, Any] = {
        "gross_total": gross and Decimal(gross), "net_total": gross and Decimal(gross) / 2,
        "tax_total": gross and Decimal(gross) / 2, "amount_due": None,
    }  # fmt: skip
    row = {"status": Status.APPROVED, "currency": "EUR", "document_type": "invoice", **amounts, **more}
    return make(vendor_name=vendor, issue_date=issued, **row)


def told(figure: Figure) -> dict[str, list[Any]]:
    """The rows that are not empty, rounded as they are shown."""
    return {
        row.key: [None if cell.value is None else round(float(cell.value), 2) for cell in row.cells]
        for row in figure.rows
        if any(cell.value for cell in row.cells)
    }


def rate(currency: str, day: date, value: str, workspace: Workspace | None = None) -> ExchangeRate:
    return ExchangeRate.objects.create(
        workspace=workspace, currency=currency, date=day, rate=Decimal(value), source=RateSource.FILE
    )


# --- spend ------------------------------------------------------------------------------------------------------------


def test_spend_by_month_keeps_what_is_not_approved_apart(make_invoice: Make, scope: Scope) -> None:
    invoice(make_invoice, "Birch", date(2024, 1, 31), "100.10")
    invoice(make_invoice, "Birch", date(2024, 2, 1), "0.20", status=Status.EXPORTED)
    invoice(make_invoice, "Cedar", date(2024, 2, 29), "50")
    invoice(make_invoice, "Birch", date(2024, 2, 3), "7", status=Status.REVIEW)
    invoice(make_invoice, "Birch", date(2023, 12, 31), "1000")
    invoice(make_invoice, "Birch", date(2025, 1, 1), "1000")
    figure = board(scope).figure("months")
    assert [series.name for series in figure.series] == ["Birch", "Cedar", "Not approved yet"]
    assert told(figure) == {"2024-01": [100.10, 0, 0], "2024-02": [0.20, 50, 7]}
    assert len(figure.rows) == 12


def test_credit_notes_count_negative_whichever_sign_they_print(make_invoice: Make, scope: Scope) -> None:
    invoice(make_invoice, "Birch", date(2024, 1, 5), "100")
    invoice(make_invoice, "Birch", date(2024, 1, 6), "30", document_type="credit_note")
    invoice(make_invoice, "Birch", date(2024, 1, 7), "-20", document_type="credit_note")
    assert told(board(scope).figure("vendors")) == {"Birch": [50, 0, 3]}


def test_deleted_rejected_failed_and_unread_documents_are_left_out(make_invoice: Make, scope: Scope) -> None:
    day = date(2024, 1, 5)
    invoice(make_invoice, "Birch", day, "1", deleted_at=datetime(2024, 2, 1, tzinfo=UTC))
    for status in (Status.REJECTED, Status.FAILED, Status.QUEUED):
        invoice(make_invoice, "Birch", day, "1", status=status)
    assert told(board(scope).figure("vendors")) == {}


def test_another_workspaces_documents_are_left_out(make_invoice: Make, scope: Scope, outsider: User) -> None:
    elsewhere = Workspace.objects.get(name="Elsewhere")
    invoice(make_invoice, "Birch", date(2024, 1, 5), "1", workspace=elsewhere)
    assert told(board(scope).figure("vendors")) == {}
    assert board(scope).totals[0].documents == 0


def test_sums_are_exact_to_the_cent_over_many_documents(make_invoice: Make, scope: Scope) -> None:
    for _ in range(30):
        invoice(make_invoice, "Birch", date(2024, 1, 5), "0.10")
    invoice(make_invoice, "Birch", date(2024, 1, 5), "99999999.99")
    cell = board(scope).figure("vendors").rows[0].cells[0]
    assert cell.value == Decimal("100000002.99")


def test_net_amounts_follow_from_gross_and_tax_where_none_is_printed(
    make_invoice: Make, workspace: Workspace, admin: User
) -> None:
    scope = Scope(admin, workspace, YEAR, "EUR", TODAY, net=True)
    invoice(make_invoice, "Birch", date(2024, 1, 5), "119", net_total=None, tax_total=Decimal(19))
    invoice(make_invoice, "Birch", date(2024, 1, 5), "10", net_total=None, tax_total=None)
    assert told(board(scope).figure("vendors")) == {"Birch": [100, 0, 2]}
    apart = spend.left_out(scope, board(scope).groups)
    assert [(part.words, part.count) for part in apart] == [("without an amount", 1)]
    assert scope.documents(apart[0].figure).count() == 1


def test_the_smaller_vendors_share_one_row_that_leads_to_them(make_invoice: Make, scope: Scope) -> None:
    for at in range(20):
        invoice(make_invoice, f"Vendor {at:02}", date(2024, 1, 5), str(100 - at))
    figure = board(scope).figure("vendors")
    assert len(figure.rows) == 16
    rest = figure.rows[-1]
    assert rest.cells[0].value == sum(100 - at for at in range(15, 20))
    assert rest.figure is not None
    assert {row.vendor_name for row in scope.documents(rest.figure)} == {f"Vendor {at}" for at in range(15, 20)}


def test_categories_gather_vendors_and_leave_the_others_in_a_row_of_their_own(
    make_invoice: Make, scope: Scope, workspace: Workspace
) -> None:
    for vendor, category in (("Birch", "Wood"), ("Cedar", "Wood"), ("Delta", "Travel")):
        VendorCategory.objects.create(workspace=workspace, vendor_name=vendor, category=category)
        invoice(make_invoice, vendor, date(2024, 1, 5), "10")
    invoice(make_invoice, "Elm", date(2024, 1, 5), "5")
    figure = board(scope).figure("categories")
    assert told(figure) == {"Wood": [20, 0, 2], "Travel": [10, 0, 1], "No category": [5, 0, 1]}
    stacked = board(scope, by_category=True).figure("months")
    assert [series.name for series in stacked.series][:3] == ["Wood", "Travel", "Other categories and none"]


# --- currencies -------------------------------------------------------------------------------------------------------


def test_amounts_are_converted_at_the_rate_of_the_day_of_issue(make_invoice: Make, scope: Scope) -> None:
    rate("USD", date(2024, 1, 5), "1.25")
    rate("USD", date(2024, 2, 5), "2")
    invoice(make_invoice, "Birch", date(2024, 1, 5), "100", currency="USD")
    invoice(make_invoice, "Birch", date(2024, 1, 7), "100", currency="USD")  # a Sunday: Friday's rate
    invoice(make_invoice, "Birch", date(2024, 2, 5), "100", currency="USD")
    assert told(board(scope).figure("currencies")) == {"USD": [210, 0, 300, 0, 3]}


def test_a_rate_holds_for_ten_days_and_never_backwards(workspace: Workspace) -> None:
    rate("USD", date(2024, 1, 5), "1.25")
    rates = rates_for(workspace, "EUR", ["USD"], date(2024, 1, 1), date(2024, 2, 1))
    days = {day: rates.factor("USD", date(2024, 1, day)) for day in (4, 5, 15, 16)}
    assert days == {4: None, 5: Decimal("0.8"), 15: Decimal("0.8"), 16: None}


def test_rates_cross_over_the_euro(workspace: Workspace) -> None:
    rate("USD", date(2024, 1, 5), "1.25")
    rate("CHF", date(2024, 1, 5), "0.5")
    rates = rates_for(workspace, "CHF", ["USD", "EUR"], date(2024, 1, 5), date(2024, 1, 5))
    assert rates.factor("USD", date(2024, 1, 5)) == Decimal("0.4")
    assert rates.factor("EUR", date(2024, 1, 5)) == Decimal("0.5")
    assert rates.factor("CHF", None) == 1


def test_a_workspaces_own_rate_goes_before_the_one_for_all_and_is_nobody_elses(
    workspace: Workspace, outsider: User
) -> None:
    day = date(2024, 1, 5)
    rate("USD", day, "2")
    rate("USD", day, "4", workspace)
    for owner, factor in ((workspace, "0.25"), (Workspace.objects.get(name="Elsewhere"), "0.5")):
        assert rates_for(owner, "EUR", ["USD"], day, day).factor("USD", day) == Decimal(factor)


def test_what_cannot_be_converted_is_shown_apart_and_not_added(make_invoice: Make, scope: Scope) -> None:
    rate("USD", date(2024, 1, 5), "2")
    invoice(make_invoice, "Birch", date(2024, 1, 5), "100", currency="USD")
    late = invoice(make_invoice, "Birch", date(2024, 3, 5), "70", currency="USD")
    unknown = invoice(make_invoice, "Birch", date(2024, 3, 5), "9", currency="")
    made = board(scope)
    assert told(made.figure("currencies")) == {"USD": [50, 0, 170, 70, 2], "No currency": [0, 0, 9, 9, 1]}
    assert made.totals[0].all == 50
    apart = spend.left_out(scope, made.groups)
    assert [part.count for part in apart] == [1, 1]
    assert [list(scope.documents(part.figure)) for part in apart] == [[unknown], [late]]


def test_the_reporting_currency_is_the_chosen_one_else_the_usual_one(make_invoice: Make, workspace: Workspace) -> None:
    assert reporting_currency(workspace) == "EUR"
    for code in ("USD", "USD", "GBP", ""):
        invoice(make_invoice, "Birch", None, "1", currency=code)
    assert reporting_currency(workspace) == "USD"
    workspace.reporting_currency = "CHF"
    assert reporting_currency(workspace) == "CHF"


# --- every number leads to its documents ------------------------------------------------------------------------------


def test_every_number_of_money_is_the_sum_of_the_documents_it_leads_to(
    make_invoice: Make, scope: Scope, workspace: Workspace
) -> None:
    rate("USD", date(2024, 3, 1), "2")
    VendorCategory.objects.create(workspace=workspace, vendor_name="Vendor 3", category="Travel")
    for at in range(40):
        status = (Status.REVIEW, Status.APPROVED, Status.EXPORTED)[at % 3]
        kind = "credit_note" if at % 7 == 0 else "invoice"
        invoice(make_invoice, f"Vendor {at % 19}", date(2024, 1 + at % 5, 3), str(at + 1), status=status,
                document_type=kind, due_date=date(2024, 3, 1 + at % 28))  # fmt: skip
    made = board(scope)
    checked = 0
    for name in ("months", "vendors", "categories", "currencies", "due", "overdue", "calendar"):
        figure = made.figure(name)
        for row in figure.rows:
            for series, cell in zip(figure.series, row.cells, strict=True):
                if cell.figure is None:
                    continue
                rows = list(scope.documents(cell_of(cell_text(cell.figure))))
                amounts = [(-1 if row.document_type == "credit_note" else 1) * (row.gross_total or 0) for row in rows]
                assert cell.value == (len(rows) if series.unit == "count" else sum(amounts)), (name, row.key)
                checked += 1
    assert checked > 100


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", '{"nothing":"1"}', '{"issued":"yesterday"}', '{"tax-rate":"x"}', '{"status":"x"}',
             '{"approved-by":"' + "9" * 30 + '"}', '{"vendors-but":"{}"}', '{"corrected-by":"1"}', '{"due":"9..1"}']
)  # fmt: skip
def test_a_damaged_link_is_refused_in_words(text: str, scope: Scope, admin: User) -> None:
    with pytest.raises(ValueError, match="damaged"):
        list(figure_narrow(Invoice.objects.for_user(admin), text, admin))


def test_a_cell_is_told_in_words() -> None:
    text = cell_text({"counted": "approved", "issued": "2024-03-01..2024-03-31", "vendor": "Birch"})
    assert figure_say(text) == "approved, issued 1 Mar 2024 – 31 Mar 2024, Birch"
    assert figure_say("damaged") == "damaged"


# --- tax --------------------------------------------------------------------------------------------------------------


def test_tax_is_summed_by_rate_and_month_from_the_tax_lines(make_invoice: Make, scope: Scope) -> None:
    first = invoice(make_invoice, "Birch", date(2024, 1, 5), "126")
    second = invoice(make_invoice, "Birch", date(2024, 2, 5), "119", document_type="credit_note")
    invoice(make_invoice, "Cedar", date(2024, 2, 5), "12", net_total=Decimal(10), tax_total=Decimal(2))
    for row, rate_, base, amount in ((first, 19, 100, 19), (first, 7, 100, 7), (second, 19, 50, "9.5")):
        TaxLine.objects.create(
            invoice=row, position=rate_, rate=Decimal(rate_), base=Decimal(base), amount=Decimal(amount)
        )
    made = board(scope)
    assert told(made.figure("tax-rates")) == {
        "19": [50, 9.5, 2], "7": [100, 7, 1], "No tax lines": [10, 2, 1]
    }  # fmt: skip
    assert told(made.figure("tax-months")) == {"2024-01": [19, 7, 0], "2024-02": [-9.5, 0, 2]}
    for row in tax.tax_by_rate(scope, made.tax_groups).rows:
        assert row.figure is not None
        assert scope.documents(row.figure).count() == row.cells[2].value


# --- due --------------------------------------------------------------------------------------------------------------


def test_open_documents_are_due_by_week_and_overdue_by_age(make_invoice: Make, scope: Scope) -> None:
    for day, amount in ((19, 1), (13, 2), (12, 4), (20, 8), (24, 16), (25, 32)):
        invoice(make_invoice, "Birch", date(2023, 1, 1), str(amount), due_date=date(2024, 3, day))
    invoice(make_invoice, "Birch", date(2023, 1, 1), "64", due_date=date(2023, 3, 1), status=Status.REVIEW)
    invoice(make_invoice, "Birch", date(2023, 1, 1), "500", due_date=date(2024, 3, 19), status=Status.EXPORTED)
    invoice(make_invoice, "Birch", date(2023, 1, 1), "7", due_date=None)
    made = board(scope)
    weeks, ages = made.figure("due"), made.figure("overdue")
    assert [float(row.cells[0].value or 0) for row in weeks.rows] == [24, 32, *[0] * 7]
    assert weeks.notes == ("1 more have no due date.",)
    assert [[float(cell.value or 0) for cell in row.cells] for row in ages.rows] == [
        [3, 0, 2], [4, 0, 1], [0, 0, 0], [0, 0, 0], [0, 64, 1]
    ]  # fmt: skip


def test_what_is_left_to_pay_counts_not_the_total(make_invoice: Make, scope: Scope) -> None:
    invoice(make_invoice, "Birch", date(2024, 1, 1), "100", amount_due=Decimal(40), due_date=date(2024, 3, 21))
    assert board(scope).figure("due").rows[0].cells[0].value == 40


def test_the_calendar_shows_the_sums_of_its_month(make_invoice: Make, scope: Scope) -> None:
    invoice(make_invoice, "Birch", date(2024, 1, 1), "100", due_date=date(2024, 3, 31))
    invoice(make_invoice, "Birch", date(2024, 1, 1), "5", due_date=date(2024, 4, 1))
    made = board(scope)
    assert [len(week) for week in made.calendar] == [7] * 5
    assert told(made.figure("calendar")) == {"2024-03-31": [100, 1]}


# --- work -------------------------------------------------------------------------------------------------------------


def test_straight_through_is_the_share_of_approved_documents_without_a_correction(
    make_invoice: Make, scope: Scope, admin: User
) -> None:
    for day, corrected in ((4, True), (5, False), (10, False), (11, False)):
        row = invoice(make_invoice, "Birch", None, "1", approved_at=datetime(2024, 3, day, 12, tzinfo=UTC))
        if corrected:
            Correction.objects.create(invoice=row, field="gross_total", user=admin)
    made = board(scope)
    found = {row.key: [cell.value for cell in row.cells] for row in made.figure("straight-through").rows}
    assert found["2024-03-04"] == [2 / 3, 3, 2]
    assert found["2024-03-11"] == [1, 1, 1]
    assert made.straight[0] == work.Hands(4, 3)


def test_weeks_follow_the_time_zone_of_the_site(make_invoice: Make, scope: Scope, settings: Any) -> None:
    """Sunday 23:30 in UTC is Monday in Kathmandu, which is 5 hours and 45 minutes ahead."""
    invoice(make_invoice, "Birch", None, "1", approved_at=datetime(2024, 3, 3, 18, 14, tzinfo=UTC))
    invoice(make_invoice, "Birch", None, "1", approved_at=datetime(2024, 3, 3, 18, 16, tzinfo=UTC))

    def weeks() -> dict[str, int]:
        figure = board(scope).figure("straight-through")
        return {row.key: row.cells[1].value for row in figure.rows if row.cells[1].value}  # type: ignore[misc]

    assert weeks() == {"2024-02-26": 2}
    settings.TIME_ZONE = "Asia/Kathmandu"
    assert weeks() == {"2024-02-26": 1, "2024-03-04": 1}
    row = next(row for row in board(scope).figure("straight-through").rows if row.key == "2024-03-04")
    assert row.figure is not None
    assert scope.documents(row.figure).count() == 1


def test_corrections_are_counted_by_field_with_their_documents(make_invoice: Make, scope: Scope, admin: User) -> None:
    row, other = invoice(make_invoice, "Birch", None, "1"), invoice(make_invoice, "Birch", None, "1")
    when = datetime(2024, 3, 4, tzinfo=UTC)
    for target, field in ((row, "due_date"), (row, "due_date"), (other, "due_date"), (other, "iban")):
        Correction.objects.create(invoice=target, field=field, user=admin, created_at=when)
    Correction.objects.create(invoice=row, field="iban", user=admin, created_at=datetime(2023, 1, 1, tzinfo=UTC))
    made = board(scope, people=True)
    assert told(made.figure("corrections")) == {"due_date": [3, 2], "iban": [1, 1]}
    assert told(made.figure("people")) == {admin.email: [0, 4]}
    for line in made.figure("corrections").rows:
        assert line.figure is not None
        assert scope.documents(line.figure).count() == line.cells[1].value


def test_reading_time_is_told_by_median_and_by_what_95_of_100_do_not_exceed(make_invoice: Make, scope: Scope) -> None:
    for seconds in range(1, 101):
        invoice(make_invoice, "Birch", None, "1", seconds=seconds / 10, read_at=datetime(2024, 3, 5, tzinfo=UTC))
    figure = board(scope).figure("reading-time")
    assert next([cell.value for cell in row.cells] for row in figure.rows if row.cells[0].value) == [5.0, 9.5, 100]
    assert work.percentile({}, 0.5) is None


def test_documents_are_counted_by_channel_and_status(make_invoice: Make, scope: Scope) -> None:
    came = datetime(2024, 3, 5, tzinfo=UTC)
    for channel, status in (("mail", Status.REVIEW), ("mail", Status.REJECTED), ("browser", Status.FAILED)):
        make_invoice(channel=channel, status=status, created_at=came)
    figure = board(scope).figure("documents")
    assert [series.name for series in figure.series] == ["To review", "Failed", "Rejected"]
    assert told(figure) == {"browser": [0, 1, 0], "mail": [1, 0, 1]}


def test_people_are_shown_to_administrators_only(scope: Scope) -> None:
    assert "people" not in board(scope).makers
    assert "people" in board(scope, people=True).makers


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "first", "last", "before"),
    [
        ("12-months", date(2023, 4, 1), date(2024, 3, 31), "2022-04-01..2023-03-21"),
        ("this-month", date(2024, 3, 1), date(2024, 3, 31), "2024-02-01..2024-02-20"),
        ("last-month", date(2024, 2, 1), date(2024, 2, 29), "2024-01-01..2024-01-31"),
        ("this-quarter", date(2024, 1, 1), date(2024, 3, 31), "2023-10-01..2023-12-19"),
        ("last-quarter", date(2023, 10, 1), date(2023, 12, 31), "2023-07-01..2023-09-30"),
        ("this-year", date(2024, 1, 1), date(2024, 12, 31), "2023-01-01..2023-03-21"),
        ("last-year", date(2023, 1, 1), date(2023, 12, 31), "2022-01-01..2022-12-31"),
    ],
)
def test_presets_and_what_they_are_compared_with(preset: str, first: date, last: date, before: str) -> None:
    """What still runs is compared with as many days of the period before."""
    period = preset_period(preset, TODAY)
    assert (period.first, period.last) == (first, last)
    assert period.before(preset, TODAY).text == before


def test_a_custom_period_is_compared_with_as_many_days_before() -> None:
    period = custom_period("2024-03-01", "2024-03-10")
    assert period.before("custom", date(2024, 6, 1)).text == "2024-02-20..2024-02-29"
    for wrong in (("", "2024-01-01"), ("x", "y"), ("2024-02-02", "2024-02-01"), ("1900-01-01", "2024-01-01")):
        with pytest.raises(ValueError, match=r"period"):
            custom_period(*wrong)


def test_long_periods_are_told_by_month_instead_of_week() -> None:
    assert len(YEAR.weeks()) == 53
    assert len(Period(date(2020, 1, 1), date(2024, 12, 31)).weeks()) == 60


def test_the_comparison_counts_the_period_before(make_invoice: Make, scope: Scope) -> None:
    invoice(make_invoice, "Birch", date(2023, 5, 1), "100")
    invoice(make_invoice, "Birch", date(2024, 1, 1), "150")
    now, before = board(scope).totals
    assert (now.all, before.all) == (150, 100)


def test_filters_hold_for_all_figures(make_invoice: Make, workspace: Workspace, admin: User) -> None:
    scope = Scope(admin, workspace, YEAR, "EUR", TODAY, vendor="Birch", currency="EUR", approved_only=True)
    when = datetime(2024, 3, 5, tzinfo=UTC)
    for vendor, code, status in (
        ("Birch", "EUR", Status.APPROVED), ("Birch", "EUR", Status.REVIEW), ("Birch", "USD", Status.APPROVED),
        ("Cedar", "EUR", Status.APPROVED),
    ):  # fmt: skip
        invoice(make_invoice, vendor, date(2024, 1, 1), "1", currency=code, status=status, created_at=when,
                due_date=date(2024, 3, 21))  # fmt: skip
    made = board(scope)
    assert told(made.figure("vendors")) == {"Birch": [1, 1]}
    assert told(made.figure("due"))[made.figure("due").rows[0].key] == [1, 1]
    assert told(made.figure("documents")) == {"browser": [1, 1]}
    assert narrowed(Invoice.objects.for_user(admin), scope.cell, workspace).count() == 1


# --- services ---------------------------------------------------------------------------------------------------------


def test_rates_are_imported_again_without_doubling(workspace: Workspace, admin: User) -> None:
    day = date(2024, 1, 5)
    for owner in (None, workspace):
        for value in ("1.1", "1.2"):
            services.rates_import([(day, "USD", Decimal(value))], workspace=owner, user=admin if owner else None)
    assert sorted(ExchangeRate.objects.values_list("rate", flat=True)) == [Decimal("1.2"), Decimal("1.2")]


def test_a_file_with_a_broken_line_imports_nothing(workspace: Workspace, admin: User) -> None:
    from extraction.analytics.ecb import parse_rates

    with pytest.raises(ValueError, match="Line 3"):
        services.rates_import(
            parse_rates(b"Date,USD,\n2024-01-05,1.1,\n2024-01-04,many,\n"), workspace=workspace, user=admin
        )
    assert not ExchangeRate.objects.exists()


def test_only_administrators_write_rates_and_only_reviewers_categories(
    workspace: Workspace, approver: User, uploader: User
) -> None:
    with pytest.raises(services.NotAllowed):
        services.rate_save(workspace=workspace, user=approver, day=TODAY, currency="USD", rate=Decimal(1))
    with pytest.raises(services.NotAllowed):
        services.vendor_category_set(workspace=workspace, user=uploader, vendor_name="Birch", category="Wood")
    services.vendor_category_set(workspace=workspace, user=approver, vendor_name="Birch", category="  Wood  work ")
    assert VendorCategory.objects.get().category == "Wood work"
    services.vendor_category_set(workspace=workspace, user=approver, vendor_name="Birch", category="")
    assert not VendorCategory.objects.exists()


@pytest.mark.parametrize(
    ("currency", "rate_"), [("EUR", "1"), ("US", "1"), ("USD", "0"), ("USD", "NaN"), ("USD", "10000000000")]
)
def test_a_rate_that_makes_no_sense_is_refused(workspace: Workspace, admin: User, currency: str, rate_: str) -> None:
    with pytest.raises(services.InvalidValue):
        services.rate_save(workspace=workspace, user=admin, day=TODAY, currency=currency, rate=Decimal(rate_))
