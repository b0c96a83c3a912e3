"""FatturaPA 1.0 to 1.2, Italy's own syntax. It states no net and no tax total: they are the sums of its VAT rows."""

from .syntax import Syntax, Total

HEADER = "../FatturaElettronicaHeader"
SELLER = f"{HEADER}/CedentePrestatore"
BUYER = f"{HEADER}/CessionarioCommittente"
DOCUMENT = "DatiGenerali/DatiGeneraliDocumento"
SUMMARY = "DatiBeniServizi/DatiRiepilogo"
PAYMENT = "DatiPagamento/DettaglioPagamento"


def _name(party: str) -> tuple[str, str]:
    person = f"{party}/DatiAnagrafici/Anagrafica"
    return f"{person}/Denominazione", f"normalize-space(concat({person}/Nome, ' ', {person}/Cognome))"


def _vat_id(party: str) -> str:
    number = f"{party}/DatiAnagrafici/IdFiscaleIVA"
    return f"concat({number}/IdPaese, {number}/IdCodice)"


FATTURAPA = Syntax(
    name="FatturaPA",
    roots=(
        ("http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/", "FatturaElettronica"),
        ("http://www.fatturapa.gov.it/sdi/fatturapa/", "FatturaElettronica"),
    ),
    body="FatturaElettronicaBody",
    header={
        "document_type": (f"{DOCUMENT}/TipoDocumento",),
        "invoice_number": (f"{DOCUMENT}/Numero",),
        "issue_date": (f"{DOCUMENT}/Data",),
        "due_date": (f"{PAYMENT}/DataScadenzaPagamento",),
        "delivery_date": ("DatiGenerali/DatiTrasporto/DataOraConsegna", "DatiGenerali/DatiDDT/DataDDT"),
        "currency": (f"{DOCUMENT}/Divisa",),
        "purchase_order": ("DatiGenerali/DatiOrdineAcquisto/IdDocumento",),
        "contract": ("DatiGenerali/DatiContratto/IdDocumento",),
        "project": ("DatiGenerali/DatiOrdineAcquisto/CodiceCUP", "DatiGenerali/DatiContratto/CodiceCUP"),
        "cost_centre": (f"{SELLER}/RiferimentoAmministrazione",),
        "preceding_invoice": ("DatiGenerali/DatiFattureCollegate/IdDocumento",),
        "vendor_name": _name(SELLER),
        "vendor_address": (f"{SELLER}/Sede",),
        "vendor_country": (f"{SELLER}/Sede/Nazione",),
        "vendor_tax_id": (_vat_id(SELLER),),
        "vendor_tax_number": (f"{SELLER}/DatiAnagrafici/CodiceFiscale",),
        "vendor_registration_id": (f"{SELLER}/IscrizioneREA/NumeroREA",),
        "vendor_phone": (f"{SELLER}/Contatti/Telefono",),
        "vendor_email": (f"{SELLER}/Contatti/Email",),
        "buyer_name": _name(BUYER),
        "buyer_address": (f"{BUYER}/Sede",),
        "buyer_tax_id": (_vat_id(BUYER),),
        "payment_means": (f"{PAYMENT}/ModalitaPagamento",),
        "payment_reference": (f"{PAYMENT}/CodicePagamento",),
        "iban": (f"{PAYMENT}/IBAN",),
        "bic": (f"{PAYMENT}/BIC",),
        "account_name": (f"{PAYMENT}/Beneficiario",),
        "line_total": (Total("DatiBeniServizi/DettaglioLinee/PrezzoTotale"),),
        "net_total": (Total(f"{SUMMARY}/ImponibileImporto"),),
        "tax_total": (Total(f"{SUMMARY}/Imposta"),),
        "gross_total": (
            f"{DOCUMENT}/ImportoTotaleDocumento",
            Total(f"{SUMMARY}/ImponibileImporto | {SUMMARY}/Imposta"),
        ),
        "rounding": (f"{DOCUMENT}/Arrotondamento",),
        "amount_due": (Total(f"{PAYMENT}/ImportoPagamento"),),
    },
    tax_rows=SUMMARY,
    tax={
        "rate": ("AliquotaIVA",),
        "base": ("ImponibileImporto",),
        "amount": ("Imposta",),
        "category": ("Natura",),
        "exemption_reason": ("RiferimentoNormativo",),
    },
    line_rows="DatiBeniServizi/DettaglioLinee",
    line={
        "position": ("NumeroLinea",),
        "name": ("Descrizione",),
        "quantity": ("Quantita",),
        "unit": ("UnitaMisura",),
        "unit_price": ("PrezzoUnitario",),
        "tax_rate": ("AliquotaIVA",),
        "amount": ("PrezzoTotale",),
        "item_code": ("CodiceArticolo[not(CodiceTipo='EAN' or CodiceTipo='GTIN')]/CodiceValore",),
        "gtin": ("CodiceArticolo[CodiceTipo='EAN' or CodiceTipo='GTIN']/CodiceValore",),
        "date": ("DataInizioPeriodo",),
    },
    address_lines=(("Indirizzo", "NumeroCivico"), ("CAP", "Comune", "Provincia"), ("Nazione",)),
    document_types={"TD04": "credit_note", "TD08": "credit_note", "TD05": "debit_note", "TD09": "debit_note"},
    payment_means={
        "MP01": "Contanti",
        "MP02": "Assegno",
        "MP03": "Assegno circolare",
        "MP05": "Bonifico",
        "MP07": "Bollettino bancario",
        "MP08": "Carta di pagamento",
        "MP09": "RID",
        "MP12": "RIBA",
        "MP16": "Domiciliazione bancaria",
        "MP18": "Bollettino di c/c postale",
        "MP19": "SEPA Direct Debit",
        "MP22": "Trattenuta su somme già riscosse",
        "MP23": "PagoPA",
    },
)
