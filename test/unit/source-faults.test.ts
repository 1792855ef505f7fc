import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSources } from '../../scripts/arrows/readSources.ts'
import { faultsOfSources } from '../../scripts/sourceFaults.ts'

const sources = await readSources(join(import.meta.dirname, '../..'), ['shared', 'functions'])
const withFile = (path: string, text: string) => faultsOfSources(new Map([...sources, [path, text]]))

test('our own sources expose secrets only where they are sent, sealed, or stored', () => {
  expect(sources.size).toBeGreaterThan(100)
  expect(faultsOfSources(sources)).toEqual([])
})

test.each([
  'const text = secret.expose()',
  'const text = secret?.expose()',
  'const texts = secrets.map((secret) => secret\n  .expose())',
  "const text = secret['expose']()",
])('a secret that is exposed elsewhere is a fault: %s', (line) => {
  expect(withFile('shared/refresh/other.ts', line)).toEqual([
    expect.stringMatching(/^shared\/refresh\/other\.ts:\d: expose: /),
  ])
})

test.each([
  'const text = await sealer.open(sealed, context)',
  'const text = await this.#keys?.open?.(sealed, context)',
  "const text = await sealer['open'](sealed, context)",
  'const { open } = sealer',
  'const { seal, open }: Sealer = services',
  'const { plaintext } = await compactDecrypt(sealed, key)',
  "const decipher = createDecipheriv('aes-256-gcm', key, iv)",
])('a sealed text that is opened elsewhere is a fault: %s', (line) => {
  expect(withFile('shared/refresh/other.ts', line)).toEqual([
    expect.stringMatching(/^shared\/refresh\/other\.ts:1: open: /),
  ])
})

test.each([
  'await tenants.replace(stored, next, [])',
  'await dependencies.tenants\n  .create(row, [])',
  "await tenants?.['replace'](stored, next, [])",
  'const { replace } = stores.tenants',
  'function write({ create }: TenantStore) {}',
])('a tenant’s row that is written elsewhere is a fault: %s', (line) => {
  expect(withFile('shared/connect/other.ts', line)).toEqual([
    expect.stringMatching(/^shared\/connect\/other\.ts:1: create, replace: /),
  ])
})

test('a listed file that writes no row is a fault', () => {
  expect(withFile('shared/tenants/patience.ts', 'export const wait = 1\n')).toEqual([
    expect.stringMatching(/^shared\/tenants\/patience\.ts: writes no tenant’s row/),
  ])
})

test('a listed file that opens no sealed text is a fault', () => {
  expect(withFile('shared/tenants/signInName.ts', 'export const name = secret.expose()\n')).toEqual([
    expect.stringMatching(/^shared\/tenants\/signInName\.ts: opens no sealed text/),
  ])
})

test('a listed file that exposes no secret is a fault', () => {
  expect(withFile('shared/vend/vend.ts', 'export const vend = 1\n')).toEqual([
    expect.stringMatching(/^shared\/vend\/vend\.ts: exposes no secret/),
  ])
})

test('a file of more than 350 lines is a fault', () => {
  const text = (lines: number) => '// a line\n'.repeat(lines)
  expect(withFile('shared/other.ts', text(350))).toEqual([])
  expect(withFile('shared/other.ts', text(351))).toEqual([
    'shared/other.ts: has 351 lines, more than 350: divide it',
  ])
})

test('the host’s metadata of a trigger is not read, and an empty one can be made', () => {
  expect(withFile('functions/other.ts', 'const { triggerMetadata } = context')).toHaveLength(1)
  expect(withFile('functions/other.ts', 'const made = { triggerMetadata: {} }')).toEqual([])
})

test('a row is replaced whole only where nothing of a later version is lost', () => {
  const line = "await table.upsertEntity(row, 'Replace')"
  expect(withFile('shared/storage/other.ts', line)).toEqual([
    expect.stringMatching(/^shared\/storage\/other\.ts:1: Replace: /),
  ])
  expect(withFile('shared/storage/other.ts', line.replace('Replace', 'Merge'))).toEqual([])
})
