/** A pasted answer: its body, and its head if there is one, as `curl -i` prints it. */
export interface PastedResponse {
  readonly head?: ResponseHead
  readonly body: string
}

/** What a pasted head tells. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Headers
}

/** The most heads to read (`100 Continue`, a proxy's own, redirects). */
const maxHeads = 5
/** A longer head is none. */
const maxHeadCharacters = 32_768

/**
 * Takes the head off an answer that was pasted with it, as `curl -i` or `curl -v` shows it. The last head counts: a
 * proxy's or `100 Continue` stands before it. Linear in the text.
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

/** How a tool's message or a gateway's page names the status, where no head was pasted. */
const namedStatus =
  /\bstatus(?: code|Code)?["']?[ :=]{1,3}([45]\d\d)\b|\b([45]\d\d) (?:Client|Server) Error\b|\(([45]\d\d)\) [A-Z]|<title>\s{0,9}([45]\d\d)\b/

/** The status that a text names; 0 where it names none. */
export function findStatusInText(text: string): number {
  const found = text.slice(0, maxHeadCharacters).match(namedStatus)
  return Number(found?.slice(1).find((status) => status !== undefined) ?? 0)
}

/** The marks that `curl -v` puts before each line: `<` for what came, `>` and `*` for what did not. */
function withoutMarks(text: string): string {
  if (!/^[*<>] /.test(text)) return text
  return text
    .split('\n')
    .filter((line) => !/^[*>{}](?: |\r?$)/.test(line))
    .map((line) => line.replace(/^< ?(?=HTTP\/|[A-Za-z-]{1,60}: |\r?$)/, ''))
    .join('\n')
    .trimStart()
}

/** At the blank line; where a paste has lost it, at the first line that begins a body. */
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
