import { connectFailures } from '../connect/failures.ts'
import {
  type Contract,
  type ContractOperation,
  type ContractResponse,
  parametersOf,
  resolveResponse,
} from '../contract/document.ts'
import { type FieldLine, fieldLines, typeText } from '../contract/fields.ts'
import { type Sample, samplesOf } from '../contract/samples.ts'
import { problems } from '../problems.ts'
import { docsScript } from './docsScript.ts'
import { docsStyle } from './docsStyle.ts'
import { type Html, html, type Page } from './page.ts'

/** The contract as a readable page: every route, every problem by its code, every outcome of connecting. */
export function docsPage(contract: Contract): Page & { readonly style: string } {
  const operations = Object.entries(contract.paths).flatMap(([path, methods]) => together(path, methods))
  const body = html`<div class="docs">
<div class="intro"><h1>${contract.info.title}</h1>
${contract.info.description.split('\n\n').map((text) => html`<p>${withCode(text)}</p>`)}
<p class="quiet">Contract ${contract.info.version}, for machines: <a href="/openapi.json">/openapi.json</a></p></div>
${contents(contract, operations)}
<div class="text">
<p class="search" hidden><label for="search">Search</label> <input id="search" type="search" autocomplete="off"> <span class="quiet" id="found" role="status"></span></p>
<h2 id="routes">Routes</h2>
${contract.tags.map((tag) => tagSection(contract, tag, ofTag(operations, tag.name)))}
<h2 id="problems">Problems</h2>
<p>Errors of the broker are problem documents, except from the token endpoint. Branch on <code>code</code>, and do what <code>actor</code> says.</p>
${Object.entries(problems).map(([code, { status, actor, title, resolution }]) => problemEntry(code, `${status}, ${actor}`, title, resolution))}
<h2 id="connect-failures">When connecting fails</h2>
<p>The person sees a page. Its button back to the app sends the code as <code>error</code> to the return URL.</p>
${Object.entries(connectFailures).map(([code, { actor, title, explanation }]) => problemEntry(code, actor, title, explanation, 'connect-'))}
</div>
</div>`
  return { title: `${contract.info.title}: contract`, body, style: docsStyle, script: docsScript }
}

/** The table of contents; open, because it's next to the text if there is room. */
function contents(contract: Contract, operations: readonly ListedOperation[]): Html {
  const short = (path: string) => path.replace('/v1/tenants/{tenant}/', '…/')
  return html`<nav class="side" aria-label="On this page"><details open><summary>On this page</summary>
${contract.tags.map(
  ({ name }) => html`<h5><a href="#${anchorOf(name)}">${name}</a></h5>
<ul>${ofTag(operations, name).map(({ path, method, operation }) => html`<li><a href="#${operation.operationId}">${methodMark(method)}<code>${short(path)}</code></a></li>`)}</ul>`,
)}
<ul><li><a href="#routes">Routes</a></li><li><a href="#problems">Problems</a></li><li><a href="#connect-failures">When connecting fails</a></li></ul>
</details></nav>`
}

interface ListedOperation {
  readonly path: string
  readonly method: string
  readonly operation: ContractOperation
  /** The first method, which the samples use. */
  readonly firstMethod: string
}

function ofTag(operations: readonly ListedOperation[], tag: string): ListedOperation[] {
  return operations.filter(({ operation }) => operation.tags.includes(tag))
}

function anchorOf(tag: string): string {
  return `tag-${tag.toLowerCase()}`
}

function tagSection(
  contract: Contract,
  { name, description }: Contract['tags'][number],
  operations: readonly ListedOperation[],
): Html {
  return html`<h3 class="tag" id="${anchorOf(name)}">${name}</h3>
<p class="quiet">${withCode(description)}</p>
${operations.map((listed) => operationSection(contract, listed))}`
}

