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

/** Takes a free port and gives it back: it is likely, not sure, to be free still. */
export async function findFreePort(): Promise<number> {
  const service = await listen(createServer({ name: 'probe', port: 0 }), { name: 'probe', port: 0 })
  await service.stop()
  return service.port
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
