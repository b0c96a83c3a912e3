SELECT {vendor_key} AS vendor_key, invoice.workspace_id, MAX(invoice.vendor_name) AS vendor_name,
    NULLIF(MAX(invoice.vendor_tax_id), '') AS vendor_tax_id, COUNT(*) AS documents,
    MIN(invoice.issue_date) AS first_issue_date, MAX(invoice.issue_date) AS last_issue_date
FROM extraction_invoice invoice
WHERE invoice.deleted_at IS NULL AND {has_vendor}
GROUP BY {vendor_key}, invoice.workspace_id
