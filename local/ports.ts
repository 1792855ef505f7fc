import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, listen, PortTakenError } from './service.ts'
import { defaultPorts, type PortName, type Ports } from './settings.ts'

/** Ports that another process uses: each with its purpose and the variable that changes it. */
export class PortsTakenError extends Error {
  readonly names: readonly PortName[]

  constructor(ports: Ports, names: readonly PortName[]) {
    const lines = names.map((name) => {
      const { what, variable } = defaultPorts[name]
      return `Port ${ports[name]}, wanted for ${what}, is taken. Choose another with ${variable}, e.g. ${variable}=${suggest(ports[name])}.`
    })
    super(lines.join('\n'))
    this.name = 'PortsTakenError'
    this.names = names
  }
}

/**
 * Checks that the named ports are free; 0 always is.
 * @throws PortsTakenError with every one that isn't.
 */
export async function assertPortsFree(ports: Ports, names: readonly PortName[]): Promise<void> {
  const taken = await Promise.all(names.map(async (name) => ((await isTaken(ports[name])) ? [name] : [])))
  if (taken.some((some) => some.length > 0)) throw new PortsTakenError(ports, taken.flat())
}

/**
 * Below the range that systems use for outgoing connections (Linux: from 32768, IANA: from 49152): a free port
 * stays free until a process requests it, even across a restart.
 */
const [lowestPort, highestPort] = [15_000, 32_000]

/** Finds a free port that this function hasn't returned to another running process, so it can be used later. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowestPort, highestPort)
    if ((await reserve(port)) && !(await isTaken(port))) return port
  }
}

/** A file for each assigned port, with its process: several test files search for ports concurrently. */
const reservations = join(tmpdir(), 'token-broker-ports')
const reserved: string[] = []

process.once('exit', () => {
  for (const file of reserved) rmSync(file, { force: true })
})

async function reserve(port: number): Promise<boolean> {
  const file = join(reservations, String(port))
  await mkdir(reservations, { recursive: true })
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
  } catch (error) {
    // If another user created the folder, only chance prevents collisions.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return true
    const owner = Number(await readFile(file, 'utf8').catch(() => ''))
    if (owner && !isAlive(owner)) await rm(file, { force: true })
    return false
  }
  reserved.push(file)
  return true
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function isTaken(port: number): Promise<boolean> {
  const probe = { name: 'probe', port }
  try {
    await (await listen(createServer(probe), probe)).stop()
    return false
  } catch (error) {
    if (error instanceof PortTakenError) return true
    throw error
  }
}

const suggest = (port: number) => (port < 55_000 ? port + 10_000 : port - 10_000)
