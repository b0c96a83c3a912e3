"""UN/CEFACT Cross Industry Invoice (XRechnung, Factur-X, ZUGFeRD 2), and its forerunner ZUGFeRD 1.0.

ZUGFeRD 1.0 differs in the names of a few elements; ``ZUGFERD_1_RENAMES`` brings them to today's.
"""

from .syntax import DOCUMENT_TYPES, PAYMENT_MEANS, Syntax, Total

DOCUMENT = "ExchangedDocument"
DEAL = "SupplyChainTradeTransaction"
AGREEMENT = f"{DEAL}/ApplicableHeaderTradeAgreement"
DELIVERY = f"{DEAL}/ApplicableHeaderTradeDelivery"
SETTLEMENT = f"{DEAL}/ApplicableHeaderTradeSettlement"
SELLER = f"{AGREEMENT}/SellerTradeParty"
BUYER = f"{AGREEMENT}/BuyerTradeParty"
MEANS = f"{SETTLEMENT}/SpecifiedTradeSettlementPaymentMeans"
TERMS = f"{SETTLEMENT}/SpecifiedTradePaymentTerms"
SUMS = f"{SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation"
SHIP_TO = f"{DELIVERY}/ShipToTradeParty"
PRICE = "SpecifiedLineTradeAgreement/NetPriceProductTradePrice"
LINE_SETTLEMENT = "SpecifiedLineTradeSettlement"
LINE_ALLOWANCE = f"{LINE_SETTLEMENT}/SpecifiedTradeAllowanceCharge"

ZUGFERD_1_RENAMES = {
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "SpecifiedTradeSettlementMonetarySummation": "SpecifiedTradeSettlementHeaderMonetarySummation",
    "ApplicablePercent": "RateApplicablePercent",
}