/** Methods that do the same get a single label: any. */
function methodMark(method: string): Html {
  const several = method.includes(' ')
  return html`<span class="method ${several ? 'any' : method.toLowerCase()}">${several ? 'ANY' : method}</span>`
}

/** Identical operations of a path form one section, for example of a route that accepts any method. */
function together(path: string, methods: Readonly<Record<string, ContractOperation>>): ListedOperation[] {
  const bySummary = Object.groupBy(Object.entries(methods), ([, { summary }]) => summary)
  return Object.values(bySummary).flatMap((alike = []) => {
    const [first] = alike
    if (!first) return []
    const method = alike.map(([name]) => name.toUpperCase()).join(' ')
    return [{ path, method, operation: first[1], firstMethod: first[0] }]
  })
}

function operationSection(
  contract: Contract,
  { method, path, operation, firstMethod }: ListedOperation,
): Html {
  const { requestBody, responses } = operation
  const [input] = Object.values(requestBody?.content ?? {})
  const parameterLines = parametersOf(contract, operation).map(
    ({ name, required, schema, description, in: where }) => ({
      name,
      required,
      type: `${where}, ${typeText(contract, schema)}`,
      meaning: description,
    }),
  )
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400)
  return html`<section class="card" id="${operation.operationId}">
<h3>${methodMark(method)} <code>${path}</code></h3>
<p>${operation.summary}</p>
<p class="quiet">${operation['x-role'] ? html`App role <code>${operation['x-role']}</code>` : 'Anyone'}</p>
${fieldList('Parameters', parameterLines)}
${input && fieldList('Body', fieldLines(contract, input.schema))}
${input?.example !== undefined && example('Example body', input.example)}
${operation.security.length > 0 && samples(samplesOf(contract, path, firstMethod))}
${good.map(([status, response]) => answerPart(contract, status, resolveResponse(contract, response)))}
<h4>Problems</h4>
<ul class="codes">${operation['x-problems'].split(' ').map((code) => html`<li><a href="#${code}"><code>${code}</code></a></li>`)}</ul>
</section>`
}

function answerPart(contract: Contract, status: string, response: ContractResponse | undefined): Html {
  if (!response) return html``
  const content = response.content?.['application/json']
  return html`<h4>Answer ${status}</h4>
<p>${withCode(response.description)}</p>
${content && html`<details><summary>Fields</summary>${fieldList('', fieldLines(contract, content.schema))}</details>`}
${content?.example !== undefined && example('Example answer', content.example)}`
}

function samples(all: readonly Sample[]): Html {
  return html`<details><summary>Samples</summary>${all.map(({ language, code }) => html`<h4>${language}</h4><pre tabindex="0"><code>${code}</code></pre>`)}</details>`
}

function fieldList(heading: string, lines: readonly FieldLine[]): Html | undefined {
  if (lines.length === 0) return undefined
  return html`${heading !== '' && html`<h4>${heading}</h4>`}
<dl>${lines.map(
    ({ name, type, required, meaning }) =>
      html`<div class="field"><dt><code>${name}</code> <span class="quiet">${type}${required ? '' : ', optional'}</span></dt>${meaning !== '' && html`<dd>${withCode(meaning)}</dd>`}</div>`,
  )}</dl>`
}

/** Scrolls sideways on a narrow screen; focusable, so a keyboard can scroll it too. */
function example(heading: string, value: unknown): Html {
  return html`<details><summary>${heading}</summary><pre tabindex="0"><code>${JSON.stringify(value, undefined, 2)}</code></pre></details>`
}

function problemEntry(code: string, kind: string, title: string, resolution: string, prefix = ''): Html {
  return html`<div class="problem" id="${prefix}${code}"><code><strong>${code}</strong></code> <span class="quiet">${kind}</span>
<p>${withCode(title)}</p>
<p class="quiet">${withCode(resolution)}</p></div>`
}

/** Our texts mark code with backticks. */
function withCode(text: string): Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}
