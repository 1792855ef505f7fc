import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { registeredRoutes } from './registeredRoutes.ts'

/** The rows of the walk at the head of `docs/api.md`. */
async function readWalk() {
  const page = await readFile('docs/api.md', 'utf8')
  const walk = page.slice(page.indexOf('## From a link to a call'), page.indexOf('## Calling'))
  return [...walk.matchAll(/\| `([A-Z]+) (\/v1\S*)` \| (?:`(.*)` )?\|$/gm)].map(
    ([, method = '', path = '', body]) => ({ method, path, body: body && JSON.parse(body) }),
  )
}

test('each request of the walk is one that its route accepts', async () => {
  const routes = await registeredRoutes()
  const walk = await readWalk()
  expect(walk).toHaveLength(8)
  for (const { body, method, path } of walk) {
    const found = routes.filter((route) => toPattern(route.path).test(path))
    // A catch-all also matches what another route has.
    const operation = found.find(({ path: each }) => each !== '{*path}')?.operations[method as 'GET']
    expect(operation, `${method} ${path}`).toBeDefined()
    const schema = operation?.body ?? (operation?.readsBodyItself ? z.unknown() : z.undefined())
    expect(schema.safeParse(body), `${method} ${path}`).toMatchObject({ success: true })
  }
})

function toPattern(path: string): RegExp {
  return new RegExp(`^/${path.replaceAll(/\{\*\w+\}/g, '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
