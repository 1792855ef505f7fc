import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { alerts as ofYears, ringing } from '../../years/alerts.ts'
import { root } from '../infraFiles.ts'
import { isRinging, linesOf } from './scene.ts'
import { scenes } from './scenes.ts'

describe.each(scenes)('%s', (name, { rings, silent }) => {
  test.each(Object.entries(rings))('rings when %s', async (_title, scene) => {
    expect(isRinging(name, await scene())).toBe(true)
  })

  test.each(Object.entries(silent))('stays silent when %s', async (_title, scene) => {
    expect(isRinging(name, await scene())).toBe(false)
  })
})

/** They read what isn't a line of the broker, or compare with the time of the evaluation. */
const notOfLines = new Set(['backup-missing', 'host-failures', 'sweep-silent'])

describe.each(scenes.filter(([name]) => !notOfLines.has(name)))(
  'the condition of %s in test/years',
  (name, { rings }) => {
    test.each(Object.entries(rings))('rings too when %s', async (_title, scene) => {
      expect(ofYears).toHaveProperty(name)
      expect([...ringing(linesOf(await scene())).keys()]).toContain(name)
    })
  },
)

test('each alert is heard and not heard', () => {
  const queries = readdirSync(new URL('infra/alerts', root)).map((file) => file.replace('.kql', ''))
  const names = (kind: 'rings' | 'silent') =>
    scenes.filter(([, own]) => Object.keys(own[kind]).length > 0).map(([name]) => name)
  for (const kind of ['rings', 'silent'] as const) expect(new Set(names(kind))).toEqual(new Set(queries))
})
