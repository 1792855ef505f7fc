import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { parseCommand } from '../../../scripts/commandLine.ts'
import { addressOptions, brokerVerbs, type CommandLine, commandLines } from '../../../scripts/options.ts'
import { parseAddress } from '../../../scripts/parseAddress.ts'
import { UsageError } from '../../../scripts/usageError.ts'

/** Each is a process. */
const slow = { timeout: 120_000 }

const root = new URL('../../../', import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>
}

/** Runs a command without settings, and nothing to reach. */
async function run(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const file = name === 'start' ? 'local/start.ts' : /\S+\.ts\b/.exec(scripts[name]!)![0]
  const ended = await promisify(execFile)(process.execPath, [file, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
  }).catch((error) => error)
  return { code: Number(ended.code ?? 0), out: String(ended.stdout), err: String(ended.stderr) }
}

const lines: readonly (readonly [string, CommandLine])[] = Object.entries(commandLines)
const verbs: readonly (readonly [string, CommandLine])[] = Object.entries(brokerVerbs)
const all = [
  ...lines.map(([name, line]) => ({ name, words: [] as string[], line })),
  ...verbs.map(([verb, line]) => ({ name: 'broker', words: [verb], line })),
]
const taking = all.flatMap(({ line, name, words }) =>
  Object.keys(line.options)
    .filter((option) => Object.hasOwn(addressOptions, option))
    .map((option) => ({ line, name, option, words, typed: [name, ...words, `--${option}`].join(' ') })),
)
/** Options of every command and verb whose name says that they take an address. */
const named = all
  .flatMap(({ line }) => Object.keys(line.options))
  .filter((each) => /url|vault|origin|host$/.test(each))

test('every option that is called an address is parsed as one', () => {
  // `npm run fuzz` has two hosts of its own, by name.
  expect(new Set(named.filter((each) => each !== 'host'))).toEqual(new Set(Object.keys(addressOptions)))
  expect(taking.length).toBeGreaterThan(10)
})

const messageFor = (option: string) => {
  const { example, schemes } = addressOptions[option]!
  const kinds = schemes?.[0] === 'https' ? 'https://' : 'http:// or https://'
  return `--${option} notaurl isn’t an ${kinds} URL, like ${example}.`
}

test.each(taking)('$typed refuses something else with a sentence', ({ line, option, words }) => {
  const args = [...words.slice(1), `--${option}`, 'notaurl']
  // `npm start` has its own sentence.
  expect(() => parseCommand(line, args, 'usage')).toThrow(new UsageError(messageFor(option)))
})

const everyCommand = taking.filter(
  (each, index) => taking.findIndex(({ name }) => name === each.name) === index,
)

test.each(everyCommand)(
  '$typed with something else ends with status 2',
  slow,
  async ({ name, option, words }) => {
    const { code, err, out } = await run(name, [...words, `--${option}`, 'notaurl'])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    if (name === 'start') expect(err).toContain('--return-url is "notaurl", which is not the URL of a page.')
    else expect(err).toBe(`${messageFor(option)}\n`)
  },
)

test.each([
  ['broker', ['tenants'], 'BROKER_URL'],
  ['diagnose', ['--tenant', 'acme'], 'BROKER_URL'],
  ['import', ['package.json'], 'BROKER_URL'],
  ['doctor', ['--url', 'https://127.0.0.1:1'], 'HTTPS_PROXY'],
])('%s %j with something else in %s does the same', slow, async (name, args, variable) => {
  const { code, err, out } = await run(name, args, { [variable]: 'notaurl' })
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(new RegExp(`^${variable} notaurl isn’t an http://\\S* .* URL, like http\\S+\\.\\n$`))
})

const rules = { example: 'https://broker.example.com' }

test.each([
  '',
  ' ',
  'broker.example.com',
  'localhost:7071',
  'ftp://broker.example.com',
  'https:broker.example.com',
  'https://',
  'https://two words.example',
  'https://broker.example.com#there',
  'https://[::1',
])('no address is %j', (text) => {
  expect(() => parseAddress('--url', text, rules)).toThrow(UsageError)
})

test.each(['https://broker.example.com', 'HTTP://127.0.0.1:7071/', 'https://front.example/broker?x=1'])(
  'an address is %s, as it is',
  (text) => {
    expect(parseAddress('--url', text, rules)).toBe(text)
  },
)

test('an address that must be secure, and one with a password, which is never repeated', () => {
  expect(() => parseAddress('--vault', 'http://kv.example', { ...rules, schemes: ['https'] })).toThrow(
    '--vault http://kv.example isn’t an https:// URL',
  )
  const withPassword = 'http://me:secret-1@proxy.example:8080'
  expect(() => parseAddress('--url', withPassword, rules)).toThrow(/^--url isn’t an http/)
  expect(parseAddress('HTTPS_PROXY', withPassword, { ...rules, takesCredentials: true })).toBe(withPassword)
  expect(() =>
    parseAddress('HTTPS_PROXY', 'me:secret-1@proxy', { ...rules, takesCredentials: true }),
  ).toThrow(/^HTTPS_PROXY isn’t an http/)
})
