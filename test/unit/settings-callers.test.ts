import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'
import { minimalSettings, otherClientId, refusalsOfOne } from './settingRefusals.ts'

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

  test('can be another provider’s realm with such a name, or of Entra’s old form', () => {
    for (const change of [
      { issuer: 'https://keys.example/realms/common' },
      { issuer: 'https://sts.windows.net/x/' },
      { jwksUrl: entra('common/discovery/v2.0/keys') },
    ])
      expect(refusalsOfOne('CALLER_ISSUERS', issuer(change))).toEqual({})
  })
})
