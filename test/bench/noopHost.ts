import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endsWithParent, startChild } from '../../local/child.ts'
import { bundleApp } from '../contract/host-app/fixture.ts'

const root = join(import.meta.dirname, '..', '..')
const source = fileURLToPath(new URL('noopApp.ts', import.meta.url))

/** What the function that does nothing answers. */
export interface NoopAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A function that does nothing, in the broker's own host, in a process of its own. */
export interface NoopHost {
  readonly origin: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a host, as `startBroker` does, with one function on the vend's route that gives the same answer each time. */
export async function startNoopHost(answer: NoopAnswer): Promise<NoopHost> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-noop-'))
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'package.json'), '{"type":"module","main":"dist/app.cjs"}')
  await writeFile(join(folder, 'host.json'), await readFile(join(root, 'host.json')))
  await writeFile(join(folder, 'dist', 'app.cjs'), await bundleApp('cjs', source))
  const child = startChild({
    name: 'The host of the function that does nothing',
    command: process.execPath,
    args: [
      `--import=${endsWithParent}`,
      join(root, 'local', 'host', 'main.ts'),
      ...['--port', '0', '--app', folder, '--settings', join(folder, 'no.settings.json')],
    ],
    env: { ...process.env, NOOP_HEADERS: JSON.stringify(answer.headers), NOOP_BODY: answer.body },
    cwd: root,
    followsParent: true,
  })
  const [, origin = ''] = await child.waitForLine(/Listening on (http:\S+)/)
  return {
    origin,
    pid: child.pid,
    async stop() {
      await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
