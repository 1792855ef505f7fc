import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { settings } from '../../shared/settings.ts'

test('the host lets a sweep of the longest SWEEP_SECONDS end, with five minutes to spare', () => {
  const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'))
  const [hours = 0, minutes = 0, seconds = 0] = host.functionTimeout.split(':').map(Number)
  const longest = hours * 3600 + minutes * 60 + seconds - 300
  const accepts = (value: number) => settings.SWEEP_SECONDS.schema.safeParse(String(value)).success
  expect(accepts(longest)).toBe(true)
  expect(accepts(longest + 1)).toBe(false)
})
