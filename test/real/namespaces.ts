import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { microsoftHosts } from './microsoft.ts'

/** As root, then as a user who becomes root in a namespace of its own (unshare(1)). */
const ways = [
  ['unshare', '--mount', '--net'],
  ['unshare', '--map-root-user', '--mount', '--net'],
] as const

/** A machine of its own: only loopback, and its own `/etc/hosts` (the first argument). */
const script = 'ip link set lo up && mount --bind "$0" /etc/hosts && exec "$@"'

/** Ends only what hangs. */
const timeout = 280_000

/** Finds how to run a command in its own network with its own host names, or nothing where that isn't allowed. */
export function findNamespaces(): readonly string[] | undefined {
  return ways.find((way) => {
    try {
      execFileSync(way[0], [...way.slice(1), 'sh', '-c', script, '/etc/hosts', 'true'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

/** Runs a command where Microsoft's names lead to 127.0.0.1 and nothing leads outside. @returns its standard output. */
export async function runWithMicrosoftsNames(
  way: readonly string[],
  command: readonly string[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'broker-hosts-'))
  const hosts = join(folder, 'hosts')
  const lines = ['localhost', ...microsoftHosts].map((name) => `127.0.0.1 ${name}`)
  await writeFile(hosts, `${lines.join('\n')}\n`)
  const [unshare = '', ...options] = way
  try {
    const all = [...options, 'sh', '-c', script, hosts, ...command]
    return (await promisify(execFile)(unshare, all, { maxBuffer: 10_000_000, timeout })).stdout
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
