SELECT invoice.id AS invoice_id, invoice.workspace_id, workspace.name AS workspace, invoice.status,
    CASE WHEN invoice.approved_at IS NULL THEN 0 ELSE 1 END AS is_approved,
    invoice.document_type, CASE WHEN {has_vendor} THEN {vendor_key} END AS vendor_key,
    NULLIF(invoice.vendor_name, '') AS vendor_name, NULLIF(invoice.invoice_number, '') AS invoice_number,
    invoice.issue_date, invoice.due_date, NULLIF(invoice.currency, '') AS currency,
    {signed:invoice.net_total} AS net_amount, {signed:invoice.tax_total} AS tax_amount,
    {signed:COALESCE(invoice.gross_total, invoice.amount_due)} AS gross_amount,
    {signed:invoice.amount_due} AS due_amount,
    invoice.file_name, invoice.channel, NULLIF(invoice.sender, '') AS sender, invoice.page_count,
    NULLIF(invoice.source, '') AS source, NULLIF(invoice.language, '') AS language,
    invoice.confidence, invoice.seconds AS reading_seconds, invoice.created_at AS uploaded_at, invoice.read_at,
    invoice.approved_at, approver.email AS approved_by, invoice.exported_at,
    total.page AS total_page, total.confidence AS total_confidence, confirmer.email AS total_confirmed_by,
    {day:invoice.created_at} AS upload_date, {day:invoice.approved_at} AS approval_date
FROM extraction_invoice invoice
JOIN extraction_workspace workspace ON workspace.id = invoice.workspace_id
LEFT JOIN extraction_user approver ON approver.id = invoice.approved_by_id
LEFT JOIN extraction_fieldvalue total ON total.invoice_id = invoice.id AND total.name = 'gross_total'
LEFT JOIN extraction_user confirmer ON confirmer.id = total.confirmed_by_id
WHERE invoice.deleted_at IS NULL
