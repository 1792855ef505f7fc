import { join } from 'node:path'
import { type Child, startChild } from '../../local/child.ts'
import { findFreePort } from '../../local/ports.ts'
import { defaultPorts, type PortName } from '../../local/settings.ts'

const root = join(import.meta.dirname, '../..')

/** A running `npm start`, after installation and build. */
export interface LocalStart extends Child {
  readonly ports: Readonly<Record<PortName, number>>
  /** The printed commands, by what they do. */
  readonly printed: ReadonlyMap<string, string>
}

/** Starts everything like `npm start -- --no-demo`, on free ports, and waits until all of it is printed. */
export async function startLocally(folder: string, more: readonly string[] = []): Promise<LocalStart> {
  const entries = Object.entries(defaultPorts).map(
    async ([name, { variable }]) => [name, variable, await findFreePort()] as const,
  )
  const free = await Promise.all(entries)
  const printed = new Map<string, string>()
  const options = ['--json', '--no-demo', '--host', 'embedded', '--folder', folder]
  const child = startChild({
    name: 'npm start',
    command: process.execPath,
    args: ['local/start.ts', ...options, ...more],
    env: {
      ...process.env,
      ...Object.fromEntries(free.map(([, variable, port]) => [variable, String(port)])),
    },
    cwd: root,
    onLine(line) {
      if (!line.startsWith('{')) return
      const { what, command } = JSON.parse(line)
      if (command) printed.set(what, command)
    },
  })
  await child.waitForLine(/Ctrl-C/)
  const ports = Object.fromEntries(free.map(([name, , port]) => [name, port])) as LocalStart['ports']
  return { ...child, ports, printed }
}
