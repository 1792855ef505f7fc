import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'
import { minimalSettings, otherClientId, refusalsOfOne } from './settingRefusals.ts'

const directory = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const entry = (...entries: object[]) =>
  JSON.stringify(entries.map((each) => ({ audiences: [otherClientId], ...each })))

const issuer = (change: object) =>
  JSON.stringify([
    { issuer: 'https://a.example', jwksUrl: 'https://a.example/k', audiences: ['a'], ...change },
  ])
const entra = (path: string) => `https://login.microsoftonline.com/${path}`

describe('a caller issuer', () => {
  test.each<[string, object, string]>([
    ['of every directory', { issuer: entra('common/v2.0') }, '0.issuer: names common'],
    ['of every work directory', { issuer: entra('Organizations/v2.0') }, '0.issuer: names organizations'],
    ['of personal accounts by name', { issuer: entra('consumers/v2.0') }, '0.issuer: names consumers'],
    [
      'with Microsoft’s own placeholder',
      { issuer: entra('{tenantid}/v2.0') },
      '0.issuer: still has a placeholder',
    ],
    ['with it percent-encoded', { issuer: entra('%7Btenantid%7D/v2.0') }, '0.issuer: still has'],
    ['whose keys have it', { jwksUrl: entra('{tenantid}/discovery/v2.0/keys') }, '0.jwksUrl: still has'],
    [
      'that is metadata',
      { issuer: 'https://a.example/.well-known/openid-configuration' },
      '0.issuer: is the metadata URL',
    ],
    [
      'whose keys are metadata',
      { jwksUrl: 'https://a.example/.well-known/openid-configuration' },
      '0.jwksUrl: is',
    ],
    ['with a slash that no token has', { issuer: entra('x/v2.0/') }, '0.issuer: must not end with a slash'],
    [
      'without the slash that every token has',
      { issuer: 'https://sts.windows.net/x' },
      '0.issuer: must end with',
    ],
    ['for an audience in braces', { audiences: [`{${otherClientId}}`] }, '0.audiences.0: is in braces'],
    ['for an audience that hides a character', { audiences: ['a\u200b'] }, 'U+200B'],
  ])('%s is refused', (_title, change, reason) => {
    // In JSON, an escaped character isn't invisible in the raw value.
    const raw = issuer(change).replaceAll('\u200b', '\\u200b')
    expect(refusalsOfOne('CALLER_ISSUERS', raw)).toEqual({ CALLER_ISSUERS: expect.stringContaining(reason) })
  })

  test('is compared without whitespace around its audiences, and so are the apps of a workspace', () => {
    const config = parseConfig({
      ...minimalSettings,
      CALLER_ISSUERS: issuer({ audiences: [' api://broker '] }),
      WORKSPACES: '[{"workspace":"w","apps":[" app\\n"]}]',
    })
    expect(config.callerIssuers[0]?.audiences).toEqual(['api://broker'])
    expect(config.workspaces[0]?.apps).toEqual(['app'])
    expect(refusalsOfOne('WORKSPACES', `[{"workspace":"w","apps":["{${otherClientId}}"]}]`)).toEqual({
      WORKSPACES: '0.apps.0: is in braces; remove them',
    })
  })

  test.each(['none', 'HS256', 'RS1', 'RSA1_5', 'dir'])(
    'can’t be trusted with the algorithm %s',
    (algorithm) => {
      const refused = refusalsOfOne('CALLER_ISSUERS', issuer({ algorithms: ['RS256', algorithm] }))
      expect(refused).toEqual({ CALLER_ISSUERS: expect.stringContaining('0.algorithms.1') })
    },
  )

  test('has the token endpoint that the setting names, or that of the directory whose keys it has', () => {
    const tokenUrlOf = (change: object) => {
      const config = parseConfig({ ...minimalSettings, CALLER_ISSUERS: issuer(change) })
      return config.callerIssuers[0]?.tokenUrl
    }
    expect(tokenUrlOf({})).toBeUndefined()
    expect(tokenUrlOf({ tokenUrl: 'https://a.example/token' })).toBe('https://a.example/token')
    const keys = { jwksUrl: entra(`${directory}/discovery/v2.0/keys`) }
    expect(tokenUrlOf(keys)).toBe(entra(`${directory}/oauth2/v2.0/token`))
    expect(tokenUrlOf({ ...keys, tokenUrl: 'https://a.example/token' })).toBe('https://a.example/token')
    expect(tokenUrlOf({ jwksUrl: entra('common/discovery/v2.0/keys') })).toBeUndefined()
  })

  test('can be another provider’s realm with such a name, or of Entra’s old form', () => {
    for (const change of [
      { issuer: 'https://keys.example/realms/common' },
      { issuer: 'https://sts.windows.net/x/' },
      { jwksUrl: entra('common/discovery/v2.0/keys') },
    ])
      expect(refusalsOfOne('CALLER_ISSUERS', issuer(change))).toEqual({})
  })
})

