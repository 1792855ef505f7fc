/**
 * The style of `/docs`, in addition to the style of all pages: the contents are next to the text, or above it on a
 * phone.
 */
export const docsStyle = `
html{scroll-padding-top:1rem}
main{max-width:78rem}
h1{font-size:clamp(1.5rem,1rem + 2vw,2rem)}
h2{font-size:1.375rem;letter-spacing:-.01em;margin:3rem 0 .75rem}
h3{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .75rem;font-size:1rem;margin:0 0 .5rem;overflow-wrap:anywhere}
h3 code{font-size:1rem}
h4{font-size:.8125rem;text-transform:uppercase;letter-spacing:.06em;color:var(--quiet);margin:1.75rem 0 .5rem}
.intro{max-width:48rem}
.side{font-size:.8125rem}
.side summary{margin:0}
.side h5{font-size:.75rem;margin:.75rem 0 0;text-transform:uppercase;letter-spacing:.06em}
.side h5 a{color:var(--quiet);text-decoration:none}
h3.tag{font-size:1.25rem;margin:2.5rem 0 .25rem}
.search{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem}
.search[hidden],.card[hidden],.problem[hidden],.side li[hidden]{display:none}
.search input{flex:1;min-width:12rem;max-width:28rem}
.side ul{list-style:none;margin:.5rem 0 1.25rem;padding:0}
.side li a{display:flex;gap:.5rem;padding:.2rem 0;color:var(--ink);text-decoration:none;overflow-wrap:anywhere}
.side li a:hover{text-decoration:underline}
.side .method{flex:none;min-width:3.4rem}
.side code{font-size:.75rem}
.method{font:700 .75rem/1.4 ui-monospace,SFMono-Regular,Consolas,monospace;color:var(--accent)}
.method.post,.method.put,.method.patch{color:var(--good)}
.method.delete{color:var(--bad)}
h3 .method{padding:.125rem .5rem;border:1px solid;border-radius:.375rem}
section.card{margin:1rem 0}
section.card:target{border-color:var(--accent)}
dl{margin:.25rem 0}
.field{padding:.5rem 0;border-top:1px solid var(--line)}
.field:first-child{border-top:0}
dt{overflow-wrap:anywhere}
dt code{font-weight:600}
.field:has(dd) .quiet{display:block}
dd{margin:0;font-size:.9375rem}
pre{max-width:100%;overflow-x:auto;margin:.5rem 0;padding:.875rem 1rem;border:1px solid var(--line);border-radius:.625rem;background:var(--paper);font-size:.8125rem;line-height:1.5}
pre code{overflow-wrap:normal;font-size:inherit}
.codes{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.35rem .75rem;margin:.5rem 0}
.problem{padding:.875rem 0;border-top:1px solid var(--line)}
.problem p{margin:.25rem 0;max-width:44rem}
.problem:target{box-shadow:-.75rem 0 0 var(--paper),-1rem 0 0 var(--accent)}
summary{min-height:1.75rem;margin-top:.75rem;font-weight:600;cursor:pointer}
@media(min-width:62rem){
.docs{display:grid;grid-template-columns:17rem minmax(0,1fr);grid-template-rows:auto 1fr;column-gap:3rem}
.intro,.text{grid-column:2}
.side{grid-area:1/1/3/2;position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;padding:1.5rem 0}
.field{display:grid;grid-template-columns:16rem minmax(0,1fr);gap:1.5rem}
}
`
