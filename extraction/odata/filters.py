"""``$filter``: a condition of OData becomes SQL with parameters, or an error that says what is wrong with it.

    or  = and { "or" and }          and = not { "and" not }        not = "not" not | comparison
    comparison = value [ op value | "in" "(" literal { "," literal } ")" ]
    value = "(" or ")" | function "(" value { "," value } ")" | column | literal

What stands in the SQL is ours: names of columns, operators, functions. What was typed is a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from extraction.bi.schema import Table, Type

from .errors import ODataError, not_offered

TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
    |(?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))
    |(?P<date>\d{4}-\d{2}-\d{2}(?![\d.]))
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)(?![\w.])
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>[(),])
    )""",
    re.VERBOSE,
)
OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
DEEPEST, LONGEST = 40, 8000
NUMBERS = (Type.INTEGER, Type.DECIMAL, Type.FLOAT)


@dataclass(frozen=True, slots=True)
class Sql:
    """``type`` is None for null. ``condition``: it can be true or false by itself."""

    text: str
    params: tuple[Any, ...] = ()
    type: Type | None = None
    condition: bool = False


def filter_sql(table: Table, text: str, *, vendor: str) -> tuple[str, tuple[Any, ...]]:
    """The condition for this database ("sqlite", "postgresql"), and its parameters."""
    if len(text) > LONGEST:
        raise ODataError(f"$filter is longer than {LONGEST} characters.")
    parser = _Parser(table, _tokens(text), vendor)
    found = parser.condition_of(parser.either())
    if parser.kind != "end":
        raise ODataError(f"$filter: “{parser.word}” does not belong there.")
    return found.text, found.params


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise ODataError(f"$filter cannot be read from “{text[at : at + 20].strip()}” on.")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return [*found, ("end", "the end")]


