import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Ask, NoAnswerError } from '../../local/ask.ts'
import { RefusedError } from '../../scripts/broker/refusal.ts'
import { createReport } from '../../scripts/broker/report.ts'
import { zipOf } from './zipOf.ts'

/** A request that the command sent. */
interface Sent {
  readonly url: string
  readonly init: RequestInit
}

let folder: string
let sent: Sent[]
let answers: (() => Response | Promise<Response>)[]
let told: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'broker-report-'))
  ;[sent, answers, told] = [[], [], '']
  vi.stubEnv('BROKER_TOKEN', 'given')
  const tell = (text: string) => {
    told += `${text}\n`
  }
  vi.spyOn(console, 'error').mockImplementation(tell)
  vi.spyOn(console, 'log').mockImplementation(tell)
  vi.stubGlobal('fetch', async (url: URL | string, init: RequestInit = {}) => {
    sent.push({ url: String(url), init })
    const next = answers.shift()
    if (!next) throw new TypeError('fetch failed')
    return next()
  })
})

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

const json =
  (body: object, status: number, headers = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    })

const started = json({ status: 'pending', handle: 'h.1' }, 202, { 'retry-after': '5' })
const pending = (seconds: number) =>
  json({ status: 'pending', handle: 'h.1' }, 202, { 'retry-after': String(seconds) })
const problem = { code: 'download_failed', status: 502, actor: 'nobody', reason: 'file_broken' }

/** Rows that arrive in pieces, after which the connection ends, or breaks. */
const rows = (text: string, { pieceBytes = 7, breaks = false } = {}) => {
  return () => {
    const bytes = Buffer.from(text)
    let at = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const begin = at
        at += pieceBytes
        if (begin < bytes.byteLength) controller.enqueue(bytes.subarray(begin, at))
        else if (breaks) controller.error(new TypeError('terminated'))
        else controller.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'application/x-ndjson; charset=utf-8' } })
  }
}

const lines = '{"CampaignId":"1","Clicks":2}\n{"CampaignId":"2","Clicks":3}\n'
const whole = `${lines}{"_end":{"rows":2}}\n`

const options = { tenant: 'acme', columns: 'CampaignId, Clicks' }

/** Runs the command. `file` is its output, below the test's folder. */
async function report(
  file: string | undefined,
  {
    values = {},
    words = ['CampaignPerformance'],
    ask,
  }: Partial<Parameters<ReturnType<typeof createReport>>[0]> & {
    ask?: Ask
  } = {},
) {
  let slept = 0
  const sleep = async (milliseconds: number) => {
    slept += milliseconds
  }
  const output = file === undefined ? {} : { output: join(folder, file) }
  const verb = createReport({ ask, clock: { now: () => new Date(), sleep } })
  const code = await verb({ values: { ...options, ...output, ...values }, words })
  return { code, seconds: slept / 1000 }
}

const written = () => readdir(folder)
const textOf = (file: string) => readFile(join(folder, file), 'utf8')
const bodyOf = ({ init }: Sent) => JSON.parse(String(init.body))

