import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readExclusions, type WafExclusion, withExclusions } from '../../scripts/wafExclusions.ts'
import { type Contract, type ContractOperation, resolveSchema } from '../../shared/contract/document.ts'

const root = join(import.meta.dirname, '../..')
const readText = (path: string) => readFileSync(join(root, path), 'utf8')

const contract = JSON.parse(readText('docs/openapi.json')) as Contract
const { paths } = contract

/** A parameter that ends an exclusion's path stands for any end; every other one for a segment. */
const patternOf = (route: string) =>
  new RegExp(`^${route.replace(/\{\w+\}$/, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`)

function operationsOf({ method, route }: WafExclusion): ContractOperation[] {
  const methods = Object.entries(paths).flatMap(([path, each]) =>
    patternOf(route).test(path) ? Object.entries(each) : [],
  )
  return methods.filter(([name]) => !method || name === method.toLowerCase()).map(([, each]) => each)
}

const titled = readExclusions().map(
  (each) => [`${each.method ?? ''} ${each.route} ${each.field}`, each] as const,
)

test.each(titled)('%s is about an operation of the contract', (_title, exclusion) => {
  expect(operationsOf(exclusion).length).toBeGreaterThan(0)
})

const members = titled.filter(([, { part, field }]) => part === 'json' && field !== '*')

test.each(members)('%s is a member of the body', (_title, exclusion) => {
  const bodies = operationsOf(exclusion).map(({ requestBody }) => requestBody?.content['application/json'])
  const names = bodies.flatMap((body) =>
    Object.keys((body && resolveSchema(contract, body.schema).properties) ?? {}),
  )
  expect(names).toContain(exclusion.field)
})

test('a page without the marks around its table is refused', () => {
  const page = readText('docs/front.md')
  expect(withExclusions(page)).toBe(page)
  expect(() => withExclusions(page.replace('<!-- End of the', '<!-- The end of the'))).toThrow('no marks')
})
