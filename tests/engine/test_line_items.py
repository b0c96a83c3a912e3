"""Line items: tables with heads, receipts without; what joins a line, what is none, and what proves it."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from extraction.engine.checks import check
from extraction.engine.extract import extract, lay_out
from extraction.engine.extractors.line_items import find_line_items
from extraction.engine.options import ReadOptions
from extraction.engine.record import InvoiceRecord, LineItem

from .pages import page_of

OPTIONS = ReadOptions(today=date(2025, 1, 1))


def read(*arts: str) -> InvoiceRecord:
    return extract(page_of(*arts), options=OPTIONS)[1]


def rows(*arts: str) -> list[tuple[str | None, str, str, str]]:
    """(description, quantity, unit price, amount) of each line; empty for what was not found."""
    return [
        (item.description, _plain(item.quantity), _plain(item.unit_price), _plain(item.amount))
        for item in read(*arts).line_items
    ]


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"


GERMAN = """
Schreibwaren Adler GmbH
Rechnung Nr. 2024-118                                    Datum: 11.03.2024

Pos   Art.-Nr.   Bezeichnung              Menge   Einheit   Einzelpreis   MwSt    Gesamtpreis
1     KP-80      Kopierpapier A4 80 g     50      Pack          3,98      19 %         199,00
2     TN-2       Toner schwarz             2      Stk          75,50      19 %         151,00
3     GB-1       Grußkarten               10      Stk           1,20       7 %          12,00

                                                        Nettobetrag                    362,00
                                                        MwSt. 19 %                      66,50
                                                        MwSt. 7 %                        0,84
                                                        Gesamtbetrag                   429,34