describe('a report', () => {
  test('is requested, followed as long as the broker says, and written without its last line', async () => {
    answers = [started, pending(7), pending(11), rows(whole)]
    expect(await report('rows.ndjson')).toEqual({ code: 0, seconds: 5 + 7 + 11 })
    expect(await textOf('rows.ndjson')).toBe(lines)
    expect(await written()).toEqual(['rows.ndjson'])
    expect(told).toBe(`2 rows in ${join(folder, 'rows.ndjson')}.\n`)
    expect(sent.map(({ url, init }) => `${init.method} ${new URL(url).pathname}`)).toEqual([
      'POST /v1/tenants/acme/downloads',
      ...Array.from({ length: 3 }, () => 'GET /v1/tenants/acme/downloads/h.1'),
    ])
    expect(bodyOf(sent[0]!)).toEqual({
      report: {
        type: 'CampaignPerformance',
        columns: ['CampaignId', 'Clicks'],
        period: 'LastSevenDays',
      },
    })
  })

  test('has the time, the accounts, and the sums that were typed', async () => {
    answers = [started, rows(whole)]
    const values = {
      ...{ from: '2026-11-01', to: '2026-11-02', aggregation: 'Weekly', 'time-zone': 'Tijuana' },
      ...{ accounts: '1,2', 'complete-only': true, account: 'F1' },
    }
    await report('rows.ndjson', { values })
    expect(bodyOf(sent[0]!)).toEqual({
      accountId: 'F1',
      report: {
        ...{ type: 'CampaignPerformance', columns: ['CampaignId', 'Clicks'], accounts: ['1', '2'] },
        ...{ from: '2026-11-01', to: '2026-11-02', aggregation: 'Weekly', timeZone: 'Tijuana' },
        completeOnly: true,
      },
    })
  })

  test('has only what its filter leaves over', async () => {
    answers = [started, rows(whole)]
    const filter = ['Status=Active, Paused', 'DeviceType=Tablet', 'Status=Deleted']
    await report('rows.ndjson', { values: { filter } })
    expect(bodyOf(sent[0]!).report.filter).toEqual({
      ...{ Status: ['Active', 'Paused', 'Deleted'], DeviceType: ['Tablet'] },
    })
    for (const wrong of ['Status', 'Status=', '=Active'])
      await expect(report('rows.ndjson', { values: { filter: [wrong] } })).rejects.toThrow(
        '--filter takes an element and its values',
      )
  })

  test.each([
    ['rows.csv', {}, 'text/csv'],
    ['ROWS.CSV', {}, 'text/csv'],
    ['rows.txt', {}, 'application/x-ndjson'],
    ['rows.txt', { format: 'csv' }, 'text/csv'],
    ['rows.csv', { format: 'ndjson' }, 'application/x-ndjson'],
  ])('to the file %s with %j asks for %s', async (file, values, accept) => {
    const isCsv = accept === 'text/csv'
    const text = isCsv ? 'CampaignId,Clicks\r\n1,2\r\n# rows: 1\r\n' : whole
    answers = [started, rows(text)]
    expect((await report(file, { values })).code).toBe(0)
    expect(new Headers(sent[1]?.init.headers).get('accept')).toBe(accept)
    expect(await textOf(file)).toBe(isCsv ? 'CampaignId,Clicks\r\n1,2\r\n' : lines)
  })

  test('goes to standard output without a file', async () => {
    let out = ''
    vi.spyOn(process.stdout, 'write').mockImplementation(((bytes: Uint8Array, done: () => void) => {
      out += Buffer.from(bytes).toString()
      done()
      return true
    }) as never)
    answers = [started, rows(whole)]
    expect((await report(undefined)).code).toBe(0)
    expect(out).toBe(lines)
    expect(told).toBe('2 rows.\n')
  })

  test('ends, and its answer with it, when the reader of standard output leaves', async () => {
    const left = Object.assign(new Error('left'), { code: 'EPIPE' })
    vi.spyOn(process.stdout, 'write').mockImplementation(((
      _bytes: Uint8Array,
      done: (error: Error) => void,
    ) => {
      done(left)
      return false
    }) as never)
    const cancel = vi.fn()
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.from(lines)),
      cancel,
    })
    answers = [started, () => new Response(endless)]
    expect((await report(undefined)).code).toBe(1)
    expect(told).toBe('')
    expect(cancel).toHaveBeenCalled()
  })

  test('is written to what isn’t a file, and can be given up', async () => {
    answers = [started, rows(whole), started, rows(lines)]
    const values = { output: '/dev/null' }
    expect((await report(undefined, { values })).code).toBe(0)
    expect((await report(undefined, { values })).code).toBe(1)
    expect(told).toContain('2 rows in /dev/null.')
  })

  test('on a full disk is a sentence, and no row is asked for any more', async () => {
    answers = [started, rows(whole)]
    expect((await report(undefined, { values: { output: '/dev/full' } })).code).toBe(1)
    expect(told).toBe('Can’t write /dev/full. The disk is full. The rows aren’t whole.\n')
  })

  test('tells a program where its rows are', async () => {
    answers = [started, rows(whole)]
    await report('rows.ndjson', { values: { json: true } })
    expect(JSON.parse(told)).toEqual({ file: join(folder, 'rows.ndjson'), rows: 2 })
  })

  test('without rows is an empty file', async () => {
    answers = [started, rows('{"_end":{"rows":0}}\n')]
    expect((await report('rows.ndjson')).code).toBe(0)
    expect(await textOf('rows.ndjson')).toBe('')
  })
})

