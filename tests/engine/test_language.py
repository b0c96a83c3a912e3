"""The language files: whole, consistent, and enough to tell a document's language."""

from __future__ import annotations

import re

import pytest

from extraction.engine.extract import extract
from extraction.engine.fields import BY_NAME
from extraction.engine.language import codes, label_key, load_language, month_names
from extraction.engine.options import ReadOptions
from extraction.engine.spoken import detect_language

from .pages import page_of

REQUIRED = {
    "issue_date", "date", "due_date", "gross_total", "amount_due", "net_total", "tax_total", "invoice_number",
    "vendor_tax_id",
}  # fmt: skip


def test_the_promised_languages_are_there() -> None:
    assert {"en", "de", "fr", "es", "it", "nl", "pt"} <= set(codes())


@pytest.mark.parametrize("code", [code for code in codes() if code != "ja"])
def test_every_language_has_labels_for_the_main_fields(code: str) -> None:
    language = load_language(code)
    assert set(language.labels) >= REQUIRED
    assert set(language.document_types) >= {"invoice", "receipt"}
    assert set(language.months.values()) == set(range(1, 13))


@pytest.mark.parametrize("code", codes())
def test_no_label_key_is_misspelt(code: str) -> None:
    known = set(BY_NAME) | set(load_language("en").labels) | set(load_language("de").labels)
    assert set(load_language(code).labels) <= known


@pytest.mark.parametrize("code", codes())
def test_no_phrase_is_empty(code: str) -> None:
    for phrases in load_language(code).labels.values():
        assert all(label_key(phrase) for phrase in phrases)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Rechnung Nr. 12 vom 3. März, Gesamtbetrag inkl. MwSt.", "de"),
        ("Facture du 3 mars, montant total TTC, merci de votre visite", "fr"),
        ("Invoice date, total amount due, thank you for your business", "en"),
        ("Factura simplificada, base imponible, IVA incluido, gracias por su visita", "es"),
        ("Fattura del 3 marzo, imponibile, totale da pagare, grazie", "it"),
        ("Factuurdatum, te betalen, inclusief btw, bedankt", "nl"),
        ("Fatura, total a pagar, contribuinte, obrigado pela sua visita", "pt"),
        ("Sprzedaż opodatkowana, suma PLN, paragon fiskalny", "pl"),
    ],
)
def test_the_language_is_told_by_its_words(text: str, code: str) -> None:
    assert detect_language(text) == code


def test_figures_alone_have_no_language() -> None:
    assert detect_language("12 34 56") == ""


def test_an_unknown_language_is_read_as_english() -> None:
    assert load_language("xx").code == "en"


def test_the_own_language_decides_about_phrases_that_mean_different_things() -> None:
    keys = {code: {key for key, _ in load_language(code).vocabulary.find("netto")} for code in ("de", "nl")}
    assert keys["de"] == {"net_total"}
    assert "net_total" in keys["nl"]


