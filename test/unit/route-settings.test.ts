import { beforeEach, expect, test, vi } from 'vitest'
import { answersWell, registered } from './routeGround.ts'
import { minimalSettings } from './settingRefusals.ts'

beforeEach(() => {
  for (const [name, value] of Object.entries(minimalSettings)) vi.stubEnv(name, value)
  vi.stubEnv('PUBLIC_URL', undefined)
  vi.stubEnv('KEY_VAULT_URL', 'secret-value')
  return () => void vi.unstubAllEnvs()
})

test('a broker without its settings names them, but no value, if the operation allows it', async () => {
  const { body, document } = await registered(answersWell, { tellsSettings: true })()
  expect(document()).toMatchObject({
    code: 'broker_not_configured',
    settings: [
      { setting: 'PUBLIC_URL', fault: 'is missing' },
      { setting: 'KEY_VAULT_URL', fault: 'isn’t valid' },
    ],
  })
  expect(body).not.toContain('secret-value')
})

test('a broker without its settings names none if the operation doesn’t allow it', async () => {
  const document = (await registered(answersWell)()).document()
  expect(document).toMatchObject({ code: 'broker_not_configured' })
  expect(document).not.toHaveProperty('settings')
})