CII = Syntax(
    name="CII",
    roots=(
        ("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:", "CrossIndustryInvoice"),
        ("urn:ferd:CrossIndustryDocument:invoice:", "CrossIndustryDocument"),
    ),
    renames=ZUGFERD_1_RENAMES,
    header={
        "document_type": (f"{DOCUMENT}/TypeCode",),
        "invoice_number": (f"{DOCUMENT}/ID",),
        "issue_date": (f"{DOCUMENT}/IssueDateTime/DateTimeString", f"{DOCUMENT}/IssueDateTime"),
        "due_date": (f"{TERMS}/DueDateDateTime/DateTimeString", f"{TERMS}/DueDateDateTime"),
        "tax_point_date": (f"{SETTLEMENT}/ApplicableTradeTax/TaxPointDate/DateString",),
        "delivery_date": (f"{DELIVERY}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",),
        "service_period_start": (f"{SETTLEMENT}/BillingSpecifiedPeriod/StartDateTime/DateTimeString",),
        "service_period_end": (f"{SETTLEMENT}/BillingSpecifiedPeriod/EndDateTime/DateTimeString",),
        "currency": (f"{SETTLEMENT}/InvoiceCurrencyCode",),
        "purchase_order": (
            f"{AGREEMENT}/BuyerOrderReferencedDocument/IssuerAssignedID",
            f"{AGREEMENT}/BuyerOrderReferencedDocument/ID",
        ),
        "sales_order": (
            f"{AGREEMENT}/SellerOrderReferencedDocument/IssuerAssignedID",
            f"{AGREEMENT}/SellerOrderReferencedDocument/ID",
        ),
        "contract": (
            f"{AGREEMENT}/ContractReferencedDocument/IssuerAssignedID",
            f"{AGREEMENT}/ContractReferencedDocument/ID",
        ),
        "project": (f"{AGREEMENT}/SpecifiedProcuringProject/ID",),
        "buyer_reference": (f"{AGREEMENT}/BuyerReference",),
        "cost_centre": (f"{SETTLEMENT}/ReceivableSpecifiedTradeAccountingAccount/ID",),
        "preceding_invoice": (
            f"{SETTLEMENT}/InvoiceReferencedDocument/IssuerAssignedID",
            f"{SETTLEMENT}/InvoiceReferencedDocument/ID",
        ),
        "vendor_name": (f"{SELLER}/Name", f"{SELLER}/SpecifiedLegalOrganization/TradingBusinessName"),
        "vendor_address": (f"{SELLER}/PostalTradeAddress",),
        "vendor_country": (f"{SELLER}/PostalTradeAddress/CountryID",),
        "vendor_tax_id": (f"{SELLER}/SpecifiedTaxRegistration/ID[@schemeID='VA']",),
        "vendor_tax_number": (f"{SELLER}/SpecifiedTaxRegistration/ID[@schemeID='FC']",),
        "vendor_registration_id": (f"{SELLER}/SpecifiedLegalOrganization/ID",),
        "vendor_phone": (f"{SELLER}/DefinedTradeContact/TelephoneUniversalCommunication/CompleteNumber",),
        "vendor_email": (f"{SELLER}/DefinedTradeContact/EmailURIUniversalCommunication/URIID",),
        "buyer_name": (f"{BUYER}/Name",),
        "buyer_address": (f"{BUYER}/PostalTradeAddress",),
        "buyer_tax_id": (f"{BUYER}/SpecifiedTaxRegistration/ID[@schemeID='VA']",),
        "customer_number": (f"{BUYER}/ID", f"{BUYER}/GlobalID"),
        "ship_to_address": (SHIP_TO,),
        "payment_terms": (f"{TERMS}/Description",),
        "payment_means": (f"{MEANS}/Information", f"{MEANS}/TypeCode"),
        "payment_reference": (f"{SETTLEMENT}/PaymentReference",),
        "iban": (f"{MEANS}/PayeePartyCreditorFinancialAccount/*[self::IBANID or self::ProprietaryID]",),
        "bic": (f"{MEANS}/PayeeSpecifiedCreditorFinancialInstitution/BICID",),
        "account_name": (f"{MEANS}/PayeePartyCreditorFinancialAccount/AccountName",),
        "mandate_reference": (f"{TERMS}/DirectDebitMandateID",),
        "creditor_id": (f"{SETTLEMENT}/CreditorReferenceID",),
        "line_total": (f"{SUMS}/LineTotalAmount",),
        "allowance_total": (f"{SUMS}/AllowanceTotalAmount",),
        "charge_total": (f"{SUMS}/ChargeTotalAmount",),
        "net_total": (f"{SUMS}/TaxBasisTotalAmount",),
        "tax_total": (
            f"{SUMS}/TaxTotalAmount[@currencyID=/*/{SETTLEMENT}/InvoiceCurrencyCode]",
            f"{SUMS}/TaxTotalAmount",
        ),
        "gross_total": (f"{SUMS}/GrandTotalAmount",),
        "amount_paid": (f"{SUMS}/TotalPrepaidAmount",),
        "rounding": (f"{SUMS}/RoundingAmount",),
        "amount_due": (f"{SUMS}/DuePayableAmount",),
    },
    tax_rows=f"{SETTLEMENT}/ApplicableTradeTax",
    tax={
        "rate": ("RateApplicablePercent",),
        "base": ("BasisAmount",),
        "amount": ("CalculatedAmount",),
        "category": ("CategoryCode",),
        "exemption_reason": ("ExemptionReason", "ExemptionReasonCode"),
    },
    line_rows=f"{DEAL}/IncludedSupplyChainTradeLineItem",
    line={
        "position": ("AssociatedDocumentLineDocument/LineID",),
        "name": ("SpecifiedTradeProduct/Name",),
        "details": ("SpecifiedTradeProduct/Description",),
        "quantity": ("SpecifiedLineTradeDelivery/BilledQuantity",),
        "unit": ("SpecifiedLineTradeDelivery/BilledQuantity/@unitCode",),
        "unit_price": (f"{PRICE}/ChargeAmount",),
        "base_quantity": (f"{PRICE}/BasisQuantity",),
        "allowance": (Total(f"{LINE_ALLOWANCE}[ChargeIndicator/Indicator='false']/ActualAmount"),),
        "charge": (Total(f"{LINE_ALLOWANCE}[ChargeIndicator/Indicator='true']/ActualAmount"),),
        "tax_rate": (f"{LINE_SETTLEMENT}/ApplicableTradeTax/RateApplicablePercent",),
        "amount": (
            f"{LINE_SETTLEMENT}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
            f"{LINE_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation/LineTotalAmount",  # ZUGFeRD 1.0
        ),
        "item_code": ("SpecifiedTradeProduct/SellerAssignedID", "SpecifiedTradeProduct/BuyerAssignedID"),
        "gtin": ("SpecifiedTradeProduct/GlobalID[@schemeID='0160' or @schemeID='0088']",),
        "po_line": ("SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID",),
        "date": (
            "SpecifiedLineTradeDelivery/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString",
            f"{LINE_SETTLEMENT}/BillingSpecifiedPeriod/StartDateTime/DateTimeString",
        ),
    },
    address_lines=(
        ("self::ShipToTradeParty/Name",),
        (".//LineOne",),
        (".//LineTwo",),
        (".//LineThree",),
        (".//PostcodeCode", ".//CityName"),
        (".//CountrySubDivisionName",),
        (".//CountryID",),
    ),
    document_types=DOCUMENT_TYPES,
    payment_means=PAYMENT_MEANS,
)
