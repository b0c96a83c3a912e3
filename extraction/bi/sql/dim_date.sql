WITH RECURSIVE days(day) AS (
    SELECT {first_day} UNION ALL SELECT {next_day} FROM days WHERE day < {last_day}
)
SELECT day AS date_key, {part:%Y:YEAR} AS year, ({part:%m:MONTH} + 2) / 3 AS quarter, {part:%m:MONTH} AS month,
    {part:%d:DAY} AS day_of_month, {part:%w:DOW} AS day_of_week, {part:%j:DOY} AS day_of_year
FROM days
