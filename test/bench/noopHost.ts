import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AppHost, startAppHost } from './appHost.ts'

const root = join(import.meta.dirname, '..', '..')
const source = fileURLToPath(new URL('noopApp.ts', import.meta.url))

/** The answer of the no-op function. */
export interface NoopAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The settings with the no-op function's answer. */
export function noopSettings({ headers, body }: NoopAnswer): Record<string, string> {
  return { NOOP_HEADERS: JSON.stringify(headers), NOOP_BODY: body }
}

/**
 * Writes an app of two entries into a folder: the built broker, and a no-op function, which
 * answers with `NOOP_HEADERS` and `NOOP_BODY` at `v1/tenants/{tenant}/noop`.
 */
export async function writeBrokerBesideNoop(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-beside-'))
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'package.json'), '{"main":"dist/*.cjs"}')
  await copyFile(join(root, 'host.json'), join(folder, 'host.json'))
  await copyFile(join(root, 'dist', 'broker.cjs'), join(folder, 'dist', 'broker.cjs'))
  await copyFile(join(import.meta.dirname, 'noopBeside.cjs'), join(folder, 'dist', 'noop.cjs'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Starts a host, like `startBroker`, with one function on the vend's route that gives the same answer each time. */
export function startNoopHost(answer: NoopAnswer): Promise<AppHost> {
  return startAppHost(source, noopSettings(answer))
}
