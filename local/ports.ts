import { randomInt } from 'node:crypto'
import { createServer, listen, PortTakenError } from './service.ts'
import { defaultPorts, type PortName, type Ports } from './settings.ts'

/** Ports that somebody else listens on: which, for what, and which variable changes each. */
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
 * Makes sure that the named ports can be listened on; 0 always can.
 * @throws PortsTakenError with every one that cannot.
 */
export async function assertPortsFree(ports: Ports, names: readonly PortName[]): Promise<void> {
  const taken = await Promise.all(names.map(async (name) => ((await isTaken(ports[name])) ? [name] : [])))
  if (taken.some((some) => some.length > 0)) throw new PortsTakenError(ports, taken.flat())
}

/**
 * Below the range from which systems take ports for outgoing connections (Linux: 32768 up, IANA: 49152 up): what is
 * free there stays so while nobody asks for it, also over a restart.
 */
const [lowestPort, highestPort] = [15_000, 32_000]
const given = new Set<number>()

/** Finds a port that is free and that this process has not given before; other processes choose by chance too. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowestPort, highestPort)
    if (given.has(port)) continue
    given.add(port)
    if (!(await isTaken(port))) return port
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