"""


def test_each_column_of_a_table_goes_into_its_field() -> None:
    items = read(GERMAN).line_items
    assert [item.position for item in items] == [1, 2, 3]
    first = items[0]
    assert (first.description, first.quantity, first.unit) == ("Kopierpapier A4 80 g", 50, "Pack")
    assert (first.unit_price, first.tax_rate, first.amount) == (Decimal("3.98"), 19, 199)
    assert (first.item_code, first.page) == ("KP-80", 1)
    assert first.box is not None
    assert [item.tax_rate for item in items] == [19, 19, 7]


def test_a_line_that_its_arithmetic_and_the_total_prove_is_believed() -> None:
    assert all(item.confidence > 0.95 for item in read(GERMAN).line_items)


def test_lines_that_nothing_proves_are_doubtful() -> None:
    items = read(
        """
        Description                 Amount
        Garden work                 310.00
        Hedge trimming               95.00
        """
    ).line_items
    assert [item.amount for item in items] == [310, 95]
    assert all(item.confidence <= 0.5 for item in items)


TABLES = {
    "en": ("Description  Qty  Unit price  Amount", "Subtotal", "Total"),
    "de": ("Bezeichnung  Menge  Einzelpreis  Betrag", "Nettobetrag", "Gesamtbetrag"),
    "fr": ("Désignation  Quantité  Prix unitaire  Montant HT", "Total HT", "Total TTC"),
    "es": ("Descripción  Cantidad  Precio  Importe", "Base imponible", "Total"),
    "it": ("Descrizione  Quantità  Prezzo unitario  Importo", "Imponibile", "Totale fattura"),
    "nl": ("Omschrijving  Aantal  Prijs  Bedrag", "Subtotaal", "Totaal"),
    "pt": ("Descrição  Quantidade  Preço unitário  Total", "Subtotal", "Total a pagar"),
    "pl": ("Nazwa towaru  Ilość  Cena netto  Wartość netto", "Razem netto", "Do zapłaty"),
    "sv": ("Benämning  Antal  À-pris  Belopp", "Netto", "Att betala"),
    "da": ("Beskrivelse  Antal  Enhedspris  Beløb", "Subtotal", "I alt"),
    "cs": ("Označení dodávky  Množství  Cena za MJ  Celkem bez DPH", "Základ daně", "Celkem k úhradě"),
    "nb": ("Beskrivelse  Antall  Enhetspris  Beløp", "Netto", "Å betale"),
    "fi": ("Tuote  Määrä  Yksikköhinta  Yhteensä", "Veroton", "Maksettava"),
    "hu": ("Megnevezés  Mennyiség  Egységár  Nettó érték", "Nettó összesen", "Fizetendő"),
    "sl": ("Opis  Količina  Cena  Vrednost", "Osnova", "Za plačilo"),
    "hr": ("Naziv  Količina  Cijena  Iznos", "Osnovica", "Ukupno za platiti"),
    "el": ("Περιγραφή  Ποσότητα  Τιμή  Αξία", "Καθαρή αξία", "Πληρωτέο"),
}


@pytest.mark.parametrize("code", TABLES)
def test_the_heads_of_columns_are_known_in_many_languages(code: str) -> None:
    head, net, gross = TABLES[code]
    names = [name.strip() for name in head.split("  ") if name.strip()]
    art = "\n".join(
        [
            "{:<34}{:>12}{:>20}{:>22}".format(*names),
            "{:<34}{:>12}{:>20}{:>22}".format("Alfa 20", "4", "12,50", "50,00"),
            "{:<34}{:>12}{:>20}{:>22}".format("Beta maxi", "3", "20,00", "60,00"),
            f"{net:<46}{'110,00':>42}",
            f"{gross:<46}{'132,00':>42}",
        ]
    )
    assert rows(art) == [("Alfa 20", "4", "12.5", "50"), ("Beta maxi", "3", "20", "60")]


def test_a_head_may_be_printed_in_two_lines() -> None:
    art = """
    Item       Description             Quantity     Unit        Line
    number                                          price       total
    A-100      Steel bracket               40        2.50      100.00
    B-200      Wall anchor                200        0.15       30.00
                                                 Subtotal      130.00
                                                 Total         156.00
    """
    assert rows(art) == [("Steel bracket", "40", "2.5", "100"), ("Wall anchor", "200", "0.15", "30")]
    assert [item.item_code for item in read(art).line_items] == ["A-100", "B-200"]


def test_a_wrapped_description_is_joined_and_remarks_under_it_are_not() -> None:
    art = """
    Description                     Hours     Rate       Amount
    Migration of the customer          12    90.00     1,080.00
    database
    Training                            3    80.00       240.00
    Delivered on site: 2 March 2024
                                     Net total         1,320.00
                                     Total             1,584.00
    """
    assert [row[0] for row in rows(art)] == ["Migration of the customer database", "Training"]


def test_a_name_of_a_word_a_line_is_whole_in_a_narrow_column() -> None:
    art = """
    Item no.   Name            Price     Qty      Amount
    B-1        Strawberry       5.50      50      275.00
               Yoghurt
    B-2        Paper            9.90      20      198.00
                                 Net total        473.00
                                 Total            567.60
    """
    assert [row[0] for row in rows(art)] == ["Strawberry Yoghurt", "Paper"]


def test_an_amount_printed_half_a_line_lower_belongs_to_its_row() -> None:
    art = """
    Description              Quantity      Unit price      Amount
    Dividers A4                    20            9.90
                                                           198.00

    Folders                        50            5.50
                                                           275.00
                                      Net total            473.00
                                      Total                567.60
    """
    assert rows(art) == [("Dividers A4", "20", "9.9", "198"), ("Folders", "50", "5.5", "275")]


def test_a_table_goes_on_over_pages_and_what_is_carried_forward_is_no_line() -> None:
    head = "Pos   Bezeichnung                 Menge    Einzelpreis      Gesamt"
    first = f"""
    Rechnung Nr. 77
    {head}
    1     Fichtenbretter                 10          12,00      120,00
    2     Schrauben                       5           4,00       20,00
                                         Übertrag               140,00
    """
    second = f"""
    {head}
                                         Übertrag               140,00
    3     Lasur                           2          30,00       60,00
                                         Nettobetrag            200,00
                                         Umsatzsteuer 19 %       38,00
                                         Gesamtbetrag           238,00
    """
    record = read(first, second)
    assert [(item.position, item.description, item.page) for item in record.line_items] == [
        (1, "Fichtenbretter", 1),
        (2, "Schrauben", 1),
        (3, "Lasur", 2),
    ]


def test_a_table_goes_on_where_the_next_page_repeats_no_head() -> None:
    first = """
    Description                 Quantity    Unit price      Amount
    Oak board                         4         25.00       100.00
    """
    second = """
    Pine board                        6         10.00        60.00
                                          Subtotal          160.00
                                          Total             192.00
    """
    assert [row[0] for row in rows(first, second)] == ["Oak board", "Pine board"]


def test_subtotals_of_groups_are_no_lines() -> None:
    art = """
    Description                 Qty      Price      Amount
    Materials
    Cable 10 m                    2      15.00       30.00
    Sockets                       4       5.00       20.00
                                    Subtotal         50.00
    Labour
    Electrician                   3      60.00      180.00
                                    Subtotal        180.00
                                    Net total       230.00
                                    VAT 20%          46.00
                                    Total           276.00
    """
    assert [row[0] for row in rows(art)] == ["Cable 10 m", "Sockets", "Electrician"]


def test_shipping_and_taxes_among_the_totals_are_no_lines() -> None:
    art = """
    Item                          Qty      Price       Total
    Desk lamp                       2      29.00       58.00
    Bulb                            4       3.00       12.00
                                      Subtotal         70.00
                                      Shipping          6.50
                                      Tax               5.60
                                      Total            82.10
    """
    assert [row[0] for row in rows(art)] == ["Desk lamp", "Bulb"]


def test_a_line_of_nothing_in_the_table_is_a_line() -> None:
    art = """
    Artikel               Menge      Preis      Betrag
    Drachen                   2      20,00       40,00
    Gratisprobe               1       0,00        0,00
                         Nettobetrag             40,00
                         Gesamtbetrag            47,60
    """
    assert rows(art)[1] == ("Gratisprobe", "1", "0", "0")


def test_a_credit_note_has_negative_lines() -> None:
    art = """
    Gutschrift Nr. G-12
    Bezeichnung                 Menge    Einzelpreis      Betrag
    Retoure Regal                   2         40,00       -80,00
    Retoure Lampe                   1         25,00       -25,00
                                    Nettobetrag          -105,00
                                    Umsatzsteuer 19 %     -19,95
                                    Gesamtbetrag         -124,95
    """
    assert rows(art) == [("Retoure Regal", "-2", "40", "-80"), ("Retoure Lampe", "-1", "25", "-25")]
    assert "line_disagrees" not in {problem.code for problem in read(art).problems}


def test_a_percentage_off_is_the_discount_of_its_line() -> None:
    art = """
    Description         Quantity    Unit price    Disc. %     Amount
    Nougat 250 g             50          4.50        10       202.50
    Biscuits                 40          3.20                 128.00
                                              Net total       330.50
                                              Total           396.60
    """
    items = read(art).line_items
    assert [(item.discount, item.amount) for item in items] == [
        (Decimal("22.50"), Decimal("202.50")),
        (None, Decimal("128.00")),
    ]


def test_a_price_for_a_hundred_becomes_the_price_of_one() -> None:
    art = """
    Bezeichnung            Menge      Preis     PE      Betrag
    Schrauben M8             500      12,00    100       60,00
    Muttern M8               500       8,00    100       40,00
                                    Nettobetrag         100,00
                                    Gesamtbetrag        119,00
    """
    assert [row[2] for row in rows(art)] == ["0.12", "0.08"]


def test_names_may_stand_above_their_figures() -> None:
    art = """
    Description              Qty      Price      Total
    Milk tea
                               2       2.20       4.40
    Toast with butter
                               1       3.10       3.10
                             Total                7.50
    """
    assert rows(art) == [("Milk tea", "2", "2.2", "4.4"), ("Toast with butter", "1", "3.1", "3.1")]


def test_a_product_number_and_its_barcode_are_no_part_of_the_name() -> None:
    art = """
    Article                            Qty      Price      Total
    [CH-77] Office chair                 2     120.00     240.00
    EAN 4006381333931
                                       Subtotal           240.00
                                       Total              288.00
    """
    item = read(art).line_items[0]
    assert (item.description, item.item_code, item.gtin) == ("Office chair", "CH-77", "4006381333931")


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_a_receipt_needs_no_head() -> None:
    art = """
    Bäckerei Sonne
    Vollkornbrot                 3,40 A
    Butterbrezel                 1,90 A
    Kaffee gross                 2,80 B
    SUMME EUR                    8,10
    Bar                         10,00
    Rückgeld                     1,90
    """
    assert [(row[0], row[3]) for row in rows(art)] == [
        ("Vollkornbrot", "3.4"),
        ("Butterbrezel", "1.9"),
        ("Kaffee gross", "2.8"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "Helles 0,5     2 x 4,60        9,20",
        "2x Helles 0,5          4,60    9,20",
        "Helles 0,5                     9,20\n    2 x 4,60",
        "  2 x 4,60\nHelles 0,5                     9,20",
        "Helles 0,5 (2 @ 4,60)          9,20",
        "2 Helles 0,5                   9,20\n    @ 4,60",
    ],
)
def test_quantity_and_price_stand_in_many_places(lines: str) -> None:
    art = f"Gasthaus\n{lines}\nBrezel                         1,50\nSumme                         10,70\n"
    assert rows(art)[0] == ("Helles 0,5", "2", "4.6", "9.2")


def test_weights_are_quantities() -> None:
    art = """
    Bananen                       1,06 A
     0,532 kg x 1,99 EUR/kg
    Milch                         1,29 A
    Summe                         2,35
    """
    items = read(art).line_items
    assert (items[0].quantity, items[0].unit, items[0].unit_price) == (Decimal("0.532"), "kg", Decimal("1.99"))


def test_a_discount_under_a_line_is_taken_off_it() -> None:
    art = """
    Jacket                       80.00
    Discount                    -10.00
    Socks                         5.00
    Total                        75.00
    """
    items = read(art).line_items
    assert [(item.description, item.discount, item.amount) for item in items] == [
        ("Jacket", 10, 70),
        ("Socks", None, 5),
    ]


def test_a_returned_deposit_is_a_line_of_its_own() -> None:
    art = """
    Mineralwasser                 6,00
    Leergut                      -3,30
    Summe                         2,70
    """
    assert [(row[0], row[3]) for row in rows(art)] == [("Mineralwasser", "6"), ("Leergut", "-3.3")]


def test_payments_and_card_slips_are_no_lines() -> None:
    art = """
    1 Espresso                    2.50
    1 Croissant                   2.10
    TOTAL                         4.60
    VISA                          4.60
    Amount EUR                    4.60
    """
    assert rows(art) == [("Espresso", "1", "", "2.5"), ("Croissant", "1", "", "2.1")]


def test_lines_with_tax_do_not_disagree_with_a_total_without_it() -> None:
    art = """
    Pasta                        11,90
    Wein                          5,95
    Summe                        17,85
    Netto                        15,00
    MwSt 19%                      2,85
    """
    record = read(art)
    assert len(record.line_items) == 2
    assert not [problem for problem in record.problems if problem.code in ("lines_disagree", "line_disagrees")]


def test_a_price_without_tax_beside_an_amount_with_it_is_no_mistake() -> None:
    item = LineItem(1, "Desk", Decimal(2), unit_price=Decimal(50), tax_rate=Decimal(20), amount=Decimal(120))
    codes = {problem.code for problem in check({}, line_items=(item,))}
    assert "line_disagrees" not in codes
    wrong = LineItem(1, "Desk", Decimal(2), unit_price=Decimal(50), tax_rate=Decimal(20), amount=Decimal(130))
    assert "line_disagrees" in {problem.code for problem in check({}, line_items=(wrong,))}


# --- what proves and repairs ------------------------------------------------------------------------------------------


def test_a_misread_digit_is_put_right_where_the_sum_proves_it() -> None:
    art = """
    Salad                         8.50
    Steak                        23.00
    Water                         3.00
    Total                        39.50
    """
    assert [row[3] for row in rows(art)] == ["8.5", "28", "3"]


def test_a_quantity_that_was_not_read_follows_from_price_and_amount() -> None:
    art = """
    Description         Quantity    Unit price      Amount
    Bracket                  4          5.00         20.00
    Hinge                               2.50          7.50
                                    Subtotal         27.50
                                    Total            33.00
    """
    assert rows(art)[1] == ("Hinge", "3", "2.5", "7.5")


def test_the_column_whose_sum_is_printed_is_that_of_the_amounts() -> None:
    art = """
    Description              Net       VAT     Gross
    Consulting            100.00     20.00    120.00
    Travel                 50.00     10.00     60.00
    Total net             150.00
    VAT 20%                30.00
    Total                 180.00
    """
    assert [row[3] for row in rows(art)] == ["100", "50"]


def test_lines_that_add_up_to_a_total_make_it_likelier() -> None:
    with_lines = read(GERMAN).fields["net_total"].confidence
    without = read("\n".join(line for line in GERMAN.split("\n") if "," not in line or "etrag" in line))
    assert not without.line_items
    assert with_lines >= without.fields["net_total"].confidence


# --- none -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "art",
    [
        "Dear customer,\nplease find our answer to your letter of 3 May 2024.\nKind regards",
        "Mahnung\nOffener Betrag                     120,00\nMahngebühr und Zinsen siehe Rückseite\n",
        "VISA\nAmount                     40.48\nTip               ____\nTotal             ____\n",
    ],
)
def test_a_document_without_a_table_has_no_lines(art: str) -> None:
    assert rows(art) == []


def test_a_table_of_taxes_holds_no_lines() -> None:
    art = """
    MwSt-Satz        Netto      MwSt     Brutto
    19 %            100,00     19,00     119,00
    7 %              50,00      3,50      53,50
    Gesamt          150,00     22,50     172,50
    """
    assert rows(art) == []


def test_fifty_pages_take_ten_times_as_long_as_five() -> None:
    def seconds(pages: int) -> float:
        line = "{n:<6}Board number {n:<10}{q:>8}{p:>14}{a:>16}"
        arts = []
        for page in range(pages):
            body = [line.format(n=page * 40 + n, q=2, p="3.50", a="7.00") for n in range(1, 41)]
            arts.append("\n".join(["Pos   Description                Quantity    Unit price     Amount", *body]))
        layout = lay_out(page_of(*arts))
        assert layout.all_labels is not None
        started = time.process_time()
        assert len(find_line_items(layout, layout.language, OPTIONS).items) == 40 * pages
        return time.process_time() - started

    seconds(1)
    assert seconds(50) < 3 * 10 * max(seconds(5), 0.02)


def test_a_line_whose_name_speaks_of_taxes_is_one_where_quantity_and_price_prove_it() -> None:
    found = rows("""
