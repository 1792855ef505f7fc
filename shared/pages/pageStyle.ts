/**
 * The style of all pages, light and dark. Text has a contrast of at least 4.5:1, borders of controls 3:1
 * (WCAG 2.2, 1.4.3 and 1.4.11). Controls are at least 44 pixels high. Nothing is wider than a screen of 320 pixels
 * (1.4.10): a name stays in one piece only if there is room.
 */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#171a21;--quiet:#565e6c;--paper:#f4f5f8;--card:#fff;--line:#dfe3ea;--edge:#7f8794;--accent:#0b57c4;--on-accent:#fff;--bad:#b3261e;--good:#1b6e3c}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--quiet:#a6aebc;--paper:#101217;--card:#191c23;--line:#2e343f;--edge:#7d8695;--accent:#8fbcff;--on-accent:#0a1d38;--bad:#ff9f97;--good:#7dd3a0}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
body{padding-top:clamp(1rem,4vw,4rem)}
.top{max-width:36rem;margin:0 auto;padding:0 1rem .75rem;font-size:.875rem;color:var(--quiet);overflow-wrap:anywhere}
.top b{color:var(--ink)}
.top span{display:inline-block;margin-left:.35rem;padding-left:.6rem;border-left:1px solid var(--edge);line-height:1.1}
main{max-width:36rem;margin:0 auto;padding:0 1rem 3rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:clamp(1.25rem,5vw,2.25rem)}
h1{font-size:clamp(1.25rem,1rem + 1.5vw,1.5rem);line-height:1.25;letter-spacing:-.01em;margin:0 0 .75rem;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.125rem;margin:2rem 0 .5rem}
p{margin:.5rem 0;text-wrap:pretty}
a{color:var(--accent);text-underline-offset:.15em}
.button{display:inline-block;min-height:2.75rem;padding:.625rem 1.125rem;border:0;border-radius:.625rem;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:600;line-height:1.5rem;text-align:center;text-decoration:none;cursor:pointer}
.button:hover{filter:brightness(1.08)}
.button.plain{background:none;color:var(--accent);box-shadow:inset 0 0 0 1px var(--edge)}
.ways{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0 0;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.quiet{color:var(--quiet);font-size:.875rem}
.whole{display:inline-block;max-width:100%}
code{font-family:ui-monospace,SFMono-Regular,Consolas,monospace;font-size:.875em;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.sign{display:block;margin:0 0 1rem;fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round;color:var(--accent)}
.sign circle{fill:color-mix(in srgb,currentColor 10%,transparent);stroke:none}
.sign.stop{color:var(--bad)}
.sign.done{color:var(--good)}
.support{margin:1.75rem 0 0;padding-top:1rem;border-top:1px solid var(--line)}
@media(max-width:26rem){.ways .button{flex:1 1 100%}}
@media(forced-colors:active){.button{border:1px solid}}
`
