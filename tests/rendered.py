"""Render notebooks with nbgrader's templates, and find what is dangerous in a page."""

import copy
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import nbgrader.server_extensions.formgrader.handlers as formgrader
from nbconvert.exporters import HTMLExporter
from traitlets.config import Config

FORBIDDEN = {
    "script",
    "iframe",
    "form",
    "base",
    "object",
    "embed",
    "link",
    "style",
    "svg",
    "math",
    "frame",
    "meta",
    "video",
    "audio",
    "template",
    "textarea",
    "select",
    "button",
    "marquee",
    "body",
}
LOADING = {"src", "srcset", "poster", "background", "data", "action", "formaction", "xlink:href"}


class Danger(HTMLParser):
    """Find what is dangerous in a fragment of HTML: `dangers` holds (tag, attribute, value)."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.dangers: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in FORBIDDEN:
            self.dangers.append((tag, "", ""))
        for name, value in attrs:
            text = "".join((value or "").split()).lower()
            if name == "id":
                self.ids.append(value or "")
            bad = (
                name.startswith("on")
                or "javascript:" in text
                or "vbscript:" in text
                or name == "srcdoc"
            )
            bad = bad or (
                name in LOADING
                and not text.startswith(("data:image/png", "data:image/jpeg", "data:image/gif"))
            )
            bad = bad or (name == "style" and ("url" in text or "position" in text))
            bad = bad or (
                name == "href" and not text.startswith(("http://", "https://", "mailto:", "#"))
            )
            if bad:
                self.dangers.append((tag, name, text[:80]))


def page_of(made, template):
    """The page that nbgrader's template makes of a notebook."""
    settings = Config()
    settings.Exporter.default_preprocessors = []
    settings.HTMLExporter.template_name = template
    settings.HTMLExporter.extra_template_basedirs = [formgrader.template_path]
    if template == "feedback":
        css = Path(formgrader.static_path) / "node_modules/bootstrap/dist/css"
        settings.HTMLExporter.extra_template_paths = [str(css)]
    names = {
        "notebook_id": "n",
        "submission_id": "s",
        "index": 0,
        "total": 1,
        "base_url": "",
        "notebook_path": "n",
    }
    names["nbgrader"] = {"notebook": "n", "score": 0, "max_score": 0, "late_penalty": 0}
    node = nbformat.from_dict(copy.deepcopy(made))
    html, _ = HTMLExporter(config=settings).from_notebook_node(node, resources=names)
    return html


def frame(template):
    """The page that the template makes of an empty notebook."""
    return page_of({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, template)
