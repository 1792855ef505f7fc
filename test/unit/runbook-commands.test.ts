import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { azCallsOfPage, placeholder } from '../azure/azCalls.ts'
import { shellCommands } from '../azure/shellCommands.ts'
import { ofType, readText, root } from './infraFiles.ts'

const runbooks = globSync('docs/runbooks/*.md', { cwd: fileURLToPath(root) })
const operators = ['recovery', 'deploy', 'commands', 'client-authentication', 'telemetry']
const pages = [...runbooks, ...operators.map((name) => `docs/${name}.md`)]

/** The shell blocks of a page, with a word for each `<placeholder>`. */
const blocksOf = (page: string) =>
  [...readText(page).matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) =>
    block.replaceAll(/<[A-Za-z][^<>\n]*>/g, placeholder),
  )

const blocks = pages.flatMap((page) => blocksOf(page).map((block) => ({ page, block })))

/** The shell's own words, and what each system has that runs the Azure CLI, with the options that all of them know. */
const portable: Readonly<Record<string, string>> = {
  cat: '',
  curl: 'any',
  cut: '-d -f',
  mktemp: '-d',
  printf: '-v',
  read: '-r -s',
  rm: '-r',
  tr: '-d',
  umask: '',
  zip: '-q -r',
}
/** What a page asks to install. */
const installed = ['az', 'azd', 'func', 'gh', 'git', 'jq', 'node', 'npm', 'openssl']

/** The options of a program, each alone: `-rs` is two, and `-d/` is `-d` with its value. */
const optionsOf = (name: string, args: readonly string[]) =>
  args
    .filter((word) => /^-./.test(word))
    .flatMap((word) =>
      ['read', 'zip'].includes(name) ? [...word.slice(1)].map((each) => `-${each}`) : word.slice(0, 2),
    )

describe('the commands of the pages for operators run on any system with bash', () => {
  test('all blocks are bash', () => {
    expect(blocks.length).toBeGreaterThan(25)
    for (const page of pages) {
      const input = blocksOf(page).join('\n')
      expect(spawnSync('bash', ['-n'], { input, encoding: 'utf8' }).stderr, page).toBe('')
    }
  })

  test('none needs more than bash 3.2, which macOS has, and tools that all systems have', () => {
    const functions = new Set(blocks.flatMap(({ block }) => block.match(/^ *\w+(?=\(\) \{)/gm) ?? []))
    const faults = blocks.flatMap(({ page, block }) =>
      shellCommands(block).flatMap((words) => {
        const [name = '', ...args] = words.slice(words.findIndex((word) => !isKeyword(word)) >>> 0)
        if (['', 'for', 'export'].includes(name) || functions.has(name) || installed.includes(name)) return []
        const known = portable[name]
        if (known === undefined) return [`${page}: ${name}`]
        const odd = optionsOf(name, args).filter(
          (option) => known !== 'any' && !known.split(' ').includes(option),
        )
        return odd.map((option) => `${page}: ${name} ${option}`)
      }),
    )
    expect(faults).toEqual([])
    const newer = /\b(?:mapfile|readarray|declare -A|local -n)\b|\$\{\w+(?:\^|,|@[A-Z])|&>>|\|&/
    expect(blocks.filter(({ block }) => newer.test(block))).toEqual([])
  })

  test('no page has an option that only GNU tools have, in its sentences either', () => {
    const gnu =
      /\b(?:date [^`\n]*(?:-d|--date)\b|base64 -w|sed -[irE]|xargs|grep -P|readlink -f|stat -c|shred|tac) /
    expect(pages.filter((page) => gnu.test(readText(page)))).toEqual([])
  })

  test.each(['jq', 'openssl'])('a page says that its commands need %s', (tool) => {
    // The README says it for all runbooks.
    const own = blocks.filter(
      ({ page }) => tool !== 'jq' || !runbooks.includes(page) || page.endsWith('README.md'),
    )
    const using = new Set(
      own.filter(({ block }) => new RegExp(`\\b${tool} `).test(block)).map(({ page }) => page),
    )
    expect(using.size).toBeGreaterThan(0)
    for (const page of using) expect(readText(page), page).toMatch(new RegExp(`\\bneed [^.\n]*\`${tool}\``))
  })
})

/** A word before a command: an assignment, or a keyword. */
function isKeyword(word: string): boolean {
  return /^(?:[\w]+\+?=[\s\S]*|do|then|else|while|if|!|\{|\}|done|fi|\$tag)$/.test(word)
}

test('no query takes the first of a list, which prints nothing or fails if the list is empty or has another order', () => {
  const queries = globSync('docs/**/*.md', { cwd: fileURLToPath(root) }).flatMap((page) =>
    azCallsOfPage(readText(page)).flatMap((words) => {
      const query = words[words.indexOf('--query') + 1] ?? ''
      return words.includes('--query') ? [{ page, query }] : []
    }),
  )
  expect(queries.length).toBeGreaterThan(40)
  expect(queries.filter(({ query }) => query.includes('[0]'))).toEqual([])
})

test('a block is pasted as a whole, so none undoes what it has done', () => {
  const undone = blocks.flatMap(({ page, block }) =>
    ['role assignment', 'lock'].flatMap((group) => {
      const verbs = ['create', 'delete'].filter((verb) => block.includes(`az ${group} ${verb}`))
      return verbs.length === 2 ? [`${page}: ${group}`] : []
    }),
  )
  expect(undone).toEqual([])
})

describe('deletion locks', () => {
  const locks = ofType('Microsoft.Authorization/locks')

  test('a lock has the name and the level that the pages say', () => {
    expect(locks.length).toBeGreaterThan(2)
    for (const { name, properties } of locks) {
      expect(name.split('/').at(-1)).toBe('keep')
      expect(properties).toMatchObject({ level: 'CanNotDelete' })
    }
    const calls = blocksOf('docs/runbooks/README.md').flatMap((block) =>
      shellCommands(block).filter(([az, group]) => az === 'az' && group === 'lock'),
    )
    expect(calls.map(([, , verb, ...args]) => [verb, ...args].join(' '))).toEqual([
      'delete --name keep --resource $LOCKED',
      'create --name keep --lock-type CanNotDelete --resource $LOCKED',
      "list --resource-group $GROUP --query [?name=='keep'].id --output tsv",
    ])
  })

  test('each page that deletes what a lock protects says how to delete the lock, and how to bring it back', () => {
    const deleting = pages.filter((page) =>
      /az role assignment delete|delete the old group/.test(readText(page)),
    )
    expect(deleting.length).toBeGreaterThan(3)
    for (const page of deleting) expect(readText(page), page).toContain('#deletion-locks)')
  })
})
