import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settingNames } from '../../shared/config.ts'
import { environmentSettings, type SettingDefinition, settings } from '../../shared/settings.ts'

const all: [string, SettingDefinition][] = Object.entries({ ...settings, ...environmentSettings })
const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8')

describe('the table of settings', () => {
  test.each(all)('%s accepts its own example', (_name, { schema, example }) => {
    expect(schema.safeParse(example).success).toBe(true)
  })

  test.each(all.filter(([, { default: text }]) => text !== undefined))(
    '%s means its documented default when it is unset',
    (_name, { schema, default: text }) => {
      expect(schema.parse(undefined)).toEqual(schema.parse(text))
    },
  )

  test.each(all.filter(([, { required }]) => required))('%s must be set', (_name, { schema }) => {
    expect(schema.safeParse(undefined).success).toBe(false)
  })

  test('is documented whole, with the prefix of each environment', () => {
    for (const name of settingNames()) expect(page).toContain(`\`${name}\``)
  })

  test('names the unit wherever a number counts time or size', () => {
    // What OpenTelemetry names has OpenTelemetry's name, and its unit: milliseconds.
    const ours = all.filter(([name]) => !name.startsWith('OTEL_'))
    const counting = ours.filter(([, { schema, example }]) => typeof schema.parse(example) === 'number')
    for (const [name] of counting) expect(name).toMatch(/_(SECONDS|HOURS|DAYS|BYTES|COUNT|CONCURRENCY)$/)
  })
})
