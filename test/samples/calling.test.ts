import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildCsharp } from './buildCsharp.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.local/samples/calling')
const page = readFileSync(join(root, 'docs/calling.md'), 'utf8')
mkdirSync(folder, { recursive: true })

const snippets = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code = '']) => code)

function run(command: string, args: string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', input })
  if (error) throw new Error(`${command} was not found: install it.`)
  return status === 0 ? '' : stdout + stderr
}

test('the TypeScript of docs/calling.md compiles', () => {
  const given =
    'declare const API_CLIENT_ID: string, BROKER: string, directory: string, clientId: string, secret: string\n'
  const files = snippets('ts').map((code, index) => {
    const path = join(folder, `snippet${index}.ts`)
    writeFileSync(path, `${code}export { vend }\n${given}`)
    return path
  })
  expect(files).not.toEqual([])
  const options =
    '--ignoreConfig --noEmit --strict --skipLibCheck --target es2024 --module nodenext --types node'
  expect(run(join(root, 'node_modules/.bin/tsc'), [...options.split(' '), ...files])).toBe('')
})

test('the Python of docs/calling.md is Python', () => {
  expect(snippets('python')).not.toEqual([])
  for (const code of snippets('python'))
    expect(run('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], code)).toBe('')
})

test('the C# of docs/calling.md compiles', () => {
  const [code = '', ...others] = snippets('csharp')
  expect(others).toEqual([])
  const [imports = '', body = ''] = code.split('\n\n')
  const given =
    'HttpClient http, string broker, string apiClientId, string directory, string clientId, string secret'
  const method = `static class Snippet { static async Task<JsonElement> Vend(${given}) {\n${body}return vend; } }\n`
  writeFileSync(
    join(folder, 'Snippet.cs'),
    `using System.Net.Http.Json;\nusing System.Text.Json;\n${imports}\n${method}`,
  )
  buildCsharp('csharp/Calling/Calling.csproj')
})
