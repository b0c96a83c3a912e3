SELECT field.id AS field_id, field.invoice_id, invoice.workspace_id, field.name AS field,
    COALESCE(field.human_value, field.machine_value) AS value, NULLIF(field.machine_value, '') AS read_value,
    CASE WHEN field.human_value IS NULL THEN 0 ELSE 1 END AS is_confirmed,
    CASE WHEN field.human_value <> field.machine_value THEN 1 ELSE 0 END AS is_corrected,
    field.confidence, field.page, {corner:field:0} AS x0, {corner:field:1} AS y0, {corner:field:2} AS x1, {corner:field:3} AS y1,
    person.email AS confirmed_by, field.confirmed_at
FROM extraction_fieldvalue field
JOIN extraction_invoice invoice ON invoice.id = field.invoice_id
LEFT JOIN extraction_user person ON person.id = field.confirmed_by_id
WHERE invoice.deleted_at IS NULL
