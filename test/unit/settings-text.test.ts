import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../shared/config.ts'
import { SettingsError } from '../../shared/settings/faults.ts'
import type { Setting } from '../../shared/settings/setting.ts'
import { allSettings } from '../../shared/settings.ts'
import { refusalsOf, refusalsOfOne } from './settingRefusals.ts'

const all = allSettings()
const everySetting = all.map((setting) => [setting.name, setting] as const)

describe('a setting of any name', () => {
  const faultOf = ({ schema }: Setting, value: string) => schema.safeParse(value).error?.issues[0]?.message

  test.each(everySetting)(
    '%s is refused with an invisible character inside, by code point and position',
    (_name, setting) => {
      for (const [character, codePoint] of [
        ['\u200b', 'U+200B'],
        ['\ufeff', 'U+FEFF'],
        ['\u00a0', 'U+00A0'],
        ['\u00ad', 'U+00AD'],
        ['\u0007', 'U+0007'],
      ]) {
        const value = `${setting.example}${character}${setting.example}`
        const position = setting.example.length + 1
        const seen = `has invisible characters: ${codePoint} at position ${position}`
        expect(faultOf(setting, value)).toBe(seen)
      }
    },
  )

  test.each(everySetting)(
    '%s is refused with quotation marks, placeholders, or references',
    (_name, setting) => {
      const { example } = setting
      expect(faultOf(setting, `"${example}"`)).toContain('quotation marks')
      expect(faultOf(setting, `'${example}'`)).toContain('quotation marks')
      expect(faultOf(setting, `“${example}”`)).toContain('quotation marks')
      expect(faultOf(setting, '<your value>')).toContain('placeholder')
      expect(faultOf(setting, `\${VALUE}`)).toContain('placeholder')
      expect(faultOf(setting, '$(value)')).toContain('placeholder')
      expect(faultOf(setting, '{{ value }}')).toContain('placeholder')
      expect(faultOf(setting, '%OTHER_SETTING%')).toContain('percent signs')
      const reference = '@Microsoft.KeyVault(SecretUri=https://broker.vault.azure.net/secrets/x)'
      expect(faultOf(setting, reference)).toContain('reference that Azure didn’t resolve')
    },
  )

  test.each(everySetting.filter(([, { isVerbatim }]) => !isVerbatim))(
    '%s means the same with surrounding whitespace',
    (_name, { schema, example }) => {
      for (const blank of [' ', '\t', '\r\n', '\u00a0', '\ufeff'])
        expect(schema.parse(`${blank}${example}${blank}`)).toEqual(schema.parse(example))
    },
  )

  test('is not trimmed if the host reads it too, and names the invalid characters', () => {
    expect(refusalsOfOne('REFRESH_SCHEDULE', '\ufeff0 */5 * * * *\u00a0')).toEqual({
      REFRESH_SCHEDULE: 'has invisible characters: U+FEFF at position 1, U+00A0 at position 15',
    })
  })

  test('is one line, unless it is JSON or a list', () => {
    for (const name of ['TABLES_CONNECTION_STRING', 'OTEL_SERVICE_NAME'])
      expect(refusalsOfOne(name, 'one\ntwo')[name]).toContain('must be one line')
    expect(refusalsOfOne('WORKSPACES', '[\r\n\t{ "workspace": "w" }\n]')).toEqual({})
    expect(refusalsOfOne('GRANT_VAULT_URLS', 'https://one.example,\nhttps://two.example')).toEqual({})
  })

  test('is never shown if it is refused', () => {
    const secret = 'hunter2'
    for (const wrong of [
      `${secret}\u200b`,
      `"${secret}"`,
      `<${secret}>`,
      `@Microsoft.KeyVault(${secret})`,
      `{${secret}}`,
      `http://${secret}`,
      `${secret} ${secret}`,
    ]) {
      const env = Object.fromEntries(all.map(({ name }) => [name, wrong]))
      expect(() => parseConfig({ ...env, ENVIRONMENTS: 'production,sandbox' })).toThrow(SettingsError)
      expect(JSON.stringify(refusalsOf({ ...env, ENVIRONMENTS: 'production,sandbox' }))).not.toContain(secret)
    }
  })
})
