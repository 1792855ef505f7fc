import { describe, expect, test } from 'vitest'
import { readSettings } from '../../scripts/commandLine.ts'
import { minimalSettings, refusalsOf } from './settingRefusals.ts'

const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy', 'all_proxy']

describe('an outbound proxy', () => {
  test.each(variables)('in %s is refused by name, with the reason', (name) => {
    expect(refusalsOf({ ...minimalSettings, [name]: 'http://proxy.example:8080' })).toEqual({
      [name]: expect.stringContaining('sign-in and Microsoft Advertising would not'),
    })
  })

  test.each(variables)('in an empty %s is none', (name) => {
    expect(refusalsOf({ ...minimalSettings, [name]: ' ' })).toEqual({})
  })

  test('that only NO_PROXY speaks of is none', () => {
    expect(refusalsOf({ ...minimalSettings, NO_PROXY: '*', no_proxy: '*' })).toEqual({})
  })

  test.each(variables)('of a command’s own environment (%s) is not a setting of the broker', async (name) => {
    const before = process.env[name]
    process.env[name] = 'http://proxy.example:8080'
    try {
      expect(await readSettings(undefined)).not.toHaveProperty(name)
    } finally {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    }
  })
})
