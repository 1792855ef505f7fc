import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endsWithParent, startChild } from '../../local/child.ts'
import { bundleApp } from '../contract/host-app/fixture.ts'

const root = join(import.meta.dirname, '..', '..')

/** Another app than the broker in the broker's own host, in a separate process. */
export interface AppHost {
  readonly origin: string
  readonly pid: number
  stop(): Promise<void>
}

/**
 * Starts a host, like `startBroker`, for an app of a single source file, which is bundled like the broker.
 * @param source the file's path.
 * @param env the app's settings, in addition to this process's own environment.
 */
export async function startAppHost(source: string, env: Readonly<Record<string, string>>): Promise<AppHost> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-app-'))
  await writeFile(join(folder, 'package.json'), '{"type":"module","main":"app.cjs"}')
  await writeFile(join(folder, 'host.json'), await readFile(join(root, 'host.json')))
  await writeFile(join(folder, 'app.cjs'), await bundleApp('cjs', source))
  const child = startChild({
    name: `The host of ${source}`,
    command: process.execPath,
    args: [
      `--import=${endsWithParent}`,
      join(root, 'local', 'host', 'main.ts'),
      ...['--port', '0', '--app', folder, '--settings', join(folder, 'no.settings.json')],
    ],
    env: { ...process.env, ...env },
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