describe('entities', () => {
  const time = '2026-11-20T10:00:00Z'
  const values = { columns: undefined, entities: 'campaigns, adGroups' }

  test('are requested without a report, and tell the time for the next request', async () => {
    answers = [started, rows(`${lines}{"_end":{"rows":2,"syncTime":"${time}"}}\n`)]
    await report('rows', {
      words: [],
      values: { ...values, 'changed-since': '2026-11-01T00:00:00Z', account: '1', campaigns: '5,6' },
    })
    expect(bodyOf(sent[0]!)).toEqual({
      ...{ entities: ['campaigns', 'adGroups'], campaigns: ['5', '6'], accountId: '1' },
      changedSince: '2026-11-01T00:00:00Z',
    })
    expect(await textOf('rows')).toBe(lines)
    expect(told).toContain(`--changed-since ${time}`)
  })

  test.each([
    ['Type,Id\r\nCampaign,1\r\n', 'a record'],
    ['Type,Id\r\n', 'no record'],
    ['Type,Id\r\nCampaign,"a\n# b: c"\r\n', 'a field with a line that looks like an end'],
    ['Type,Id\r\n"# b: c",1\r\n', 'a field that looks like an end'],
  ])('as CSV with %j lose only their end: %s', async (csv) => {
    answers = [started, rows(`${csv}# syncTime: ${time}\r\n# rows: 1\r\n`)]
    expect((await report('rows.csv', { words: [], values })).code).toBe(0)
    expect(await textOf('rows.csv')).toBe(csv)
    expect(told).toContain(`--changed-since ${time}`)
    answers = [started, rows(`${csv}# rows: 1\r\n`)]
    await report('rows.csv', { words: [], values })
    expect(await textOf('rows.csv')).toBe(csv)
  })

  test('of Microsoft’s own address are read as bulk records', async () => {
    const file =
      'Type,Id,Budget,Sync Time\r\nFormat Version,,,\r\nAccount,1,,11/20/2026 10:00:00\r\nCampaign,2,"20.5",\r\n'
    const address = json({ status: 'address', url: 'https://files.example/a' }, 200)
    answers = [started, address, () => new Response(new Uint8Array(zipOf(Buffer.from(file))))]
    await report('rows', { words: [], values })
    expect(await textOf('rows')).toBe('{"Type":"Campaign","Id":"2","Budget":20.5}\n')
    expect(told).toContain(`--changed-since ${time}`)
  })
})

