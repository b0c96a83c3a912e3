SELECT line.id AS line_id, line.invoice_id, invoice.workspace_id, line.position,
    NULLIF(line.description, '') AS description, line.quantity, NULLIF(line.unit, '') AS unit, line.unit_price,
    line.discount, line.tax_rate, {signed:line.amount} AS amount, NULLIF(line.item_code, '') AS item_code,
    NULLIF(line.gtin, '') AS gtin, NULLIF(line.po_line, '') AS po_line, line.date AS line_date,
    line.page, {corner:line:0} AS x0, {corner:line:1} AS y0, {corner:line:2} AS x1, {corner:line:3} AS y1, line.confidence
FROM extraction_lineitem line JOIN extraction_invoice invoice ON invoice.id = line.invoice_id
WHERE invoice.deleted_at IS NULL
