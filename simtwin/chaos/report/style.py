"""How the page of a report looks. Every colour of text has 4.5 to 1 on its ground, light and dark."""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1b1f24",
    "dim": "#57606a",
    "good": "#116329",
    "bad": "#b3261e",
}
DARK = {
    "ground": "#101418",
    "ink": "#e6edf3",
    "dim": "#9aa5b1",
    "good": "#56d364",
    "bad": "#ff8f87",
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}--line:#d0d7de;--head:#8c96a1;--body:#2f81f7}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}--line:#30363d}}}}"
    """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:70rem;margin:auto;padding:1rem;overflow-wrap:anywhere}
section{border-top:1px solid var(--line);margin-top:1.5rem}
.good{color:var(--good)}.bad{color:var(--bad)}.dim,small,em{color:var(--dim)}
pre{overflow-x:auto;padding:.6rem;border:1px solid var(--line);border-radius:6px;font-size:.85rem}
details{margin:.4rem 0;padding:.3rem .6rem;border:1px solid var(--line);border-radius:6px}
summary{cursor:pointer}:focus-visible{outline:2px solid var(--body);outline-offset:2px}
ol{list-style:none;margin:.4rem 0;padding:0}ol li{margin:.3rem 0;font-size:.85rem}
.track{display:block;position:relative;height:.8rem;background:var(--line);border-radius:3px}
.track i{position:absolute;top:0;bottom:0;min-width:2px;border-radius:2px}
.key span{margin-right:1rem;white-space:nowrap}
.key i{display:inline-block;width:1.2rem;height:.8rem;margin-right:.3rem;border-radius:2px}
.wait{background:repeating-linear-gradient(45deg,var(--dim) 0 2px,transparent 2px 6px)}
.head{background:var(--head)}.body{background:var(--body)}.fault{background:var(--bad)}
"""
)
