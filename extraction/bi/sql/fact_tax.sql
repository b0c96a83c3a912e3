SELECT tax.id AS tax_id, tax.invoice_id, invoice.workspace_id, tax.position, tax.rate,
    {signed:tax.base} AS base, {signed:tax.amount} AS amount, NULLIF(tax.category, '') AS category
FROM extraction_taxline tax JOIN extraction_invoice invoice ON invoice.id = tax.invoice_id
WHERE invoice.deleted_at IS NULL
