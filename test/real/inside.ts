import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type OwnRegistration, startMicrosoft } from './microsoft.ts'

/** A start to perform: its data folder's name, its arguments, and the variables of its environment. */
export interface RealStart {
  readonly data: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What a start has printed, and its exit status. */
export interface RealOutcome {
  readonly out: string
  readonly err: string
  readonly status: number
}

/** What runs inside the namespaces. */
export interface RealPlan {
  readonly folder: string
  readonly own: OwnRegistration
  readonly starts: readonly RealStart[]
}

const root = join(import.meta.dirname, '../..')

/** The machine has no way out, so nothing but the stand-ins can answer for Microsoft. */
async function perform({ folder, own, starts }: RealPlan): Promise<RealOutcome[]> {
  const certificate = await startMicrosoft(join(folder, 'microsoft'), own)
  const path = [await writeBrowser(folder), process.env.PATH].join(delimiter)
  const outcomes: RealOutcome[] = []
  for (const { args, data, env } of starts) {
    const options = ['--real', '--once', '--json', '--host', 'embedded', '--folder', join(folder, data)]
    const child = spawn(process.execPath, ['local/start.ts', ...options, ...args], {
      cwd: root,
      env: { ...process.env, PATH: path, NODE_EXTRA_CA_CERTS: certificate.caPath, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    process.once('SIGTERM', () => child.kill())
    const ended = once(child, 'close')
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    outcomes.push({ out, err, status })
  }
  return outcomes
}

async function writeBrowser(folder: string): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  const command = `exec '${process.execPath}' '${join(import.meta.dirname, 'browser.ts')}' "$1" >>'${bin}/browser.log' 2>&1`
  await writeFile(join(bin, 'xdg-open'), `#!/bin/sh\n${command}\n`)
  await chmod(join(bin, 'xdg-open'), 0o755)
  return bin
}

process.stdout.write(JSON.stringify(await perform(JSON.parse(process.argv[2] ?? ''))))
process.exit(0)