describe('an Entra issuer', () => {
  const keys = entra(`${directory}/discovery/v2.0/keys`)

  test.each<[string, object, string | undefined]>([
    [
      'without the API’s client ID',
      { audiences: ['api://broker'] },
      '0.audiences: must include the API’s client ID',
    ],
    ['with it', { audiences: ['api://broker', otherClientId] }, undefined],
  ])('of version 2 %s', (_title, change, fault) => {
    for (const named of [
      { issuer: entra(`${directory}/v2.0`), jwksUrl: keys },
      { issuer: `https://login.microsoftonline.us/${directory}/v2.0`, jwksUrl: keys },
      { authority: entra(directory) },
    ]) {
      const refusals = refusalsOfOne('CALLER_ISSUERS', entry({ ...named, ...change }))
      expect(refusals).toEqual(fault ? { CALLER_ISSUERS: expect.stringContaining(fault) } : {})
    }
  })

  test('of version 1, and one that isn’t Entra’s, need no GUID', () => {
    for (const issuer of [`https://sts.windows.net/${directory}/`, 'https://a.example/v2.0'])
      expect(
        refusalsOfOne('CALLER_ISSUERS', entry({ issuer, jwksUrl: keys, audiences: ['api://b'] })),
      ).toEqual({})
  })
})

