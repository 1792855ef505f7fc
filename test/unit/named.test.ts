import { expect, test } from 'vitest'
import { createNamed, toList } from '../../shared/operations/named.ts'

test('up to 50 are named, and all are counted', () => {
  const named = createNamed()
  for (let count = 1; count <= 50; count++) named.add(`agency/t${count}`)
  expect(toList(named)).toMatch(/^50 \(.*agency\/t50\)$/)
  named.add('agency/t51')
  expect(toList(named)).toMatch(/^51 \(.*agency\/t50, and 1 more\)$/)
})
