import { type Contract, type ContractOperation, parametersOf } from './document.ts'

/** A call of an operation in one language. */
export interface Sample {
  readonly language: 'curl' | 'TypeScript' | 'C#' | 'Python'
  readonly code: string
}

interface Call {
  readonly method: string
  readonly url: string
  readonly isAuthorized: boolean
  /** JSON, if the operation reads a body. */
  readonly body?: string
}

/** Values of path parameters in samples; each is plain text in every language. */
const pathValues: Readonly<Record<string, string>> = {
  tenant: 'acme',
  session: 'ar3a.7Wc2nYw0fT5kQ1vB8mZr4LxE6uHd9sJp',
  service: 'campaignManagement',
  path: 'Campaigns/QueryByAccountId',
}

/** What the pass-through sends in samples: the body is Microsoft's own. */
const passedBody = { AccountId: '180001001', CampaignType: 'Search' }

/** Calls of an operation, in each language that the docs show. They need no package. */
export function samplesOf(contract: Contract, path: string, method: string): Sample[] {
  const operation = contract.paths[path]?.[method]
  if (!operation) return []
  const call = callOf(contract, path, { method: method.toUpperCase(), operation })
  return [
    { language: 'curl', code: curlOf(call) },
    { language: 'TypeScript', code: typeScriptOf(call) },
    { language: 'C#', code: cSharpOf(call) },
    { language: 'Python', code: pythonOf(call) },
  ]
}

function callOf(
  contract: Contract,
  path: string,
  { method, operation }: { readonly method: string; readonly operation: ContractOperation },
): Call {
  const names = parametersOf(contract, operation).filter((each) => each.in === 'path')
  const filled = names.reduce((text, { name }) => text.replace(`{${name}}`, pathValues[name] ?? 'acme'), path)
  const { requestBody, security } = operation
  const media = requestBody?.content['application/json']
  const isPassed = media !== undefined && Object.keys(media.schema).length === 0
  const example = media?.example ?? (isPassed ? passedBody : requestBody?.required ? {} : undefined)
  return {
    method,
    url: `${contract.servers[0]?.url ?? ''}${filled}`,
    isAuthorized: security.length > 0,
    ...(example !== undefined && { body: JSON.stringify(example) }),
  }
}

function curlOf({ method, url, isAuthorized, body }: Call): string {
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${url}`,
    ...(isAuthorized ? ['-H "Authorization: Bearer $BROKER_TOKEN"'] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${body}'`]),
  ]
  return lines.join(' \\\n  ')
}

function typeScriptOf({ method, url, isAuthorized, body }: Call): string {
  const headers = [
    ...(isAuthorized ? [`Authorization: \`Bearer \${brokerToken}\``] : []),
    ...(body === undefined ? [] : ["'Content-Type': 'application/json'"]),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(headers.length === 0 ? [] : [`  headers: { ${headers.join(', ')} },`]),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${body}),`]),
  ]
  const init = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`
  return `const response = await fetch('${url}'${init})
const answer = await response.json()
if (!response.ok) throw new Error(\`\${answer.code}: \${answer.resolution}\`)`
}

function cSharpOf({ method, url, isAuthorized, body }: Call): string {
  const lines = [
    `using var request = new HttpRequestMessage(new HttpMethod("${method}"), "${url}");`,
    ...(isAuthorized
      ? ['request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", brokerToken);']
      : []),
    ...(body === undefined
      ? []
      : [`request.Content = new StringContent(${JSON.stringify(body)}, Encoding.UTF8, "application/json");`]),
    'using var response = await http.SendAsync(request);',
    'var answer = await response.Content.ReadAsStringAsync();',
  ]
  return lines.join('\n')
}

function pythonOf({ method, url, isAuthorized, body }: Call): string {
  const headers = [
    ...(isAuthorized ? ["'Authorization': f'Bearer {broker_token}'"] : []),
    ...(body === undefined ? [] : ["'Content-Type': 'application/json'"]),
  ]
  const lines = [
    `request = urllib.request.Request('${url}', method='${method}')`,
    ...headers.map((header) => `request.add_header(${header.replace(': ', ', ')})`),
    ...(body === undefined ? [] : [`request.data = ${JSON.stringify(body)}.encode()`]),
    'with urllib.request.urlopen(request) as response:',
    '    answer = json.load(response)',
  ]
  return lines.join('\n')
}