describe('rows that break off', () => {
  beforeEach(() => writeFile(join(folder, 'rows'), 'of last time'))
  afterEach(async () => {
    expect(await written()).toEqual(['rows'])
    expect(await textOf('rows')).toBe('of last time')
  })

  test.each(['ndjson', 'csv'])('at any byte of %s never look complete', async (format) => {
    const text =
      format === 'csv' ? 'A,B\r\n1,"x\n# y: z"\r\n# syncTime: 2026-11-20T00:00:00Z\r\n# rows: 12\r\n' : whole
    for (let cut = 0; cut < text.length; cut++) {
      answers = [started, rows(text.slice(0, cut))]
      expect([cut, (await report('rows', { values: { format } })).code]).toEqual([cut, 1])
    }
    expect(told).toContain('The answer broke off.')
  })

  test('with a problem are that problem', async () => {
    answers = [started, rows(`${lines}${JSON.stringify({ _problem: problem })}\n`)]
    const failure = await report('rows').catch((error) => error)
    expect(failure).toBeInstanceOf(RefusedError)
    expect(failure.answer).toEqual({ status: 502, body: problem })
  })

  test.each(['null', '5', '{}', '{"_end":null}', '{"_end":{}}', '{"_end":{"rows":"2"}}', '# row: 2'])(
    'with a last line %s never look complete',
    async (line) => {
      answers = [started, rows(`${lines}${line}\n`)]
      expect((await report('rows')).code).toBe(1)
      expect(told).toContain('The answer broke off.')
    },
  )

  test('with their connection say so, and in CSV, what says more', async () => {
    answers = [started, rows(lines, { breaks: true })]
    expect((await report('rows')).code).toBe(1)
    expect(told).toBe('The answer broke off. The rows aren’t whole.\n')
    answers = [started, rows('A\r\n1\r\n', { breaks: true })]
    expect((await report('rows', { values: { format: 'csv' } })).code).toBe(1)
    expect(told).toContain('--format ndjson')
  })

  test('because there is no end to a line are given up', async () => {
    answers = [started, rows('x'.repeat(9_000_000), { pieceBytes: 1_000_000 })]
    expect((await report('rows')).code).toBe(1)
    expect(told).toContain('a line that is too long')
  })
})

describe('a failure', () => {
  const busy = json({ code: 'too_many_requests' }, 429, { 'retry-after': '10' })
  const away = json({ code: 'advertising_unavailable' }, 503, { 'retry-after': '5' })
  const unreachable = () => {
    throw new TypeError('fetch failed')
  }

  test('that passes is waited out', async () => {
    answers = [started, busy, away, unreachable, pending(60), rows(whole)]
    expect(await report('rows')).toEqual({ code: 0, seconds: 5 + 10 + 5 + 5 + 60 })
  })

  test('to say when to ask again is waited out for the usual time', async () => {
    answers = [started, json({}, 202, { 'retry-after': 'soon' }), rows(whole)]
    expect(await report('rows')).toEqual({ code: 0, seconds: 5 + 5 })
  })

  test('is forgotten once Microsoft is making the report', async () => {
    const six = Array.from({ length: 6 }, () => busy)
    answers = [started, ...six, pending(5), ...six, rows(whole)]
    expect((await report('rows')).code).toBe(0)
  })

  test('that doesn’t pass ten times in a row ends the command', async () => {
    answers = [started, ...Array.from({ length: 11 }, () => busy)]
    await expect(report('rows')).rejects.toThrow('too_many_requests')
    expect(sent).toHaveLength(12)
    answers = [started]
    await expect(report('rows')).rejects.toThrow('Can’t reach the broker')
  })

  test.each([
    ['of the request', []],
    ['of the report', [started]],
  ])('%s is the broker’s refusal, and leaves no file', async (_title, first) => {
    answers = [...first, json({ ...problem, reason: 'report_failed' }, 502, { 'retry-after': '1' })]
    await expect(report('rows')).rejects.toMatchObject({ answer: { status: 502 } })
    expect(await written()).toEqual([])
  })

  test('of the output costs no report', async () => {
    await expect(report('missing/rows')).rejects.toThrow('Its folder doesn’t exist.')
    expect(sent).toEqual([])
  })

  test('without a wait isn’t waited out', async () => {
    answers = [started, json({ code: 'internal_error' }, 500)]
    await expect(report('rows')).rejects.toThrow('internal_error')
    answers = [started, json({ code: 'download_not_found' }, 404, { 'retry-after': '1' })]
    await expect(report('rows')).rejects.toThrow('download_not_found')
  })
})