describe('an authority', () => {
  const issuersOf = (...entries: object[]) =>
    parseConfig({ ...minimalSettings, CALLER_ISSUERS: entry(...entries) }).callerIssuers

  test.each([
    ['login.microsoftonline.com', 'sts.windows.net'],
    ['login.microsoftonline.us', 'sts.windows.net'],
    ['login.partner.microsoftonline.cn', 'sts.chinacloudapi.cn'],
  ])('of %s trusts both versions of a directory’s tokens, with the same keys', (host, versionOne) => {
    const authority = `https://${host}/${directory}`
    const same = {
      jwksUrl: `${authority}/discovery/v2.0/keys`,
      tokenUrl: `${authority}/oauth2/v2.0/token`,
      audiences: [otherClientId],
      algorithms: ['RS256'],
    }
    const expected = [
      { ...same, issuer: `${authority}/v2.0` },
      { ...same, issuer: `https://${versionOne}/${directory}/` },
    ]
    expect(issuersOf({ authority })).toEqual(expected)
    expect(issuersOf({ authority: `${authority.toUpperCase().replace('HTTPS', 'https')}/` })).toEqual(
      expected,
    )
  })

  test('gives both issuers its namespace, and needs none if it is alone', () => {
    const both = issuersOf(
      { authority: entra(directory), namespace: '' },
      { issuer: 'https://a.example', jwksUrl: 'https://a.example/k', namespace: 'a' },
    )
    expect(both.map(({ namespace }) => namespace)).toEqual(['', '', 'a'])
  })

  test.each<[string, object[], string]>([
    [
      'of all directories',
      [{ authority: entra('common') }],
      '0.authority: must be an origin and the directory’s ID',
    ],
    ['with a path', [{ authority: entra(`${directory}/v2.0`) }], '0.authority: must be an origin and'],
    [
      'without a directory',
      [{ authority: 'https://login.microsoftonline.com' }],
      '0.authority: must be an origin and',
    ],
    [
      'beside an issuer',
      [{ authority: entra(directory), issuer: 'https://a.example' }],
      '0.authority: replaces issuer, jwksUrl, and tokenUrl',
    ],
    [
      'beside a token endpoint',
      [{ authority: entra(directory), tokenUrl: 'https://a.example/token' }],
      '0.authority: replaces issuer, jwksUrl, and tokenUrl',
    ],
    ['and neither issuer nor keys', [{}], '0.issuer: is required, or authority'],
    ['and no keys', [{ issuer: 'https://a.example' }], '0.jwksUrl: is required, or authority'],
    [
      'whose issuer is there already',
      [
        { authority: entra(directory), namespace: '' },
        { issuer: `https://sts.windows.net/${directory}/`, jwksUrl: entra('k'), namespace: 'b' },
      ],
      '1.issuer: is there already',
    ],
    [
      'that is there already',
      [
        { authority: entra(directory), namespace: '' },
        { authority: `${entra(directory)}/`, namespace: '' },
      ],
      '1.authority: is there already',
    ],
    [
      'among others without a namespace',
      [
        { authority: entra(directory) },
        { issuer: 'https://a.example', jwksUrl: 'https://a.example/k', namespace: '' },
      ],
      '0.namespace: is required',
    ],
  ])('%s is refused', (_title, entries, reason) => {
    expect(refusalsOfOne('CALLER_ISSUERS', entry(...entries))).toEqual({
      CALLER_ISSUERS: expect.stringContaining(reason),
    })
  })
})

describe('the subjects of an issuer', () => {
  const roles = ['Tokens.Vend']

  test.each<[string, object, string]>([
    ['a pattern for everything', { subject: '*' }, '0.subjects.0.subject: can end with * only after : or /'],
    ['a pattern without a separator', { subject: 'repo:acme*' }, '0.subjects.0.subject: can end with *'],
    ['two patterns', { subject: 'repo:*/ads:*' }, '0.subjects.0.subject: can have one *, at its end'],
    ['a blank', { subject: 'a b' }, '0.subjects.0.subject: must be'],
    ['an unknown role', { subject: 'a', roles: ['Everything'] }, '0.subjects.0.roles.0'],
    ['no roles, in a list', { subject: 'a', roles: [] }, '0.subjects.0.roles'],
  ])('%s is refused', (_what, subject, reason) => {
    expect(refusalsOfOne('CALLER_ISSUERS', issuer({ subjects: [{ roles, ...subject }] }))).toEqual({
      CALLER_ISSUERS: expect.stringContaining(reason),
    })
  })

  test('are refused for Entra, and if none is listed', () => {
    for (const change of [
      { authority: entra(directory), issuer: undefined, jwksUrl: undefined, audiences: [otherClientId] },
      { issuer: entra(`${directory}/v2.0`), audiences: [otherClientId] },
    ])
      expect(refusalsOfOne('CALLER_ISSUERS', issuer({ subjects: [{ subject: 'a' }], ...change }))).toEqual({
        CALLER_ISSUERS: expect.stringContaining('0.subjects: is for issuers other than Entra'),
      })
    expect(refusalsOfOne('CALLER_ISSUERS', issuer({ subjects: [] }))).toHaveProperty('CALLER_ISSUERS')
  })

  test('are exact, or stand for one last segment', () => {
    const subjects = [{ subject: 'repo:acme/ads:environment:production', roles }, { subject: 'a:b:*' }]
    const config = parseConfig({ ...minimalSettings, CALLER_ISSUERS: issuer({ subjects }) })
    expect(config.callerIssuers[0]?.subjects).toEqual(subjects)
  })
})
