"""How the page looks: on a screen, on a telephone, on paper, by day and by night. Colours hold WCAG 2.2 AA against their ground."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root{color-scheme:light dark;--ground:#fff;--card:#f5f6f8;--ink:#1a1d23;--soft:#545b67;--edge:#c9ced6;--bar:#2f6690;
--second:#a34700;--target:#8a1c3b;--good:#1d6b34;--bad:#a01d26;--focus:#2f6690}
@media (prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1e232b;--ink:#eceef2;--soft:#b0b7c3;--edge:#454d5a;--bar:#7db8e2;
--second:#f0a35e;--target:#ff94ab;--good:#7bd494;--bad:#ff9a9a;--focus:#7db8e2}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:1.9rem;line-height:1.2;margin:.1em 0}
h2{font-size:1.35rem;margin:2em 0 .6em;border-bottom:2px solid var(--edge);padding-bottom:.2em}
h3{font-size:1.05rem;margin:0 0 .5em}
p{margin:.4em 0}
.house{font-weight:600;color:var(--soft);margin:0;overflow-wrap:anywhere}
.period{font-size:1.15rem}
.soft,figcaption,.note,.none{color:var(--soft)}
.note,figcaption{font-size:.88rem;margin:.4em 0}
.skip{position:absolute;left:-9999px}.skip:focus{left:12px;top:8px;background:var(--ground);padding:6px 10px;z-index:1}
a{color:var(--bar)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.cards-row{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:16px;margin:0;padding:0;list-style:none}
.key{background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:14px 16px}
.key h3{color:var(--soft);font-size:.95rem;margin:0}
.key .big{font-size:1.75rem;font-weight:650;line-height:1.25;margin:.1em 0}
.key p{margin:.2em 0;font-size:.93rem}
.better{color:var(--good);font-weight:600}.worse{color:var(--bad);font-weight:600}
.scroll{overflow-x:auto;margin:0 0 1.6em}
table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:0 0 .5em;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:7px 10px;border-bottom:1px solid var(--edge)}
thead th{border-bottom:2px solid var(--edge);font-size:.86rem;vertical-align:bottom}
tbody th{font-weight:600;overflow-wrap:anywhere;min-width:9em}
.number{text-align:right;white-space:nowrap}
thead .number{white-space:normal}
data{white-space:nowrap}.under{display:block;color:var(--soft);font-size:.86em;white-space:normal}
.heard{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
.number .under{white-space:nowrap}.number .wide{white-space:normal}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(440px,100%),1fr));gap:20px}
.plot{margin:0;background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:14px 16px;min-width:0;
break-inside:avoid}
.plot svg{display:block;width:100%;height:auto}
.plot th,.plot td{padding:3px 6px}
.plot tbody th{min-width:0;overflow-wrap:normal;white-space:nowrap}
details{margin-top:.5em;font-size:.9rem}summary{cursor:pointer;padding:4px 0;min-height:24px}
svg text{font-size:12px;fill:var(--ink)}
svg .strong{font-weight:650}
.axis{stroke:var(--soft);stroke-width:1}.grid{stroke:var(--edge);stroke-width:1}
.bar{fill:var(--bar)}.heat{fill:var(--bar)}.cell{fill:var(--ground);stroke:var(--edge);stroke-width:.5}
.target{stroke:var(--target);stroke-width:2;stroke-dasharray:6 3}
.p50{fill:none;stroke:var(--bar);stroke-width:2}.p90{fill:none;stroke:var(--second);stroke-width:2;stroke-dasharray:5 3}
.mark50{fill:var(--bar)}.mark90{fill:var(--second)}
footer{margin-top:2.5em;padding-bottom:40px;color:var(--soft);font-size:.9rem}
footer h2{color:var(--ink)}footer li{margin:.3em 0;overflow-wrap:anywhere}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
@media screen and (max-width:760px){
main,header,footer{padding-left:14px;padding-right:14px}
h1{font-size:1.5rem}
.plot{padding:12px 10px}
table.cards,.cards tbody,.cards tr,.cards th,.cards td{display:block;width:auto}
.cards caption{display:block}
.cards thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.cards tr{border:1px solid var(--edge);border-radius:8px;background:var(--card);padding:8px 12px;margin:0 0 10px}
.cards tbody th{border:0;padding:2px 0 4px;font-size:1.05em;min-width:0}
.cards td{border:0;padding:3px 0;display:grid;grid-template-columns:minmax(8em,44%) 1fr;gap:10px;text-align:left;white-space:normal}
.cards td.empty{display:none}
.cards td::before{content:attr(data-label);color:var(--soft)}
}
@media print{
:root{--ground:#fff;--card:#fff;--ink:#000;--soft:#3c424c;--edge:#999;--bar:#2f6690;--second:#a34700;--target:#8a1c3b;--good:#1d6b34;--bad:#a01d26}
body{font-size:10pt}main,header,footer{max-width:none;padding:0}
.skip,summary,details:not([open]){display:none}
.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:3px 5px}
tr,.key{break-inside:avoid}h2,h3,caption{break-after:avoid}thead{display:table-header-group}
.plots{grid-template-columns:1fr 1fr;gap:10px}.cards-row{grid-template-columns:repeat(3,1fr);gap:8px}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
@page{margin:14mm}
"""


def content_policy() -> str:
    """What the page may do: show itself and this style, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
