import { connectFailures } from '../connect/failures.ts'
import { type Html, html, type Page } from '../http/page.ts'
import { problems } from '../problems.ts'
import { type FieldLine, fieldLines, typeText } from './fields.ts'
import type { Contract, ContractOperation, ContractResponse } from './openapi.ts'

const style = `
main{max-width:60rem}
h1{font-size:1.75rem}
h2{font-size:1.35rem;margin:3rem 0 .75rem}
h4{font-size:1rem;margin:1.25rem 0 .25rem}
nav ul,.codes{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.35rem .75rem;margin:.5rem 0}
section.card{margin:1rem 0;scroll-margin-top:1rem}
h3{font-size:1.05rem;margin:0 0 .25rem;overflow-wrap:anywhere}
.method{display:inline-block;min-width:4.2rem;font-weight:700;color:var(--accent)}
dl{margin:.25rem 0}
dt{margin-top:.5rem;overflow-wrap:anywhere}
dd{margin:0 0 0 1rem}
pre{max-width:100%;overflow-x:auto;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--paper);font-size:.8125rem;line-height:1.4}
pre code{overflow-wrap:normal;font-size:inherit}
.problem{padding:.75rem 0;border-top:1px solid var(--line);scroll-margin-top:1rem}
.problem:target{background:var(--card);box-shadow:-.5rem 0 0 var(--accent)}
summary{cursor:pointer;margin-top:1rem;font-weight:600}
`

/** The contract as one page for people: every route, every problem by its code, every way that connecting can end. */
export function docsPage(contract: Contract): Page & { readonly style: string } {
  const operations = Object.entries(contract.paths).flatMap(([path, methods]) => together(path, methods))
  const body = html`<h1>${contract.info.title}</h1>
${contract.info.description.split('\n\n').map((text) => html`<p>${withCode(text)}</p>`)}
<p class="quiet">Contract ${contract.info.version}, for machines: <a href="/openapi.json">/openapi.json</a></p>
<nav aria-label="On this page"><ul><li><a href="#routes">Routes</a></li><li><a href="#problems">Problems</a></li><li><a href="#connect-failures">When connecting fails</a></li></ul></nav>
<h2 id="routes">Routes</h2>
${operations.map(({ path, method, operation }) => operationSection(contract, method, path, operation))}
<h2 id="problems">Problems</h2>
<p>Every error is a problem document; branch on <code>code</code>, and do what <code>actor</code> says.</p>
${Object.entries(problems).map(([code, { status, actor, title, mend }]) => problemEntry(code, `${status}, ${actor}`, title, mend))}
<h2 id="connect-failures">When connecting fails</h2>
<p>The person sees a page; its way back brings these as <code>error</code> to the return URL.</p>
${Object.entries(connectFailures).map(([code, { actor, title, explanation }]) => problemEntry(code, actor, title, explanation, 'connect-'))}`
  return { title: `${contract.info.title}: contract`, body, style }
}

/** Operations of a path that say the same are one section, e.g. of a route that takes any method. */
function together(path: string, methods: Readonly<Record<string, ContractOperation>>) {
  const bySummary = Object.groupBy(Object.entries(methods), ([, { summary }]) => summary)
  return Object.values(bySummary).flatMap((alike = []) => {
    const [first] = alike
    if (!first) return []
    const method = alike.map(([name]) => name.toUpperCase()).join(' ')
    return [{ path, method, operation: first[1] }]
  })
}

function operationSection(
  contract: Contract,
  method: string,
  path: string,
  operation: ContractOperation,
): Html {
  const { parameters, requestBody, responses } = operation
  const input = requestBody?.content['application/json']
  const parameterLines = parameters.map(({ name, required, schema, description, in: where }) => ({
    name,
    required,
    type: `${where}, ${typeText(contract, schema)}`,
    meaning: description,
  }))
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400)
  return html`<section class="card" id="${operation.operationId}">
<h3><span class="method">${method}</span> <code>${path}</code></h3>
<p>${operation.summary}</p>
<p class="quiet">${operation['x-role'] ? html`App role <code>${operation['x-role']}</code>` : 'Anyone'}</p>
${fieldList('Parameters', parameterLines)}
${input && fieldList('Body', fieldLines(contract, input.schema))}
${input?.example !== undefined && example('Example body', input.example)}
${good.map(([status, answer]) => answerPart(contract, status, answer))}
<h4>Problems</h4>
<ul class="codes">${operation['x-problems'].map((code) => html`<li><a href="#${code}"><code>${code}</code></a></li>`)}</ul>
</section>`
}

function answerPart(contract: Contract, status: string, answer: ContractResponse): Html {
  const content = answer.content?.['application/json']
  return html`<h4>Answer ${status}</h4>
<p>${withCode(answer.description)}</p>
${content && html`<details><summary>Fields</summary>${fieldList('', fieldLines(contract, content.schema))}</details>`}
${content?.example !== undefined && example('Example answer', content.example)}`
}

function fieldList(heading: string, lines: readonly FieldLine[]): Html | undefined {
  if (lines.length === 0) return undefined
  return html`${heading !== '' && html`<h4>${heading}</h4>`}
<dl>${lines.map(
    ({ name, type, required, meaning }) =>
      html`<dt><code>${name}</code> <span class="quiet">${type}${required ? '' : ', optional'}</span></dt>${meaning !== '' && html`<dd>${withCode(meaning)}</dd>`}`,
  )}</dl>`
}

/** Scrolls sideways on a narrow screen; focusable, so that a keyboard can do so too. */
function example(heading: string, value: unknown): Html {
  return html`<details><summary>${heading}</summary><pre tabindex="0"><code>${JSON.stringify(value, undefined, 2)}</code></pre></details>`
}

function problemEntry(code: string, kind: string, title: string, mend: string, prefix = ''): Html {
  return html`<div class="problem" id="${prefix}${code}"><code><strong>${code}</strong></code> <span class="quiet">${kind}</span>
<p>${withCode(title)}</p>
<p class="quiet">${withCode(mend)}</p></div>`
}

/** Our texts mark code by backticks. */
function withCode(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
