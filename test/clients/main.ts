import { buildDotnet, dotnetClients, runDotnet } from './dotnet.ts'
import { lint, linters } from './linters.ts'
import { installNpmPackages } from './packages.ts'
import { buildTypescript, runTypescript, typescriptClients } from './typescript.ts'
import { type ClientsWorld, openWorld } from './world.ts'

/** Lints the contract, and generates, compiles, and runs a client with each generator. See README.md. */
const startedAt = performance.now()
const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`
const failures: string[] = []

/** Runs a part; the others go on if it fails. */
async function part(name: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    console.log(`${name}: works, after ${seconds()}`)
    return true
  } catch (error) {
    failures.push(name)
    console.error(`${name}: FAILED\n${error instanceof Error ? error.message : error}`)
    return false
  }
}

async function checkNpm(world: ClientsWorld): Promise<void> {
  if (!(await part('npm packages', installNpmPackages))) return
  for (const [name, command] of Object.entries(linters)) await part(name, () => lint(command))
  if (!(await part('TypeScript clients compile', buildTypescript))) return
  for (const name of Object.keys(typescriptClients))
    await part(name, () => runTypescript(name, world.environmentOf(name)))
}

async function checkDotnet(world: ClientsWorld): Promise<void> {
  if (!(await part('C# clients compile', buildDotnet))) return
  for (const name of Object.keys(dotnetClients))
    await part(name, () => runDotnet(name, world.environmentOf(name)))
}

const world = await openWorld()
try {
  await Promise.all([checkNpm(world), checkDotnet(world)])
} finally {
  await world.close()
}
const isWell = failures.length === 0
console.log(`Clients: ${isWell ? 'all work' : `NOT all work (${failures.join(', ')})`}, after ${seconds()}.`)
process.exit(isWell ? 0 : 1)