Verlag Nordlicht GmbH
Rechnung Nr. 2024-77                                     Datum: 11.03.2024

Pos  Bezeichnung                          Menge   MwSt.   Einzelpreis    Gesamt
1    Papier A4                               10    19 %         20,00    200,00
2    Handbuch Umsatzsteuer, gebunden          2     7 %         48,60     97,20

Nettobetrag                                                              297,20
zzgl. 19 % USt. auf 200,00                                                38,00
zzgl. 7 % USt. auf 97,20                                                   6,80
Rechnungsbetrag                                                          342,00
""")
    assert [row[0] for row in found] == ["Papier A4", "Handbuch Umsatzsteuer, gebunden"]


def test_a_figure_that_stands_apart_from_the_name_is_the_quantity() -> None:
    found = rows("""
Imprimerie du Lac SARL
Facture n° 2024-31                                       Date : 11/03/2024

Désignation                                Nombre       P.U. HT     Montant HT
Affiche couleur                          12              4,00 €        48,00 €
Carte de visite                          200             0,10 €        20,00 €

Total HT                                                               68,00 €
TVA 20 %                                                               13,60 €
Total TTC                                                              81,60 €
""")
    assert found == [("Affiche couleur", "12", "4", "48"), ("Carte de visite", "200", "0.1", "20")]
