import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Names that published sources must not contain, and the reasons. */
const banned = {
  triggerMetadata:
    'the host puts headers, query and the whole body in it, refresh tokens too; take headers and params of the request',
}

/** An empty one doesn't read anything: `shared/http/guard.ts` uses it to answer a request through the library. */
const allowed = 'triggerMetadata: {}'

let faults = 0
for await (const path of glob('{functions,shared}/**/*.ts', { cwd: root })) {
  const lines = (await readFile(join(root, path), 'utf8')).split('\n')
  for (const [index, line] of lines.entries()) {
    for (const [name, why] of Object.entries(banned)) {
      if (!line.replace(allowed, '').includes(name)) continue
      faults++
      console.error(`${path}:${index + 1}: ${name}: ${why}`)
    }
  }
}
if (faults > 0) process.exitCode = 1
