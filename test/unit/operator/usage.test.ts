import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../../scripts/commandLine.ts'
import { type CommandLine, commandLines } from '../../../scripts/options.ts'
import { usageOf } from '../../../scripts/usage.ts'
import { HelpWanted, UsageError } from '../../../scripts/usageError.ts'

const root = new URL('../../../', import.meta.url)
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>
}
const lines: readonly (readonly [string, CommandLine])[] = Object.entries(commandLines)
const names = Object.keys(commandLines) as (keyof typeof commandLines)[]

/** The file of a command. What `npm start` runs first only chooses the packages. */
const fileOf = (name: string) => (name === 'start' ? 'local/start.ts' : /\S+\.ts\b/.exec(scripts[name]!)![0])

test.each(lines)('--help prints the options of %s, and does nothing else', async (name, { options }) => {
  // Without a home and an environment, there is no broker that anything else could be done to.
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [fileOf(name), '--help'], {
    cwd: root,
    env: { PATH: process.env.PATH },
  })
  const said = `${stdout}${stderr}`
  expect(said).toMatch(name === 'start' ? 'npm start -- ' : 'npm run ')
  for (const option of Object.keys(options)) if (option !== 'help') expect(said).toContain(`--${option}`)
})

const thrownBy = (name: keyof typeof commandLines, ...args: string[]) => {
  try {
    return parseArguments(name, args)
  } catch (error) {
    return error
  }
}

describe.each(names)('the usage of %s', (name) => {
  test('is what --help asks for, whatever else is typed', () => {
    expect(thrownBy(name, '--help')).toEqual(new HelpWanted(usageOf(name, commandLines[name])))
  })

  test('follows a message about an unknown option, an option without its value, or a stray word', () => {
    const { options }: CommandLine = commandLines[name]
    const usage = usageOf(name, commandLines[name])
    expect(thrownBy(name, '--halp')).toEqual(new UsageError(`Unknown option '--halp'.\n\n${usage}`))
    expect(thrownBy(name, 'one', 'two')).toEqual(
      new UsageError(`Unexpected argument '${name === 'import' ? 'two' : 'one'}'.\n\n${usage}`),
    )
    const text = Object.keys(options).find((each) => options[each]!.type === 'string')
    if (text)
      expect(thrownBy(name, `--${text}`)).toEqual(
        new UsageError(`Option '--${text} <value>' argument missing.\n\n${usage}`),
      )
  })
})

test.each([
  ['import', 'rate', 'bring-a-grant', /\(`--rate (.+?)`\)/],
  ['migrate-grants', 'concurrency', 'commands', /`--concurrency` \((.+?)\)/],
  ['setup', 'name', 'commands', /`--name` \| the broker's name \(`(.+?)`\)/],
] as const)('%s --%s has the default that %s.md says', (name, option, page, said) => {
  const [, value] = said.exec(readFileSync(new URL(`docs/${page}.md`, root), 'utf8')) ?? []
  const needed = { import: ['tenants.csv'], 'migrate-grants': ['--to', 'sealed'], setup: [] }[name]
  expect(parseArguments(name, needed).values).toMatchObject({ [option]: value ?? 'no default on the page' })
})

test('usage shows what each option takes, what is required, and what is true unless told', () => {
  const options = {
    to: { type: 'string' },
    app: { type: 'string', multiple: true },
    rate: { type: 'string', default: '5' },
    plan: { type: 'boolean', default: false },
  } as const
  const shared = [
    '  --to <value>  required',
    '  --app <value>  repeatable',
    '  --rate <value>  5 unless told',
    '  --plan',
    '  --help',
  ]
  expect(usageOf('move', { options, required: ['to'] }).split('\n')).toEqual([
    'npm run move -- [options]',
    ...shared,
    'docs/commands.md explains them.',
  ])
  expect(
    usageOf('move', { options, required: ['to'], argument: '<file>', page: 'docs/move.md' }).split('\n'),
  ).toEqual(['npm run move -- <file> [options]', ...shared, 'docs/move.md explains them.'])
})
