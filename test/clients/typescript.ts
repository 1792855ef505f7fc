import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import { builtFolder, clientsFolder, contractFile, programsFolder, root } from './folders.ts'
import { madeFrom } from './madeFrom.ts'

/** The TypeScript generators: each one's command and the other files that decide what it makes. */
export const typescriptClients = {
  'openapi-fetch': {
    command: ['openapi-typescript', contractFile, '-o', 'generated/contract.d.ts'],
    files: [],
  },
  'hey-api': {
    command: [
      'openapi-ts',
      ...['-i', contractFile, '-o', 'generated', '-c', '@hey-api/client-fetch', '--no-log-file'],
    ],
    files: [],
  },
  orval: { command: ['orval'], files: ['orval.config.ts'] },
} as const

const tool = (name: string) => join(clientsFolder, 'node_modules/.bin', name)

/** Generates every TypeScript client and compiles all programs, strictly. @throws Error with the tool's output. */
export async function buildTypescript(): Promise<void> {
  for (const [name, { command, files }] of Object.entries(typescriptClients)) {
    const cwd = join(programsFolder, name)
    const [generator = '', ...options] = command
    await madeFrom({
      folder: join(cwd, 'generated'),
      files: [
        contractFile,
        join(clientsFolder, 'package-lock.json'),
        ...files.map((file) => join(cwd, file)),
      ],
      words: command,
      make: () => run([tool(generator), ...options], { cwd }),
    })
  }
  await run([tool('tsc'), '-p', programsFolder], { cwd: root })
}

/** Bundles a program, as an app would, and runs it. @throws Error with what it printed. */
export async function runTypescript(name: string, env: Record<string, string>): Promise<void> {
  await mkdir(builtFolder, { recursive: true })
  const bundle = join(builtFolder, `${name}.mjs`)
  const options = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--log-level=warning',
    `--outfile=${bundle}`,
  ]
  await run(['esbuild', join(programsFolder, name, 'program.ts'), ...options], { cwd: root })
  await run([process.execPath, bundle], { cwd: root, env })
}
