import { HttpRequest } from '@azure/functions'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { recognizeBrowser } from '../../shared/access/browser.ts'
import { createCallers } from '../../shared/access/callers.ts'
import { maxTextCharacters } from '../../shared/advertising/faultBody.ts'
import { parseDraft } from '../../shared/choice/draft.ts'
import { maxChoiceFormBytes } from '../../shared/choice/form.ts'
import { classifyAuthorizationError } from '../../shared/connect/explainSignInFailure.ts'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import { maxDiagnosisBytes } from '../../shared/diagnosis/failedCall.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import { parseBody, parseQuery } from '../../shared/http/body.ts'
import { noFields } from '../../shared/http/fields.ts'
import { createReadPathParams } from '../../shared/http/receiveRequest.ts'
import { isEmbeddedBrowser } from '../../shared/identity/embeddedBrowser.ts'
import { prefersJson } from '../../shared/pages/problemPage.ts'
import { maxFaultBytes } from '../../shared/passthrough/failureText.ts'
import { toRequestHeaders } from '../../shared/passthrough/headers.ts'
import { targetUrl } from '../../shared/passthrough/target.ts'
import { registeredRoutes } from './registeredRoutes.ts'

/** What the Functions host lets in: Kestrel's limit of all headers. */
const maxHeadBytes = 32_768
const maxBodyBytes = 65_536

/**
 * Asserts that ten times the input takes ten times the work, not a hundred times. Only this thread's own work counts,
 * four times the ratio is allowed, below 10 ms nothing is compared, and one of three runs must fit, so that a busy
 * machine changes nothing.
 */
async function expectLinear(size: number, work: (size: number) => unknown): Promise<void> {
  const measure = async (bytes: number) => {
    const before = process.threadCpuUsage()
    await Promise.resolve(work(bytes)).catch(() => undefined)
    const { system, user } = process.threadCpuUsage(before)
    return (user + system) / 1000
  }
  const ratios: number[] = []
  do ratios.push((await measure(size)) / Math.max(await measure(size / 10), 10))
  while (ratios.length < 3 && (ratios.at(-1) ?? 0) >= 40)
  expect(Math.min(...ratios)).toBeLessThan(40)
}

const fill = (unit: string, bytes: number) => unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes)
const tryTo = (work: () => unknown) => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

const routes = (await registeredRoutes()).flatMap(({ operations, path }) =>
  Object.entries(operations).map(([method, operation]) => ({
    ...operation,
    title: `${method} /${path}`,
    path,
  })),
)

/** Bodies of a size: unknown names, depth, and each known field with a long text and a long list. */
function hostileBodies(schema: z.ZodType, bytes: number): string[] {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const unknown = Array.from(
    { length: bytes / 12 },
    (_, index) => `"${index.toString(36).padStart(6, 'x')}":1`,
  )
  return [
    `{${unknown.join()}}`,
    `${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`,
    fill('{"a":', bytes),
    ...names.flatMap((name) => [
      JSON.stringify({ [name]: fill('a1-', bytes - 50) }),
      `{"${name}":[${fill('"1",', bytes - 50)}1]}`,
    ]),
  ]
}

describe('the largest body takes as much work per byte as a small one', () => {
  test.each(routes.filter(({ body }) => body).map((each) => [each.title, each] as const))(
    '%s',
    async (_title, { body, maxBodyBytes: own = 0 }) => {
      const size = Math.max(own, maxBodyBytes)
      const count = hostileBodies(body!, 1200).length
      for (let index = 0; index < count; index++)
        await expectLinear(size, (bytes) => {
          const string = hostileBodies(body!, bytes)[index]!
          const headers = { 'content-type': 'application/json' }
          const request = new HttpRequest({ method: 'POST', url: 'http://x/', headers, body: { string } })
          return parseBody(request, body!, size + 100)
        })
    },
    60_000,
  )

  test('the form with which a person chooses accounts', async () => {
    for (const unit of ['account=1&', 'selected=1&', 'a&', '%', 'selected=1+2+', 'q=a'])
      await expectLinear(maxChoiceFormBytes, (bytes) =>
        parseDraft(new URLSearchParams(fill(unit, bytes)), []),
      )
  })
})

