/** A pasted answer: its body, and its head if there is one, as `curl -i` prints it. */
export interface PastedResponse {
  readonly head?: ResponseHead
  readonly body: string
}

/** The contents of a pasted head. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Headers
}

/** The most heads to read (`100 Continue`, a proxy's, redirects). */
const maxHeads = 5
/** A longer head isn't treated as one. */
const maxHeadCharacters = 32_768

/**
 * Separates an answer's head from its body, as pasted from `curl -i` or `curl -v`. The last head counts: a
 * proxy's or `100 Continue` precedes it. Linear in the text.
 */
export function parsePastedResponse(text: string): PastedResponse {
  let body = withoutMarks(text.trimStart())
  let head: ResponseHead | undefined
  for (let read = 0; read < maxHeads && /^HTTP\/\d(?:\.\d)?\s\d{3}\b/.test(body); read += 1) {
    const end = endOfHead(body)
    head = parseHead(body.slice(0, end))
    body = body.slice(end).trimStart()
  }
  return head ? { head, body } : { body }
}

/** The status in a tool's message or a gateway's page, for answers pasted without a head. */
const namedStatus =
  /\bstatus(?: code|Code)?["']?[ :=]{1,3}([45]\d\d)\b|\b([45]\d\d) (?:Client|Server) Error\b|\(([45]\d\d)\) [A-Z]|<title>\s{0,9}([45]\d\d)\b/

/** The status that a text names; 0 if it names none. */
export function findStatusInText(text: string): number {
  const found = text.slice(0, maxHeadCharacters).match(namedStatus)
  return Number(found?.slice(1).find((status) => status !== undefined) ?? 0)
}

/** The marks that `curl -v` puts before each line: `<` for received lines, `>` and `*` for others. */
function withoutMarks(text: string): string {
  if (!/^[*<>] /.test(text)) return text
  return text
    .split('\n')
    .filter((line) => !/^[*>{}](?: |\r?$)/.test(line))
    .map((line) => line.replace(/^< ?(?=HTTP\/|[A-Za-z-]{1,60}: |\r?$)/, ''))
    .join('\n')
    .trimStart()
}

/** The head ends at the blank line; if the paste lacks it, at the first line of a body. */
function endOfHead(text: string): number {
  const head = text.slice(0, maxHeadCharacters)
  const blank = head.search(/\r?\n\r?\n/)
  if (blank >= 0) return blank
  const begun = head.search(/\n[{[<]/)
  if (begun >= 0) return begun
  return Math.min(text.length, maxHeadCharacters)
}

function parseHead(head: string): ResponseHead {
  const [statusLine = '', ...lines] = head.split(/\r?\n/)
  const headers = new Headers()
  for (const line of lines) {
    const [, name, value] = line.match(/^([A-Za-z][A-Za-z0-9-]{0,60}):[ \t]*([\x20-\x7e]{0,4000})/) ?? []
    if (name && value) headers.append(name, value.trim())
  }
  return { status: Number(statusLine.match(/\s(\d{3})\b/)?.[1]), headers }
}
