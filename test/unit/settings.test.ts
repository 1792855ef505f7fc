import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hostSettings } from '../../scripts/host-settings.ts'
import type { Setting } from '../../shared/settings/setting.ts'
import { allSettings } from '../../shared/settings.ts'

const all: [string, Setting][] = allSettings().map((setting) => [setting.name, setting])
const names = all.map(([name]) => name)
const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/settings.md'), 'utf8')

describe('the table of settings', () => {
  test.each(all)('%s accepts its own example', (_name, { schema, example }) => {
    expect(schema.safeParse(example).success).toBe(true)
  })

  test.each(all.filter(([, { default: text }]) => text !== undefined))(
    '%s means its documented default if it is unset',
    (_name, { schema, default: text }) => {
      expect(schema.parse(undefined)).toEqual(schema.parse(text))
    },
  )

  test.each(all.filter(([, { isRequired }]) => isRequired))('%s must be set', (_name, { schema }) => {
    expect(schema.safeParse(undefined).success).toBe(false)
  })

  test('names each setting once', () => {
    expect(new Set(names).size).toBe(names.length)
  })

  test('is documented completely, with the prefix of each environment', () => {
    for (const name of names) expect(page).toContain(`\`${name}\``)
  })

  test('is documented with a separate section for local-stack settings', () => {
    const [, section = ''] = /## Of the local stack only\n(.*?)\n## /s.exec(page) ?? []
    const rows = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)
    expect(rows).toEqual(all.flatMap(([name, { isLocal }]) => (isLocal ? name : [])))
    expect(rows).toContain('ALLOW_INSECURE_LOOPBACK')
  })

  test('explains, together with the host’s settings, every setting of the sample and of a deployment', () => {
    const { Values } = JSON.parse(readFileSync(join(root, 'local.settings.sample.json'), 'utf8'))
    const bicep = readFileSync(join(root, 'infra/modules/appSettings.bicep'), 'utf8')
    const deployed = [...bicep.matchAll(/^ {2}([A-Z]\w+): /gm)].map(([, name = '']) => name)
    expect(deployed.length).toBeGreaterThan(10)
    const known = new Set([...names, ...Object.keys(hostSettings)])
    expect([...Object.keys(Values), ...deployed].filter((name) => !known.has(name))).toEqual([])
  })

  test('names the unit of every time and size', () => {
    // OpenTelemetry's settings have its names, and its unit: milliseconds.
    const ours = all.filter(([name]) => !name.startsWith('OTEL_'))
    const counting = ours.filter(([, { schema, example }]) => typeof schema.parse(example) === 'number')
    expect(counting.length).toBeGreaterThan(10)
    for (const [name] of counting) expect(name).toMatch(/_(SECONDS|HOURS|DAYS|BYTES|COUNT|CONCURRENCY)$/)
  })
})