class _Parser:
    def __init__(self, table: Table, tokens: list[tuple[str, str]], vendor: str) -> None:
        self.columns = {column.name: column.type for column in table.columns}
        self.table, self.tokens, self.vendor = table, tokens, vendor
        self.at = self.depth = 0

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def word(self) -> str:
        return self.tokens[self.at][1]

    def took(self, *words: str) -> str:
        """The next word, taken, where it is one of these; else ""."""
        if self.kind in ("name", "mark") and self.word in words:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def expect(self, word: str) -> None:
        if not self.took(word):
            raise ODataError(f"$filter: expected “{word}” before “{self.word}”.")

    # --- conditions ---------------------------------------------------------------------------------------------------

    def either(self) -> Sql:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ODataError("$filter is nested too deeply.")
        found = self.joined("or", lambda: self.joined("and", self.negated))
        self.depth -= 1
        return found

    def joined(self, word: str, part: Callable[[], Sql]) -> Sql:
        found = part()
        while self.took(word):
            left, right = self.condition_of(found), self.condition_of(part())
            text = f"({left.text} {word.upper()} {right.text})"
            found = Sql(text, left.params + right.params, Type.BOOLEAN, condition=True)
        return found

    def negated(self) -> Sql:
        times = 0
        while self.took("not"):
            times += 1
        found = self.comparison()
        if times % 2 == 0:
            return self.condition_of(found) if times else found
        inner = self.condition_of(found)
        # A comparison with null is false in OData, unknown in SQL.
        return Sql(f"(NOT COALESCE({inner.text}, FALSE))", inner.params, Type.BOOLEAN, condition=True)

    def condition_of(self, found: Sql) -> Sql:
        if found.condition:
            return found
        if found.type is Type.BOOLEAN:
            return Sql(f"({found.text} = 1)", found.params, Type.BOOLEAN, condition=True)
        raise ODataError("$filter: a value stands where a condition must.")

    def comparison(self) -> Sql:
        left = self.value()
        operator = self.took(*OPERATORS)
        if operator:
            return self.compared(left, operator, self.value())
        if self.took("in"):
            return self.one_of(left)
        if self.kind == "name" and self.word in ("has", "add", "sub", "mul", "div", "mod"):
            raise not_offered(f"The operator “{self.word}”")
        return left

    def one_of(self, left: Sql) -> Sql:
        self.expect("(")
        found = self.compared(left, "eq", self.value())
        while self.took(","):
            other = self.compared(left, "eq", self.value())
            found = Sql(f"({found.text} OR {other.text})", found.params + other.params, Type.BOOLEAN, condition=True)
        self.expect(")")
        return found

    def compared(self, left: Sql, operator: str, right: Sql) -> Sql:
        if left.type is None or right.type is None:
            return self.with_null(left, operator, right)
        left, right = self.alike(left, right)
        sign = OPERATORS[operator]
        if operator == "ne":
            sign = "IS NOT" if self.vendor == "sqlite" else "IS DISTINCT FROM"
        return Sql(f"({left.text} {sign} {right.text})", left.params + right.params, Type.BOOLEAN, condition=True)

    def with_null(self, left: Sql, operator: str, right: Sql) -> Sql:
        if left.type is None and right.type is None:
            return Sql("(1 = 1)" if operator == "eq" else "(1 = 0)", (), Type.BOOLEAN, condition=True)
        if operator not in ("eq", "ne"):
            return Sql("(1 = 0)", (), Type.BOOLEAN, condition=True)
        value = right if left.type is None else left
        text = f"({value.text} IS {'NOT ' if operator == 'ne' else ''}NULL)"
        return Sql(text, value.params, Type.BOOLEAN, condition=True)

    def alike(self, left: Sql, right: Sql) -> tuple[Sql, Sql]:
        """Both sides of one type: numbers among each other, a day as the instant at which it begins in UTC."""
        if left.condition or right.condition:
            raise ODataError("$filter: a condition is compared with a value.")
        if left.type == right.type or (left.type in NUMBERS and right.type in NUMBERS):
            return left, right
        if {left.type, right.type} == {Type.DATE, Type.INSTANT}:
            return self.as_instant(left), self.as_instant(right)
        raise ODataError(f"$filter: a value of type {left.type} is compared with one of type {right.type}.")

    def as_instant(self, value: Sql) -> Sql:
        if value.type is Type.INSTANT:
            return value
        if len(value.params) != 1:
            raise ODataError("$filter: a day of a column is compared with an instant.")
        day = date.fromisoformat(value.params[0])
        return self.instant(datetime(day.year, day.month, day.day, tzinfo=UTC))

    # --- values -------------------------------------------------------------------------------------------------------

    def value(self) -> Sql:
        kind, word = self.tokens[self.at]
        if self.took("("):
            found = self.either()
            self.expect(")")
            return found
        if kind in ("end", "mark"):
            raise ODataError(f"$filter: a value is missing before “{word}”.")
        self.at += 1
        if kind == "name":
            return self.named(word)
        return self.literal(kind, word)

    def named(self, word: str) -> Sql:
        if self.took("("):
            return self.function(word)
        if word in ("true", "false"):
            return Sql("1" if word == "true" else "0", (), Type.BOOLEAN)
        if word == "null":
            return Sql("NULL")
        if word not in self.columns:
            raise ODataError(f"{self.table.name} has no column “{word}”.")
        return Sql(word, (), self.columns[word])

    def literal(self, kind: str, word: str) -> Sql:
        if kind == "text":
            text = word[1:-1].replace("''", "'")
            if "\x00" in text:
                raise ODataError("$filter: a text holds a character that no text has.")
            return Sql("CAST(%s AS TEXT)", (text,), Type.TEXT)
        if kind == "number":
            return Sql("CAST(%s AS NUMERIC)", (f"{Decimal(word):f}",), Type.DECIMAL)
        try:
            if kind == "date":
                day = date.fromisoformat(word).isoformat()
                return Sql("%s" if self.vendor == "sqlite" else "CAST(%s AS DATE)", (day,), Type.DATE)
            fraction = re.sub(r"(\.\d{6})\d+", r"\1", word)
            return self.instant(datetime.fromisoformat(fraction).astimezone(UTC))
        except (ValueError, OverflowError):
            raise ODataError(f"$filter: “{word}” is no day or no time.") from None

    def instant(self, moment: datetime) -> Sql:
        if self.vendor == "sqlite":
            return Sql("%s", (str(moment.replace(tzinfo=None)),), Type.INSTANT)  # as Django writes them
        return Sql("CAST(%s AS TIMESTAMPTZ)", (moment.isoformat(),), Type.INSTANT)

    def function(self, name: str) -> Sql:
        arguments = [self.value()]
        while self.took(","):
            arguments.append(self.value())
        self.expect(")")
        if name not in FUNCTIONS:
            raise not_offered(f"The function “{name}”")
        types, result, make = FUNCTIONS[name]
        given = [argument.type for argument in arguments]
        if len(given) != len(types) or any(kind not in allowed for kind, allowed in zip(given, types, strict=True)):
            raise ODataError(f"$filter: {name} does not take these values.")
        text, params = make(self.vendor, *arguments)
        return Sql(text, params, result, condition=result is Type.BOOLEAN)


