"""Accessibility checked by axe-core, which runs inside the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
# A target that is large enough itself but lies half under an open panel or the edge of what scrolls is no small target:
# the panel closes, the rest scrolls.
RUN = """async () => {
  const { violations } = await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  });
  const small = ({ target }) => {
    const { width, height } = document.querySelector(target[0])?.getBoundingClientRect() ?? { width: 0, height: 0 };
    return Math.min(width, height) < 24;
  };
  for (const found of violations) if (found.id === "target-size") found.nodes = found.nodes.filter(small);
  return violations.filter(({ nodes }) => nodes.length);
}"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, a line each: rule, what it asks for, and the first elements that break it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # not a script of the page, so its policy does not forbid it
    return [_told(found) for found in page.evaluate(RUN)]


def violations_in_both_themes(page: Page) -> list[str]:
    """Light and dark: colours are checked in each."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        page.wait_for_timeout(50)  # a transition of colours is over
        found += [f"{theme}: {line}" for line in violations(page)]
    return found


def _told(found: dict[str, Any]) -> str:
    places = "; ".join(str(node["target"]) + " " + node["html"][:120] for node in found["nodes"][:3])
    return f"{found['id']} ({found['help']}): {places}"
