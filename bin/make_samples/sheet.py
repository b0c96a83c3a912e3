"""A sheet of paper to draw on: millimetres from the top left, over reportlab's points from the bottom left."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
Align = Literal["left", "right", "center"]


class Sheet:
    """One PDF in the making; the same drawing always gives the same bytes."""

    def __init__(self, width: float = 210, height: float = 297, title: str = "") -> None:
        self.buffer = io.BytesIO()
        self.width, self.height = width, height
        self.canvas = Canvas(self.buffer, pagesize=(width * MM, height * MM), invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator("bin/make_samples")

    def pdf(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()

    def new_page(self) -> None:
        self.canvas.showPage()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9.5,
        font: str = "Helvetica",
        align: Align = "left",
        color: str = "#1c1c1c",
    ) -> None:
        """``y`` is the baseline; ``x`` the left edge, right edge or middle."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(HexColor(color))
        draw = {
            "left": self.canvas.drawString,
            "right": self.canvas.drawRightString,
            "center": self.canvas.drawCentredString,
        }
        draw[align](x * MM, (self.height - y) * MM, text)

    def lines(self, x: float, y: float, texts: Sequence[str], *, step: float = 4.6, **style: object) -> float:
        """Texts under each other; the baseline that would come next."""
        for text in texts:
            self.text(x, y, text, **style)
            y += step
        return y

    def rule(self, x0: float, y: float, x1: float, *, width: float = 0.5, color: str = "#777777") -> None:
        self.canvas.setStrokeColor(HexColor(color))
        self.canvas.setLineWidth(width)
        self.canvas.line(x0 * MM, (self.height - y) * MM, x1 * MM, (self.height - y) * MM)

    def block(self, x: float, y: float, width: float, height: float, color: str) -> None:
        self.canvas.setFillColor(HexColor(color))
        self.canvas.rect(x * MM, (self.height - y - height) * MM, width * MM, height * MM, stroke=0, fill=1)

    def frame(self, x: float, y: float, width: float, height: float, color: str = "#555555") -> None:
        self.canvas.setStrokeColor(HexColor(color))
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(x * MM, (self.height - y - height) * MM, width * MM, height * MM, stroke=1, fill=0)

    def disc(self, x: float, y: float, radius: float, color: str) -> None:
        self.canvas.setFillColor(HexColor(color))
        self.canvas.circle(x * MM, (self.height - y) * MM, radius * MM, stroke=0, fill=1)

    def polygon(self, points: Sequence[tuple[float, float]], color: str) -> None:
        path = self.canvas.beginPath()
        path.moveTo(points[0][0] * MM, (self.height - points[0][1]) * MM)
        for x, y in points[1:]:
            path.lineTo(x * MM, (self.height - y) * MM)
        path.close()
        self.canvas.setFillColor(HexColor(color))
        self.canvas.drawPath(path, stroke=0, fill=1)

    def row(self, y: float, cells: Sequence[tuple[float, Align, str]], **style: object) -> None:
        """Cells of one table row, each (x, alignment, text)."""
        for x, align, text in cells:
            self.text(x, y, text, align=align, **style)
