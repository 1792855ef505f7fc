import { expect, onTestFinished, test, vi } from 'vitest'
import { checkCallerIssuer } from '../../shared/ready/callerIssuers.ts'

const directory = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const authority = `https://login.microsoftonline.com/${directory}`
const two = { issuer: `${authority}/v2.0`, jwksUrl: `${authority}/discovery/v2.0/keys` }
const one = { ...two, issuer: `https://sts.windows.net/${directory}/` }
const other = { issuer: 'https://issuer.example', jwksUrl: 'https://keys.example/all' }
const keys = () => Response.json({ keys: [{ kty: 'RSA' }] })
const names = (issuer: unknown) => () => Response.json({ issuer })

/** Answers each address with its answers in order, the last one again and again; without any, with 404. */
function answer(answers: Readonly<Record<string, readonly (() => Response)[]>>): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    const list = answers[url] ?? [() => new Response('', { status: 404 })]
    asked.push(url)
    return list[Math.min(asked.filter((each) => each === url).length, list.length) - 1]?.()
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  return asked
}

test.each([
  [two, `${authority}/v2.0/.well-known/openid-configuration`],
  [one, `${authority}/.well-known/openid-configuration`],
  [other, 'https://issuer.example/.well-known/openid-configuration'],
])('the keys and the metadata of %o are looked at', async (issuer, metadata) => {
  const asked = answer({ [issuer.jwksUrl]: [keys], [metadata]: [names(issuer.issuer)] })
  expect(await checkCallerIssuer(issuer)).toEqual({
    name: `caller issuer: ${issuer.issuer}`,
    ok: true,
    detail: 'keys can be fetched; agrees with its metadata',
  })
  expect(asked.toSorted()).toEqual([issuer.jwksUrl, metadata].toSorted())
})

test('a key set that callers’ verification doesn’t read isn’t read here either', async () => {
  let read = 0
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          read += 65_536
          controller.enqueue(new Uint8Array(65_536))
        },
      }),
    )
  answer({ [other.jwksUrl]: [endless] })
  expect(await checkCallerIssuer(other)).toMatchObject({ ok: false, detail: 'keys: the answer is too large' })
  expect(read).toBeLessThan(1_048_576 + 3 * 65_536)
})

test.each([
  ['https://issuer.example/token', true, 'agrees with its metadata'],
  [undefined, true, 'agrees with its metadata'],
  [
    'https://elsewhere.example/token',
    false,
    'its metadata names the token endpoint https://issuer.example/token',
  ],
])(
  'the token endpoint %s of an issuer outside Entra is compared with its metadata',
  async (tokenUrl, ok, detail) => {
    const metadata = () =>
      Response.json({ issuer: other.issuer, token_endpoint: 'https://issuer.example/token' })
    answer({
      [other.jwksUrl]: [keys],
      'https://issuer.example/.well-known/openid-configuration': [metadata],
    })
    expect(await checkCallerIssuer({ ...other, tokenUrl })).toMatchObject({
      ...{ ok, detail: expect.stringContaining(detail) },
    })
  },
)

test('metadata that names no token endpoint agrees with any', async () => {
  const url = 'https://issuer.example/.well-known/openid-configuration'
  answer({ [other.jwksUrl]: [keys], [url]: [names(other.issuer)] })
  expect(await checkCallerIssuer({ ...other, tokenUrl: 'https://a.example/token' })).toMatchObject({
    ok: true,
  })
})

test('the token endpoint of a directory isn’t a setting, so it’s not compared', async () => {
  const metadata = () => Response.json({ issuer: one.issuer, token_endpoint: `${authority}/oauth2/token` })
  answer({ [one.jwksUrl]: [keys], [`${authority}/.well-known/openid-configuration`]: [metadata] })
  const tokenUrl = `${authority}/oauth2/v2.0/token`
  expect(await checkCallerIssuer({ ...one, tokenUrl })).toMatchObject({ ok: true })
})

test('an issuer outside Entra whose host answers every path with a page has no metadata', async () => {
  const page = () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  answer({ [other.jwksUrl]: [keys], 'https://issuer.example/.well-known/openid-configuration': [page] })
  expect(await checkCallerIssuer(other)).toMatchObject({ ok: true })
})

test.each<[string, readonly (() => Response)[], readonly (() => Response)[], string]>([
  ['keys that are gone', [() => new Response('', { status: 400 })], [names(two.issuer)], 'keys: 400'],
  [
    'keys out of reach',
    [
      () => {
        throw new TypeError('fetch failed')
      },
    ],
    [names(two.issuer)],
    'keys: no answer',
  ],
  ['an empty key set', [() => Response.json({ keys: [] })], [names(two.issuer)], 'keys: the answer has none'],
  [
    'a page instead of keys',
    [() => new Response('<html>')],
    [names(two.issuer)],
    'keys: the answer has none',
  ],
  ['another issuer', [keys], [names(`${authority}/v2.0/`)], `its metadata names ${authority}/v2.0/`],
  ['no issuer', [keys], [() => Response.json([])], 'its metadata names no issuer'],
  ['a directory that Entra doesn’t know', [keys], [() => new Response('', { status: 400 })], 'metadata: 400'],
])('%s is a fault, with the address to look at', async (_what, ofKeys, ofMetadata, detail) => {
  answer({ [two.jwksUrl]: ofKeys, [`${authority}/v2.0/.well-known/openid-configuration`]: ofMetadata })
  expect(await checkCallerIssuer(two)).toMatchObject({
    ok: false,
    detail,
    resolution: expect.stringMatching(/^Compare CALLER_ISSUERS with: curl https:\/\/login/),
  })
})

test('an issuer without metadata is fine, except Entra', async () => {
  answer({ [other.jwksUrl]: [keys] })
  expect(await checkCallerIssuer(other)).toMatchObject({
    ok: true,
    detail: expect.stringContaining('no metadata'),
  })
})

test('one failed answer is not noticed', async () => {
  const failing = () => new Response('', { status: 503 })
  answer({
    [two.jwksUrl]: [failing, keys],
    [`${authority}/v2.0/.well-known/openid-configuration`]: [failing, names(two.issuer)],
  })
  expect(await checkCallerIssuer(two)).toMatchObject({ ok: true })
})
