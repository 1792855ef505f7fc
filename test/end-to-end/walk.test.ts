import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultPorts, type PortName } from '../../local/settings.ts'
import { openWorld, type World } from './world.ts'

const root = join(import.meta.dirname, '../..')

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.close())

/** The shell commands of a page's section that aren't npm's, with this world's ports. */
async function commandsOf(page: string, section: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  const own = text.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  const blocks = [...own.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)
  return blocks.filter((block) => !block.startsWith('npm ')).map(toThisWorld)
}

function toThisWorld(command: string): string {
  return Object.entries(defaultPorts).reduce(
    (text, [name, { port }]) =>
      text.replaceAll(`127.0.0.1:${port}/`, `127.0.0.1:${world.stack.ports[name as PortName]}/`),
    command,
  )
}

/** Pastes commands into one shell, each after the one before has ended; `onOutput` gets the output of each. */
async function paste(commands: readonly string[], onOutput: (text: string) => Promise<void>): Promise<void> {
  const env = { ...process.env, BROKER_URL: world.origin }
  const shell = spawn('sh', ['-eu'], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const ended = once(shell, 'close')
  let output = ''
  for (const command of commands) {
    shell.stdin.write(`${command}\necho ; echo "-- ended"\n`)
    while (!output.endsWith('\n-- ended\n')) {
      const [chunk] = await Promise.race([once(shell.stdout, 'data'), ended])
      if (typeof chunk === 'number' || chunk === null) throw new Error(`The shell ended in: ${command}`)
      output += chunk
    }
    await onOutput(output)
    output = ''
  }
  shell.stdin.end()
  await ended
}

test.each([
  ['README.md', 'Try it', 'first'],
  ['docs/api.md', 'A first walk', 'first'],
])('the walk of %s works as it is printed', async (page, section, tenant) => {
  await world.call('DELETE', `/v1/tenants/${tenant}`)
  const shown: string[] = []
  await paste(await commandsOf(page, section), async (output) => {
    shown.push(output)
    const connectUrl = /"connectUrl":"([^"]+)"/.exec(output)?.[1]
    if (!connectUrl) return
    const visit = await world.finish(connectUrl, 'ada@outlook.example')
    expect(visit.url).toContain('status=connected')
  })
  expect(shown.join('')).toMatch(/"connectUrl".*"Name":"Brand".*"code":"tenant_not_found".*"actor":"app"/s)
  if (page === 'README.md')
    expect(shown.join('')).toMatch(/^\{"TimePeriod":"\S+","Clicks":\d+,"Spend":[\d.]+\}$/m)
})
