from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from extraction.exports.postings import NotPostable, is_credit, lines_or_postings, postings
from extraction.models import Invoice

from .conftest import record_of

D = Decimal


def test_each_tax_rate_becomes_a_posting_and_their_sum_is_the_gross(make_bill: Callable[..., Invoice]) -> None:
    found = postings(record_of(make_bill()))
    assert [(one.rate, one.net, one.tax, one.gross) for one in found] == [
        (D(19), D("100.00"), D("19.00"), D("119.00")),
        (D(7), D("50.00"), D("3.50"), D("53.50")),
    ]
    assert sum(one.gross for one in found) == D("172.50")


def test_what_rounding_leaves_goes_to_the_largest(make_bill: Callable[..., Invoice]) -> None:
    found = postings(record_of(make_bill(gross_total=D("172.52"))))
    assert [one.gross for one in found] == [D("119.02"), D("53.50")]


def test_a_breakdown_that_says_another_total_is_not_posted(make_bill: Callable[..., Invoice]) -> None:
    with pytest.raises(NotPostable) as error:
        postings(record_of(make_bill(gross_total=D("180.00"))))
    assert error.value.code == "totals_disagree"


@pytest.mark.parametrize("values", [{"gross_total": None}, {"gross_total": D(0)}])
def test_without_a_gross_total_there_is_nothing_to_post(make_bill: Callable[..., Invoice], values: dict) -> None:
    with pytest.raises(NotPostable):
        postings(record_of(make_bill(**values)))


def test_a_credit_note_posts_the_same_amounts_however_its_sign_is_printed(make_bill: Callable[..., Invoice]) -> None:
    plus = record_of(make_bill(document_type="credit_note"))
    minus = record_of(
        make_bill(
            document_type="credit_note",
            net_total=D("-150.00"),
            tax_total=D("-22.50"),
            gross_total=D("-172.50"),
            taxes=(("19", "-100.00", "-19.00"), ("7", "-50.00", "-3.50")),
            lines=(),
        )
    )
    assert is_credit(plus)
    assert is_credit(minus)
    assert [(one.rate, one.gross) for one in postings(plus)] == [(one.rate, one.gross) for one in postings(minus)]


def test_without_a_breakdown_net_and_tax_give_the_rate(make_bill: Callable[..., Invoice]) -> None:
    bill = make_bill(taxes=(), lines=(), net_total=D("100.00"), tax_total=D("19.00"), gross_total=D("119.00"))
    (one,) = postings(record_of(bill))
    assert (one.rate, one.net, one.tax) == (D(19), D("100.00"), D("19.00"))


def test_a_receipt_with_one_rate_and_a_gross_is_divided_by_it(make_bill: Callable[..., Invoice]) -> None:
    bill = make_bill(taxes=(("19", None, None),), lines=(), net_total=None, tax_total=None, gross_total=D("11.90"))
    (one,) = postings(record_of(bill))
    assert (one.rate, one.net, one.tax) == (D(19), D("10.00"), D("1.90"))


def test_a_gross_alone_has_no_rate(make_bill: Callable[..., Invoice]) -> None:
    bill = make_bill(taxes=(), lines=(), net_total=None, tax_total=None, gross_total=D("11.90"))
    (one,) = postings(record_of(bill))
    assert (one.rate, one.net, one.tax) == (None, D("11.90"), D(0))


def test_a_rate_of_nought_is_posted_too(make_bill: Callable[..., Invoice]) -> None:
    bill = make_bill(
        taxes=(("19", "100.00", "19.00"), ("0", "30.00", "0.00")),
        lines=(),
        net_total=D("130.00"),
        tax_total=D("19.00"),
        gross_total=D("149.00"),
    )
    assert [(one.rate, one.gross) for one in postings(record_of(bill))] == [(D(19), D("119.00")), (D(0), D("30.00"))]


def test_lines_that_add_up_are_posted_as_lines_with_their_share_of_the_tax(make_bill: Callable[..., Invoice]) -> None:
    found = lines_or_postings(record_of(make_bill()))
    assert [(one.description, one.quantity, one.unit_price, one.net, one.tax) for one in found] == [
        ("Desk, oak", D(1), D(100), D("100.00"), D("19.00")),
        ("Book; second-hand", D(2), D(25), D("50.00"), D("3.50")),
    ]
    assert sum(one.gross for one in found) == D("172.50")


def test_lines_that_do_not_add_up_are_not(make_bill: Callable[..., Invoice]) -> None:
    found = lines_or_postings(record_of(make_bill(lines=(("Desk", "1", "90.00", "19", "90.00"),))))
    assert [one.description for one in found] == ["", ""]


def test_the_tax_of_many_lines_is_shared_out_to_the_cent(make_bill: Callable[..., Invoice]) -> None:
    bill = make_bill(
        lines=tuple((f"Nail {at}", "1", "3.33", "19", "3.33") for at in range(3)),
        taxes=(("19", "9.99", "1.90"),),
        net_total=D("9.99"),
        tax_total=D("1.90"),
        gross_total=D("11.89"),
    )
    found = lines_or_postings(record_of(bill))
    assert [one.tax for one in found] == [D("0.63"), D("0.63"), D("0.64")]


def test_goods_that_went_back_have_a_negative_price_and_not_a_negative_quantity(
    make_bill: Callable[..., Invoice],
) -> None:
    bill = make_bill(
        lines=(("Milk", "10", "2.00", "7", "20.00"), ("Crate", "-2", "3.00", "7", "-6.00")),
        taxes=(("7", "14.00", "0.98"),),
        net_total=D("14.00"),
        tax_total=D("0.98"),
        gross_total=D("14.98"),
    )
    found = lines_or_postings(record_of(bill))
    assert [(one.quantity, one.unit_price, one.net) for one in found] == [
        (D(10), D(2), D("20.00")),
        (D(2), D(-3), D("-6.00")),
    ]
