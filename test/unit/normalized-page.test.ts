import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unifiedKinds } from '../../shared/unified/objects.ts'
import { contract } from '../fuzz/operations.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/normalized.md'), 'utf8')
const calls = [...page.matchAll(/^\| `GET \/ads\/\{connection_id\}\/(\w+)` \| `GET (\S+)` \|$/gm)]

test('docs/normalized.md has Unified.to’s call beside ours, for each kind of object', () => {
  const kinds = Object.keys(unifiedKinds)
  expect(calls.map(([, theirs]) => `${theirs}s`).toSorted()).toEqual(kinds.toSorted())
  for (const [, theirs, ours] of calls) expect(ours).toBe(`/v1/tenants/{tenant}/unified/${theirs}s`)
})

test('docs/normalized.md has no call of ours that doesn’t exist', () => {
  const objects = ['campaigns', 'groups', 'ads', 'creatives', 'targets']
  for (const [, path = ''] of page.matchAll(/`GET (\/v1\/\S+)`/g)) {
    const routes = Object.keys(contract.paths).flatMap((route) =>
      route.endsWith('{objects}') ? objects.map((name) => route.replace('{objects}', name)) : route,
    )
    if (!path.endsWith('…')) expect(routes).toContain(path)
  }
})