describe('what is missing', () => {
  test('is asked for at a terminal', async () => {
    answers = [started, rows(whole)]
    const asked: string[] = []
    const ask: Ask = async ({ text }) => {
      asked.push(text)
      return text.startsWith('Report') ? 'AccountPerformance' : 'Clicks,Spend'
    }
    await report('rows', { ask, words: [], values: { columns: undefined } })
    expect(bodyOf(sent[0]!).report).toMatchObject({
      type: 'AccountPerformance',
      columns: ['Clicks', 'Spend'],
    })
    expect(asked).toHaveLength(2)
  })

  test.each([
    ['the report', { words: [] }],
    ['not both', { values: { entities: 'ads' } }],
    ['--changed-since goes with', { values: { 'changed-since': '2026-11-20T00:00:00Z' } }],
    ['--columns is about a report', { words: [], values: { entities: 'ads' } }],
    ['--to is about', { words: [], values: { columns: undefined, entities: 'ads', to: '2026-11-01' } }],
    [
      '--complete-only',
      { words: [], values: { columns: undefined, entities: 'ads', 'complete-only': true } },
    ],
    ['--columns', { values: { columns: undefined } }],
    ['--tenant', { values: { tenant: undefined } }],
    ['csv or ndjson', { values: { format: 'xml' } }],
    ['csv or ndjson', { values: { format: 'constructor' } }],
  ])('without a person is named: %s', async (name, given) => {
    await expect(report('rows', given)).rejects.toThrow(name)
    const ask: Ask = async () => {
      throw new NoAnswerError('No answer.')
    }
    await expect(report('rows', { ...given, ask })).rejects.toThrow(name)
    expect(sent).toEqual([])
    expect(await written()).toEqual([])
  })
})

describe('Microsoft’s own address', () => {
  const address = (url = 'https://files.example/a?sig=1') =>
    json({ status: 'address', reason: 'too_large', url }, 200)
  const archive = zipOf(Buffer.from('CampaignId,Clicks\r\n1,"1,000"\r\n2,--\r\n'))
  const file = (bytes: Uint8Array) => () =>
    new Response(new Uint8Array(bytes), { headers: { 'content-length': String(bytes.byteLength) } })

  test('is downloaded without credentials, unpacked, and written like the broker’s own rows', async () => {
    answers = [started, address(), file(archive)]
    expect((await report('rows')).code).toBe(0)
    expect(await textOf('rows')).toBe('{"CampaignId":"1","Clicks":1000}\n{"CampaignId":"2","Clicks":null}\n')
    const { url, init } = sent.at(-1)!
    expect([url, init.headers, init.redirect]).toEqual(['https://files.example/a?sig=1', undefined, 'error'])
    answers = [started, address('http://127.0.0.1:1/a'), file(archive)]
    expect((await report('rows.csv')).code).toBe(0)
    expect(await textOf('rows.csv')).toBe('CampaignId,Clicks\r\n1,1000\r\n2,\r\n')
  })

  test('of a file that is cut at any byte leaves no file', async () => {
    for (let cut = 0; cut < archive.byteLength; cut++) {
      answers = [started, address(), file(archive.subarray(0, cut))]
      expect([cut, (await report('rows')).code]).toEqual([cut, 1])
      expect(await written()).toEqual([])
    }
  })

  test('of a file whose connection ends says so', async () => {
    answers = [started, address(), rows('PK', { breaks: true })]
    expect((await report('rows')).code).toBe(1)
    expect(told).toBe('The downloaded file breaks off. The rows aren’t whole.\n')
  })

  test.each([
    ['has expired', address(), [() => new Response('', { status: 403 })], 'answered 403'],
    ['doesn’t answer', address(), [], 'didn’t answer'],
    ['has no TLS', address('http://files.example/a'), [], 'no TLS'],
  ])('that %s says so', async (_title, given, file, text) => {
    answers = [started, given, ...file]
    expect((await report('rows')).code).toBe(1)
    expect(told).toContain(text)
    expect(await written()).toEqual([])
  })
})