const context = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts([]),
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now: new Date(),
} as const
const beginnings = [
  '',
  '<Envelope>',
  '{"Errors":[',
  'HTTP/1.1 400 X\n',
  '<!doctype html>AADSTS1 ',
  'TrackingId ',
]
const units = [
  ...['<Envelope><TrackingId ', '<Code ', '"Code":', 'Code: x ', '{"a":', '[[', '\\"', ' ', '\n', 'a', 'Aa'],
  ...[
    'HTTP/1.1 200 OK\n\n',
    '< a: b\n',
    'AADSTS1',
    'trace_id',
    'CampaignService ',
    "{'Code': '",
    'Details=>',
  ],
  ...['<title> ', 'faultstring', 'eyJaaaaaaaa-', 'Bearer ', 'DeveloperToken ', 'message: ', 'x(', '/Api/'],
]

describe('the largest text of a failed call takes as much work per byte as a small one', () => {
  test.each(beginnings)(
    'that begins with "%s"',
    async (beginning) => {
      for (const unit of units)
        for (const size of [maxTextCharacters, maxDiagnosisBytes])
          await expectLinear(size, (bytes) =>
            diagnoseFailedCall({ status: 400, body: beginning + fill(unit, bytes) }, context),
          )
    },
    120_000,
  )

  test('and so does the address that was called', async () => {
    for (const unit of ['/Api/', '/v13', 'a.', '://', '%'])
      await expectLinear(maxFaultBytes, (bytes) =>
        diagnoseFailedCall(
          { status: 404, body: '', sent: { host: 'a.example', path: fill(unit, bytes) } },
          context,
        ),
      )
  })
})

describe('the longest query and headers take as much work per byte as short ones', () => {
  test.each(routes.map((each) => [each.title, each] as const))('%s: its query', async (_title, { query }) => {
    for (const unit of ['a&', 'a=1&', '%', '+', 'state=a&'])
      await expectLinear(maxHeadBytes, (bytes) => {
        const asked = { query: new URLSearchParams(fill(unit, bytes)) } as HttpRequest
        return tryTo(() => parseQuery(asked, query ?? noFields))
      })
    await expectLinear(maxHeadBytes, (bytes) => {
      const names = Array.from({ length: bytes / 6 }, (_, index) => index.toString(36).padStart(4, 'x'))
      const asked = { query: new URLSearchParams(names.join('=&')) } as HttpRequest
      return tryTo(() => parseQuery(asked, query ?? noFields))
    })
  })

  const name = '__Host-msads-sign-in'
  const callers = createCallers({ callerIssuers: [], workspaces: [] })
  const answer = (text: string) => ({ error: text, error_description: text, error_uri: text, state: text })
  const header = (text: string) => ({ get: () => text })

  test.each<[string, string[], (text: string) => unknown]>([
    [
      'cookies',
      ['; ', 'a;', name, `${name}=`, `${name}=${'a'.repeat(43)};`],
      (text) => recognizeBrowser('https://x.example', text),
    ],
    ['Accept', [',', ';', 'a;', 'q=', 'application/json,'], prefersJson],
    ['User-Agent', ['(iPhone ', 'Line', 'wv)', 'FBAN'], (text) => isEmbeddedBrowser(`${text}Safari/`)],
    ['Authorization', ['a', '.', 'a.a.', 'e30.'], (text) => callers.authenticate(`Bearer ${text}`)],
    [
      'an identity provider’s error',
      ['AADSTS', 'AADSTS1', 'Trace ID: ', '?code=', '&code=1'],
      (text) => classifyAuthorizationError(answer(text)),
    ],
    [
      'a path',
      ['/', 'a/', '%2F', '..'],
      (text) => [
        createReadPathParams('v1/tenants/{tenant}/ads/{service}/{*path}')(`/v1/tenants/a/ads/b/${text}`),
        tryTo(() => targetUrl('https://x.example', text, '')),
      ],
    ],
    ['Connection', [',', 'a,', ' '], (text) => toRequestHeaders(header(text), {})],
  ])('%s', async (_title, pieces, read) => {
    for (const piece of pieces) await expectLinear(maxHeadBytes, (bytes) => read(fill(piece, bytes)))
  })
})
