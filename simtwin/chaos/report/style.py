"""How a page looks. Every colour of text has 4.5 to 1 on each ground that it is on, light and dark."""

from __future__ import annotations

#: `ground` is the page, `card` what stands on it; `on` is text on a badge of a state's colour.
LIGHT = {
    "ground": "#f5f6f8",
    "card": "#ffffff",
    "ink": "#1a1f26",
    "dim": "#545e6a",
    "link": "#0b57a4",
    "good": "#116329",
    "bad": "#b3261e",
    "warn": "#855000",
    "on": "#ffffff",
    "line": "#d4dae2",
    "head": "#8f9aa6",
    "body": "#2f74d0",
    "told": "#b5811d",
}
DARK = {
    "ground": "#0f1317",
    "card": "#181d23",
    "ink": "#e7ecf2",
    "dim": "#a3adb8",
    "link": "#7cb7ff",
    "good": "#5bd36a",
    "bad": "#ff938b",
    "warn": "#eab159",
    "on": "#12161b",
    "line": "#333b45",
    "head": "#76818d",
    "body": "#5b9cf0",
    "told": "#d2a13f",
}
#: What text is set in, and on what.
INKS = ("ink", "dim", "link", "good", "bad", "warn")
GROUNDS = ("ground", "card")
BADGES = ("good", "bad", "warn", "dim")


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    """
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:68rem;margin:auto;padding:clamp(.75rem,3vw,2rem);overflow-wrap:anywhere}
h1,h2,h3,h4,p,ul,ol,dl,dd,pre,table{margin:0;padding:0}
h1{font-size:clamp(1.6rem,5vw,2.3rem);line-height:1.15;letter-spacing:-.015em}
h2{font-size:1.35rem;line-height:1.25;margin-top:2.5rem}
h3{font-size:1.1rem;margin:2rem 0 .6rem}
h4{font-size:1rem;line-height:1.4}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
code,pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
pre{overflow-x:auto;padding:.6rem .8rem;background:var(--card);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:break-word}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--dim);font-weight:600}
.number{text-align:right}td.number{white-space:nowrap}td:first-child{white-space:nowrap}
.wide{overflow-x:auto}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.dim{color:var(--dim)}
.small{font-size:.875rem}
.badge{display:inline-block;padding:.05rem .45rem;border-radius:5px;font-size:.8rem;font-weight:600;line-height:1.4;color:var(--on);white-space:nowrap;vertical-align:.08em}
.badge.good{background:var(--good)}.badge.bad{background:var(--bad)}.badge.warn{background:var(--warn)}.badge.dim{background:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.9rem 1rem;margin:.6rem 0}
.card.good{border-top:5px solid var(--good)}.card.bad{border-top:5px solid var(--bad)}.card.warn{border-top:5px solid var(--warn)}
.card.good,.card.bad,.card.warn{color:var(--ink)}
header.card{padding:1.1rem 1.2rem;margin-top:0}
.lead{font-size:1.1rem;margin-top:.35rem}
nav{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;margin-top:.9rem}
nav a{padding:.15rem 0}
.tiles{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.6rem;margin-top:1rem}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.55rem .75rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.tiles dd{font-size:1.45rem;font-weight:650;line-height:1.2;letter-spacing:-.01em}
.tiles dt{color:var(--dim);font-size:.85rem;line-height:1.35}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin-top:.5rem;font-size:.9rem}
.facts dt{color:var(--dim)}
.plain{padding-left:1.2rem}.plain li{margin:.2rem 0}
.finding ul{list-style:none;margin-top:.45rem}.finding li{margin:.35rem 0;padding-left:.7rem;border-left:3px solid var(--line)}
.finding .advice{margin-top:.6rem}
details>summary{cursor:pointer;padding:.3rem 0}
summary:hover{text-decoration:underline;text-underline-offset:3px}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.85rem;color:var(--dim);margin:.3rem 0 .6rem}
.key i{display:inline-block;width:1.5rem;height:.75rem;margin-right:.4rem;border-radius:2px;position:relative;vertical-align:-.05em}
.calls{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.call{border-top:1px solid var(--line)}.call:first-of-type{border-top:0}
.call>summary{padding:.5rem 1rem;display:grid;grid-template-columns:1fr;gap:.25rem}
.call>summary::marker{content:""}.call>summary::-webkit-details-marker{display:none}
.call>summary .what::before{content:"▸";display:inline-block;width:1.1em;color:var(--dim)}
.call[open]>summary .what::before{content:"▾"}
.call>summary:hover{text-decoration:none;background:color-mix(in srgb,var(--link) 8%,transparent)}
.call>summary:focus-visible{outline-offset:-3px}
.what strong{font-weight:700}.how{display:block;padding-left:1.15rem}
.axis{position:relative;height:1.35rem;font-size:.75rem;color:var(--dim);margin:0 1rem}
.axis span{position:absolute;top:.1rem;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}.axis span:last-child{transform:translateX(-100%)}
.track{display:block;position:relative;height:1.5rem;border-radius:4px;background:color-mix(in srgb,var(--line) 35%,transparent)}
.track.mini{height:.55rem}
.track i{position:absolute;top:.3rem;bottom:.3rem;min-width:2px;border-radius:2px}
.track.mini i{top:0;bottom:0}
.track u{position:absolute;top:0;bottom:0;width:1px;background:var(--line)}
.track span{position:absolute;top:0;line-height:1.5rem;font-size:.78rem;font-weight:600;white-space:nowrap;padding:0 .35rem;background:var(--card);border-radius:4px;line-height:1.2rem;margin:.15rem .2rem 0}
.told{background:repeating-linear-gradient(135deg,var(--told) 0 2px,transparent 2px 7px);border:1px solid var(--told)}
.track .told{top:0;bottom:0}
.wait{background:var(--ink)}.track .wait{top:calc(50% - 1px);bottom:auto;height:2px;border-radius:0}
.key .wait{height:2px;vertical-align:.25em}
.head{background:var(--head)}.body{background:var(--body)}.fault,.curve i.fault{background:repeating-linear-gradient(135deg,var(--bad) 0 4px,color-mix(in srgb,var(--bad) 55%,var(--card)) 4px 7px)}
.attempts{list-style:none;padding:0 1rem .7rem}.attempts li{margin:.1rem 0 .7rem}
.more{padding:0 1rem .7rem}
.attempts .axis{margin:0}
.said{display:flex;flex-wrap:wrap;gap:.1rem .8rem;font-size:.875rem;margin-top:.2rem}
.said>*{max-width:100%}
:target{background:color-mix(in srgb,var(--link) 12%,transparent);border-radius:6px}
.curve{position:relative;height:5.5rem;margin:1.2rem 0 0 2.2rem;border-bottom:1px solid var(--dim)}
.curve i{position:absolute;bottom:0;min-width:2px;border-radius:2px 2px 0 0}
.curve u{position:absolute;left:0;right:0;border-top:1px dashed var(--dim)}
.curve span{position:absolute;left:-2.2rem;width:1.9rem;text-align:right;transform:translateY(50%);font-size:.75rem;color:var(--dim)}
.curve+.axis{margin:0 0 0 2.2rem}
footer{margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line)}
@media(min-width:48rem){.tiles{grid-template-columns:repeat(4,minmax(0,1fr))}.call>summary{grid-template-columns:minmax(0,26rem) 1fr;align-items:center;column-gap:1.2rem}.axis.run{margin-left:calc(26rem + 2.2rem)}}
@media print{body{background:none;font-size:10pt}main{max-width:none;padding:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}nav,.call>summary .what::before{display:none}.card,.attempts li{break-inside:avoid}details::details-content{content-visibility:visible;block-size:auto}pre{white-space:pre-wrap}.wide{overflow:visible}}
"""
)