def test_month_names_are_known_with_accents_and_short_forms() -> None:
    assert month_names("de")["marz"] == 3
    assert month_names("fr")["dec"] == 12
    assert month_names("fr")["juil"] == 7
    assert "jui" not in month_names("fr"), "it could be June or July"
    assert all(not re.search(r"\s$", name) for name in month_names("en"))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "Invoice number 4711, date 3 March 2024. Total amount due, thank you for your business"),
        ("de", "Rechnung Nr. 4711 vom 3. März, Gesamtbetrag inkl. MwSt. Bitte überweisen Sie den Betrag"),
        ("fr", "Facture du 3 mars 2024, montant total TTC, merci de votre visite et à bientôt"),
        ("es", "Factura simplificada, base imponible, IVA incluido, gracias por su visita"),
        ("it", "Fattura del 3 marzo, imponibile, totale da pagare, grazie e arrivederci"),
        ("nl", "Factuurdatum, te betalen, inclusief btw, bedankt voor uw bezoek"),
        ("pt", "Fatura, total a pagar, contribuinte, obrigado pela sua visita"),
        ("pl", "Sprzedaż opodatkowana, suma PLN, paragon fiskalny, dziękujemy"),
        ("cs", "Faktura, daňový doklad, datum vystavení, celkem k úhradě, děkujeme"),
        ("sk", "Faktúra, dodávateľ, dátum vystavenia, celkom na úhradu, ďakujeme za nákup"),
        ("hu", "Számla, fizetendő összeg, kelte, vevő neve, köszönjük a vásárlást"),
        ("ro", "Factură fiscală, total de plată, furnizor, cumpărător, vă mulțumim"),
        ("ru", "Счёт на оплату, поставщик, итого к оплате, спасибо за покупку"),
        ("uk", "Рахунок на оплату, постачальник, усього до сплати, дякуємо"),
        ("sr", "Рачун, датум издавања, укупно за уплату, хвала што сте дошли код нас"),
        ("el", "Τιμολόγιο, ημερομηνία, σύνολο πληρωμής, ευχαριστούμε"),
        ("tr", "Fatura tarihi, ödenecek tutar, KDV dahil, teşekkür ederiz"),
        ("sv", "Fakturadatum, att betala, moms, tack för ditt köp och välkommen åter"),
        ("da", "Fakturadato, beløb i alt, moms, tak for dit køb og velkommen igen"),
        ("nb", "Fakturadato, beløp å betale, mva, takk for handelen og velkommen igjen"),
        ("fi", "Lasku, eräpäivä, maksettava yhteensä, alv, kiitos käynnistä"),
        ("et", "Arve kuupäev, tasuda kokku, käibemaks, maksetähtaeg, aitäh"),
        ("lv", "Rēķins, summa apmaksai, pievienotās vērtības nodoklis, paldies par pirkumu"),
        ("lt", "Sąskaita faktūra, mokėtina suma, pardavėjas, pirkėjas, ačiū"),
        ("sl", "Račun, datum izdaje, skupaj za plačilo, hvala za nakup"),
        ("hr", "Račun, datum izdavanja, ukupno za platiti, hvala na kupnji"),
        ("ca", "Factura, data d'emissió, import total a pagar, gràcies per la vostra visita"),
        ("gl", "Factura, data de emisión, importe total a pagar, grazas pola súa visita"),
        ("eu", "Faktura, data, ordaindu beharreko guztira, eskerrik asko"),
        ("ga", "Sonrasc, dáta, iomlán le híoc, go raibh maith agat"),
        ("cy", "Anfoneb, dyddiad, cyfanswm i'w dalu, diolch yn fawr"),
        ("is", "Reikningur, dagsetning, samtals til greiðslu, virðisaukaskattur, takk fyrir viðskiptin"),
        ("sq", "Faturë, data e lëshimit, shuma totale për të paguar, faleminderit"),
        ("mt", "Fattura, data, ammont totali li għandu jitħallas, grazzi"),
        ("af", "Faktuur, datum, totaal betaalbaar, BTW ingesluit, baie dankie vir u besoek"),
        ("id", "Faktur, tanggal jatuh tempo, jumlah yang harus dibayar, terima kasih"),
        ("ms", "Invois, tarikh, jumlah yang perlu dibayar, terima kasih kerana membeli"),
        ("vi", "Hóa đơn, ngày lập, tổng cộng tiền thanh toán, cảm ơn quý khách"),
        ("sw", "Ankara, tarehe, jumla ya kulipa, asante kwa kununua nasi"),
        ("lb", "Rechnung, Datum, Gesamtbetrag ze bezuelen, Merci fir Äre Besuch"),
        ("ja", "請求書 ご請求金額 合計 お支払い期限 ありがとうございました"),
        ("zh", "发票 开票日期 金额合计 购买方 销售方 谢谢惠顾"),
        ("zh-Hant", "統一發票 開立日期 總計金額 買受人 銷售額 謝謝光臨"),
        ("ko", "세금계산서 공급가액 합계금액 감사합니다"),
        ("ar", "فاتورة ضريبية المبلغ الإجمالي تاريخ شكرا لكم"),
        ("fa", "فاکتور فروش مبلغ کل قابل پرداخت با تشکر از خرید شما"),
        ("he", "חשבונית מס תאריך סך הכל לתשלום תודה"),
        ("th", "ใบกำกับภาษี วันที่ จำนวนเงินรวม ขอบคุณ"),
        ("hi", "चालान दिनांक कुल राशि धन्यवाद"),
        ("ka", "ინვოისი თარიღი სულ გადასახდელი მადლობა"),
        ("hy", "Հաշիվ ապրանքագիր ամսաթիվ ընդամենը վճարման ենթակա"),
    ],
)  # fmt: skip
def test_short_texts_of_fifty_languages_are_told_apart_and_read(code: str, text: str) -> None:
    assert detect_language(text) == code
    document, record = extract(page_of(f"{text}\n4711   12.03.2024   99,37"), options=ReadOptions())
    assert document.language == code
    assert record.value("issue_date") is not None


def test_a_language_without_a_file_has_its_own_months_and_marks() -> None:
    romanian = load_language("ro")
    assert (romanian.code, romanian.decimal, romanian.day_first) == ("ro", ",", True)
    assert romanian.months["ianuarie"] == 1
