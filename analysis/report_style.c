/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How report.html looks: one column of text, tables that scroll in their own box, paper and dark screens too. */
#include "analysis/report_html.h"

const char *const report_style[] = {
    ":root{--ink:#1b2430;--soft:#5a6473;--rule:#e1e5ea;--paper:#ffffff;--wash:#f6f7f9;--link:#0b63a5;"
    "--met:#1a7a4c;--met-wash:#e9f5ef;--missed:#b3261e;--missed-wash:#fbeceb;--undecided:#8a5a00;"
    "--undecided-wash:#fdf4e1;--bar:#0072b2;color-scheme:light dark}\n",
    "@media (prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b4;--rule:#303844;--paper:#14181e;"
    "--wash:#1b2129;--link:#7cbcf0;--met:#5fca94;--met-wash:#15291f;--missed:#ff8f87;--missed-wash:#331a18;"
    "--undecided:#e6b450;--undecided-wash:#2e2612;--bar:#4aa3dc}.plot{border-radius:6px}}\n",
    "*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Helvetica Neue',Arial,sans-serif;font-feature-settings:'tnum';overflow-wrap:break-word}\n"
    "main,header,footer{max-width:1040px;margin:0 auto;padding:0 24px}\n"
    "header{padding-top:40px}h1{font-size:2rem;line-height:1.2;margin:.1em 0 .2em;font-weight:650;"
    "letter-spacing:-.015em}h2{font-size:1.3rem;line-height:1.3;margin:3rem 0 .75rem;padding-top:1rem;font-weight:650;"
    "border-top:1px solid var(--rule)}h3{font-size:1rem;margin:1.75rem 0 .5rem;font-weight:650}\n"
    "p{margin:.5rem 0;max-width:72ch}a{color:var(--link)}code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,"
    "monospace}.soft{color:var(--soft)}.small{font-size:.875rem}\n",
    ".kicker{color:var(--soft);font-size:.875rem;margin:0}\n"
    ".verdict{margin:1.5rem 0 1rem;padding:18px 22px;border-radius:8px;border-left:5px solid}\n"
    ".verdict strong{font-size:1.35rem;line-height:1.3;display:block;font-weight:650}.verdict p{margin:.25rem 0 0}\n"
    ".met{color:var(--met)}.missed{color:var(--missed)}.undecided{color:var(--undecided)}\n"
    ".verdict.met{background:var(--met-wash)}.verdict.missed{background:var(--missed-wash)}"
    ".verdict.undecided{background:var(--undecided-wash)}.verdict p,.verdict.invalid p{color:var(--ink)}\n"
    ".alert{margin:1rem 0;padding:14px 18px;border:2px solid var(--missed);border-radius:8px;color:var(--missed)}\n",
    "nav{margin:1rem 0 0;font-size:.875rem;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem}nav a{text-decoration:none}"
    "nav a:hover{text-decoration:underline}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));border:1px solid var(--rule);"
    "border-radius:8px;overflow:hidden;margin:1rem 0;padding:0}\n"
    ".figures div{box-shadow:1px 1px 0 var(--rule);padding:14px 18px}.figures dt{color:var(--soft);font-size:.8125rem}"
    ".figures dd{margin:.1rem 0 0;font-size:1.4rem;font-weight:600;letter-spacing:-.01em;line-height:1.3}"
    ".figures dd small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft);letter-spacing:0}\n",
    /* A shade at the side where a box has more: sheets that scroll with the content cover it where there is none. */
    ".scroll,.plot{--sheet:var(--paper);overflow-x:auto;-webkit-overflow-scrolling:touch;"
    "background:linear-gradient(90deg,var(--sheet) 40%,transparent) left/40px 100% no-repeat local,"
    "linear-gradient(270deg,var(--sheet) 40%,transparent) right/40px 100% no-repeat local,"
    "linear-gradient(90deg,#7884a088,transparent) left/14px 100% no-repeat scroll,"
    "linear-gradient(270deg,#7884a088,transparent) right/14px 100% no-repeat scroll,var(--sheet)}"
    ".scroll{margin:.75rem 0}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem}caption{text-align:left;color:var(--soft);"
    "font-size:.875rem;padding-bottom:.4rem}th,td{padding:7px 14px 7px 0;text-align:left;vertical-align:baseline;"
    "border-bottom:1px solid var(--rule)}th{font-weight:600;font-size:.8125rem;color:var(--soft);white-space:nowrap}\n"
    "tbody th{color:var(--ink);font-size:.9375rem;font-weight:500}td.n,th.n{text-align:right;white-space:nowrap;"
    "font-variant-numeric:tabular-nums}th:last-child,td:last-child{padding-right:0}tfoot td,tfoot th{"
    "font-weight:650;font-size:.9375rem;border-bottom:0;color:var(--ink)}"
    "td .soft,th .soft{font-weight:400;font-size:.8125rem}\n"
    ".mark{font-weight:650;white-space:nowrap}.wide{min-width:46rem}td.source{font-size:.8125rem;max-width:14rem;"
    "overflow-wrap:anywhere}\n",
    ".bar{display:block;height:.6em;border-radius:2px;background:var(--bar);min-width:1px}.track{width:32%;"
    "min-width:6rem}\n"
    "figure{margin:1.25rem 0}figcaption{color:var(--soft);font-size:.875rem;margin-bottom:.25rem}"
    "@media (prefers-color-scheme:dark){.plot{--sheet:#fff}}"
    "figcaption b{color:var(--ink);font-weight:600}.plot svg{display:block;width:100%;"
    "min-width:760px;height:auto}.plot text{font-family:inherit}\n",
    "details{border-bottom:1px solid var(--rule)}summary{cursor:pointer;padding:9px 0;display:flex;gap:1rem;"
    "align-items:baseline}summary::before{content:'\\25b8';color:var(--soft);width:.8em;flex:none}"
    "details[open]>summary::before{content:'\\25be'}summary::-webkit-details-marker{display:none}"
    "summary .grow{flex:1}summary .n{font-variant-numeric:tabular-nums;font-weight:600;white-space:nowrap}"
    "details .scroll{margin:0 0 1rem 1.8rem}.total{display:flex;justify-content:space-between;padding:10px 0;"
    "font-weight:650}\n"
    ".timeline{list-style:none;margin:.75rem 0;padding:0;border-left:2px solid var(--rule)}.timeline li{padding:.2rem "
    "0 "
    ".2rem 1rem;position:relative;display:flex;gap:.9rem}.timeline li::before{content:'';position:absolute;left:-5px;"
    "top:.75em;width:8px;height:8px;border-radius:50%;background:var(--soft)}.timeline time{color:var(--soft);"
    "font-variant-numeric:tabular-nums;flex:none;width:4.6em}.timeline li.fault::before{background:var(--missed)}"
    ".timeline li.good::before{background:var(--met)}\n",
    "table.stacked td .soft{display:block}table.stacked td.mark,table.stacked th.n{white-space:normal}tr.best "
    "th,tr.best "
    "td{background:var(--met-wash)}.why{display:block;color:var(--soft);font-weight:400;"
    "font-size:.8125rem;white-space:normal;min-width:6.5rem}.benefit th.n{white-space:normal}.benefit tbody "
    "th{min-width:13rem;max-width:18rem;"
    "white-space:normal}.benefit tbody th .soft{font-weight:400;font-size:.8125rem}.changes "
    "code{overflow-wrap:anywhere}\n",
    "footer{margin-top:3rem;padding-top:1.25rem;padding-bottom:3rem;border-top:1px solid var(--rule);"
    "color:var(--soft);font-size:.875rem}footer dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;"
    "margin:.5rem 0}footer dt{margin:0}footer dd{margin:0;min-width:0;overflow-wrap:anywhere}\n"
    "ul.plain{padding-left:1.1rem;max-width:76ch}ul.plain li{margin:.3rem 0}\n",
    "@media (max-width:560px){main,header,footer{padding-left:16px;padding-right:16px}header{padding-top:24px}"
    "h1{font-size:1.55rem}h2{margin-top:2.25rem}.figures{grid-template-columns:1fr 1fr}.figures div{padding:10px 12px}"
    ".figures dd{font-size:1.15rem}.verdict{padding:14px 16px}.verdict strong{font-size:1.15rem}details .scroll{"
    "margin-left:0}.track{display:none}table,tbody th,tfoot td,tfoot th{font-size:.875rem}"
    "th,td{padding-right:8px}td.n.soft{white-space:normal}.wide{min-width:40rem}"
    ".benefit tbody th{min-width:7rem;max-width:8rem}.benefit tbody th .soft{display:none}"
    ".timeline li{flex-direction:column;gap:0}}\n"
    "@media print{body{font-size:10pt}main,header,footer{max-width:none;padding:0}nav{display:none}h2{break-after:"
    "avoid}figure,table,.verdict{break-inside:avoid}.scroll,.plot{overflow:visible;background:none}.plot "
    "svg{min-width:0}"
    "a{color:inherit;text-decoration:none}.wide{min-width:0}}\n",
    NULL,
};
