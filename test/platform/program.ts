import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { FunctionRoute } from './world.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const project = fileURLToPath(new URL('platform.csproj', import.meta.url))
const artifacts = '.local/platform/build'

/** The program's parts; `Program.cs` explains each. */
export interface Setup {
  readonly functions: readonly FunctionRoute[]
  readonly frontPort: number
  readonly routerPort: number
  readonly workerUri: string
  readonly invokeUri: string
  readonly storage: string
}

/** The running program. */
export interface Program {
  /** Calls its control port; the answer is JSON or empty. */
  ask<Answer = unknown>(method: 'GET' | 'POST', path: string, question?: unknown): Promise<Answer>
  stop(): Promise<void>
}

/** Restores and builds the program into `.local/`. @throws Error with the compiler's output. */
export async function buildProgram(): Promise<void> {
  const args = ['build', project, '-c', 'Release', '--artifacts-path', artifacts, '-nologo', '-v', 'q']
  const build = spawn('dotnet', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  createInterface(build.stdout).on('line', (line) => lines.push(line))
  const [status] = await once(build, 'close').catch(() => {
    throw new Error('The program is built by dotnet, which was not found: install the .NET SDK, 8 or newer.')
  })
  if (status !== 0) throw new Error(lines.filter((line) => line.includes('error')).join('\n'))
}

/** Starts the built program; it ends with this process. */
export async function startProgram(setup: Setup): Promise<Program> {
  const assembly = `${artifacts}/bin/platform/release/platform.dll`
  const child = spawn('dotnet', [assembly], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(`${JSON.stringify(setup)}\n`)
  const control = await listening(child)
  return {
    ask: async <Answer>(method: string, path: string, question?: unknown) => {
      const body = question === undefined ? undefined : JSON.stringify(question)
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(control + path, { method, ...(body && { body, headers }) })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return (text ? JSON.parse(text) : undefined) as Answer
    },
    stop: async () => {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'close')
    },
  }
}

async function listening(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const origin = /^Listening (.+)$/.exec(line)?.[1]
    if (origin) return origin
  }
  throw new Error('The program ended before it listened.')
}
