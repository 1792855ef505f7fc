/** The style of the choice pages, in addition to the style of all pages. */
export const choiceStyle = `
html{scroll-padding-bottom:8rem}
main{padding-bottom:0}
fieldset{border:0;margin:0;padding:0;min-width:0}
.scope{display:grid;grid-template-columns:1fr 1fr;gap:.25rem;margin:1rem 0 .5rem;padding:.25rem;border:1px solid var(--edge);border-radius:.75rem;background:var(--card)}
.scope label{position:relative;display:block;cursor:pointer}
.scope input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.scope span{display:block;padding:.5rem .75rem;border-radius:.5rem;text-align:center;font-weight:600}
.scope :checked+span{background:var(--accent);color:var(--on-accent)}
.scope :focus-visible+span{outline:3px solid var(--accent);outline-offset:2px}
.all{display:none}
form:has([name=scope][value=all]:checked) .all{display:block}
form:has([type=radio][name=scope][value=all]:checked) .pick{display:none}
.search{display:flex;gap:.5rem;margin-top:.75rem}
.search input{flex:1;min-width:0;min-height:2.75rem;padding:.5rem .875rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--card);color:var(--ink);font:inherit}
.search input::placeholder{color:var(--quiet);opacity:1}
.tools{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 1rem;margin:.375rem .25rem}
.tools p{flex:1 1 auto;margin:.25rem 0;overflow-wrap:anywhere}
[tabindex="-1"]:focus{outline:none}
.tool{min-height:1.75rem;padding:.125rem 0;border:0;background:none;color:var(--accent);font:inherit;font-size:.875rem;text-decoration:underline;text-underline-offset:.15em;cursor:pointer}
.skip{position:absolute;transform:translateY(-200vh)}
.skip:focus{position:static;display:block;transform:none;margin:.5rem 0;padding:.625rem 1rem;border-radius:.625rem;background:var(--card)}
#accounts{border:1px solid var(--line);border-radius:1rem;background:var(--card);overflow:hidden}
ul{list-style:none;margin:0;padding:0}
li{content-visibility:auto;contain-intrinsic-size:auto 4rem}
li+li{border-top:1px solid var(--line)}
li label{display:flex;gap:.875rem;padding:.625rem 1rem;cursor:pointer;overflow-wrap:anywhere}
li label:hover{background:color-mix(in srgb,var(--accent) 5%,transparent)}
li label:has(:checked){background:color-mix(in srgb,var(--accent) 10%,transparent)}
li label:has(:focus-visible){outline:3px solid var(--accent);outline-offset:-3px}
li :focus-visible{outline:none}
li label>span{min-width:0}
li b{font-weight:600}
li .quiet,.mark{display:block}
.mark{font-size:.875rem}
.mark.bad{color:var(--bad)}
li input{width:1.25rem;height:1.25rem;margin:.125rem 0 0;accent-color:var(--accent);flex:none}
.none{margin:0;padding:1.25rem 1rem;color:var(--quiet)}
.pager{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin-top:1rem}
.fault{margin:0 0 .75rem;padding:.75rem 1rem;border:1px solid var(--bad);border-left-width:5px;border-radius:.625rem;background:var(--card);font-weight:600}
.finish{margin:1rem -1rem 0;padding:.5rem 1rem max(.625rem,env(safe-area-inset-bottom));background:var(--paper);border-top:1px solid var(--line)}
.finish>div{display:flex;gap:.75rem}
.finish p{margin:0 0 .375rem;font-size:.875rem;font-weight:600}
@media(min-height:30rem){.finish{position:sticky;bottom:0}}
@media(min-width:36rem){.finish{display:flex;flex-direction:row-reverse;justify-content:flex-end;align-items:center;gap:1.25rem;padding-bottom:1.25rem}.finish p{margin:0}}
@media(forced-colors:active){.scope :checked+span{outline:2px solid;outline-offset:-2px}}
`