Made = tuple[str, tuple[Any, ...]]


def _contains(vendor: str, whole: Sql, part: Sql) -> Made:
    name = "instr" if vendor == "sqlite" else "strpos"
    return f"({name}({whole.text}, {part.text}) > 0)", whole.params + part.params


def _starts(vendor: str, whole: Sql, part: Sql) -> Made:
    text = f"(substr({whole.text}, 1, length({part.text})) = {part.text})"
    return text, whole.params + part.params * 2


def _ends(vendor: str, whole: Sql, part: Sql) -> Made:
    longer = f"length({whole.text}) >= length({part.text})"
    end = f"substr({whole.text}, length({whole.text}) - length({part.text}) + 1) = {part.text}"
    return f"({longer} AND {end})", (whole.params + part.params) + (whole.params * 2 + part.params * 2)


def _call(function: str) -> Callable[..., Made]:
    return lambda vendor, value: (f"{function}({value.text})", value.params)


def _part(unit: str, sqlite: str) -> Callable[..., Made]:
    def made(vendor: str, value: Sql) -> Made:
        if vendor == "sqlite":
            return f"CAST(strftime('{sqlite}', {value.text}) AS INTEGER)", value.params
        moment = f"{value.text} AT TIME ZONE 'UTC'" if value.type is Type.INSTANT else value.text
        return f"CAST(EXTRACT({unit} FROM {moment}) AS INTEGER)", value.params

    return made


_TEXT, _DAY = (Type.TEXT,), (Type.DATE, Type.INSTANT)
FUNCTIONS: dict[str, tuple[tuple[tuple[Type, ...], ...], Type, Callable[..., Made]]] = {
    "contains": ((_TEXT, _TEXT), Type.BOOLEAN, _contains),
    "startswith": ((_TEXT, _TEXT), Type.BOOLEAN, _starts),
    "endswith": ((_TEXT, _TEXT), Type.BOOLEAN, _ends),
    "tolower": ((_TEXT,), Type.TEXT, _call("lower")),
    "toupper": ((_TEXT,), Type.TEXT, _call("upper")),
    "trim": ((_TEXT,), Type.TEXT, _call("trim")),
    "length": ((_TEXT,), Type.INTEGER, _call("length")),
    # strftime reads % as Django's placeholder sign unless it is doubled
    "year": ((_DAY,), Type.INTEGER, _part("YEAR", "%%Y")),
    "month": ((_DAY,), Type.INTEGER, _part("MONTH", "%%m")),
    "day": ((_DAY,), Type.INTEGER, _part("DAY", "%%d")),
}
