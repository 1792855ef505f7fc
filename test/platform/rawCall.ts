import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The result of a request on its own connection. */
export interface RawAnswer {
  /** `cut`: the connection ended before the answer was complete. `hang`: neither came within the deadline. */
  readonly outcome: 'answered' | 'cut' | 'hang'
  /** 0 if not even a status arrived. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Options of a call. */
export interface RawOptions {
  /** Lines; a line that isn't UTF-8 is given as bytes. */
  readonly headers?: readonly (string | Buffer)[]
  /** Sent after the head, unchanged. */
  readonly body?: Iterable<Buffer | string>
  /** Ends the connection once everything is sent. Default is false. */
  readonly leaves?: boolean
  readonly deadlineSeconds?: number
}

/** Sends raw bytes, without a client between a case and the server. Text is sent as UTF-8. */
export function rawCall(port: number, requestLine: string, options: RawOptions = {}): Promise<RawAnswer> {
  const { headers = [], body = [], leaves = false, deadlineSeconds = 10 } = options
  const socket = connect(port, '127.0.0.1')
  const received: Buffer[] = []
  return new Promise((resolve) => {
    const finish = (ended: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(toAnswer(Buffer.concat(received), ended, requestLine.startsWith('HEAD ')))
    }
    const timer = setTimeout(() => finish(false), deadlineSeconds * 1000)
    socket.on('data', (chunk) => {
      received.push(chunk)
    })
    // The error that ends a connection differs from run to run.
    socket.on('error', () => finish(true))
    socket.on('close', () => finish(true))
    const lines = [`${requestLine} HTTP/1.1`, 'Host: broker.example', 'Connection: close', ...headers, '']
    const head = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\r\n')]))
    void write(socket, head, body).then(() => leaves && socket.destroy())
  })
}

async function write(socket: Socket, head: Buffer, body: Iterable<Buffer | string>): Promise<void> {
  socket.write(head)
  for (const part of body) {
    if (socket.destroyed) return
    if (socket.write(part)) continue
    const settled = new AbortController()
    const events = ['drain', 'close'].map((event) => once(socket, event, { signal: settled.signal }))
    await Promise.race(events).catch(() => undefined)
    settled.abort()
  }
}

function toAnswer(bytes: Buffer, ended: boolean, isHead: boolean): RawAnswer {
  const text = bytes.toString('latin1')
  // An informational answer (1xx) precedes the answer.
  const begin = /^(?:HTTP\/1\.1 1\d\d(?!\d).*\r\n(?:.+\r\n)*\r\n)*/.exec(text)?.[0].length ?? 0
  const end = text.indexOf('\r\n\r\n', begin)
  if (end < 0) return { outcome: ended ? 'cut' : 'hang', status: 0, headers: {}, body: '' }
  const [statusLine = '', ...lines] = text.slice(begin, end).split('\r\n')
  const headers = Object.fromEntries(lines.map(splitHeader))
  const rest = bytes.subarray(end + 4)
  const chunked = headers['transfer-encoding'] === 'chunked'
  const body = chunked ? readChunks(rest) : { bytes: rest, whole: isWhole(rest, headers['content-length']) }
  const whole = isHead || body.whole
  const outcome = whole && ended ? 'answered' : ended ? 'cut' : 'hang'
  return { outcome, status: Number(statusLine.split(' ')[1]), headers, body: body.bytes.toString() }
}

const splitHeader = (line: string): [string, string] => {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

const isWhole = (bytes: Buffer, length: string | undefined) =>
  length === undefined || bytes.length === Number(length)

function readChunks(bytes: Buffer): { bytes: Buffer; whole: boolean } {
  const chunks: Buffer[] = []
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return { bytes: Buffer.concat(chunks), whole: false }
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (size === 0) return { bytes: Buffer.concat(chunks), whole: true }
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
