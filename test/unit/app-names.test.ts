import { describe, expect, test } from 'vitest'
import { nameApp } from '../../scripts/broker/writeAppRule.ts'

const id = '11112222-bbbb-3333-cccc-4444dddd5555'
const settings = (...namespaces: (string | undefined)[]) => ({
  callerIssuers: namespaces.map((namespace) => ({ ...(namespace !== undefined && { namespace }) })) as never,
  workspaces: [
    { workspace: 'agency', apps: [id, `partner:${id}`], returnUrls: [] },
    { workspace: 'closed', apps: ['x'], returnUrls: [] },
  ],
})

describe('an app that a command names', () => {
  test('is named as Entra writes client ids: in lower case, also behind a namespace', () => {
    expect(nameApp(id.toUpperCase(), settings(undefined))).toEqual({ app: id, workspace: 'agency' })
    const named = nameApp(` partner:${id.toUpperCase()}`, settings('', 'partner'))
    expect(named).toEqual({ app: `partner:${id}`, workspace: 'agency' })
    expect(nameApp('An-App', settings(undefined)).app).toBe('An-App')
  })

  test('has a workspace of its own unless the settings say otherwise', () => {
    expect(nameApp('another', settings(undefined)).workspace).toBe('another')
    expect(nameApp('closed', settings(undefined)).workspace).toBeUndefined()
  })

  test('needs the namespace of its issuer if each issuer has one', () => {
    expect(() => nameApp(id, settings('entra', 'partner'))).toThrow(`Write entra:${id} or partner:${id}.`)
    expect(nameApp(id, settings('', 'partner')).app).toBe(id)
  })
})
