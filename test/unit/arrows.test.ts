import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { figuresOf } from '../../scripts/arrows/figures.ts'
import { readHouse } from '../../scripts/arrows/floors.ts'
import { faultsOfArrows } from '../../scripts/arrows/judge.ts'
import { readSources } from '../../scripts/arrows/readSources.ts'

const page = `## Floors

| floor | rooms |
|---|---|
| routes | \`functions/\` |
| use cases | \`connect/\` \`vend/\` |
| outside | \`storage/\` |
| ground | \`clock.ts\` |

## Doors

| what | only |
|---|---|
| \`storage/\` | \`vend/\` |
| \`@azure/data-tables\` | \`storage/\` |
`

const sound = {
  'functions/token.ts': "import { vend } from '../shared/vend/vend.ts'\n",
  'shared/connect/connect.ts': "import { vend } from '../vend/vend.ts'\n",
  'shared/vend/vend.ts': "import {\n  table,\n  type Row,\n} from '../storage/table.ts'\n",
  'shared/storage/table.ts':
    "import { odata } from '@azure/data-tables'\nimport { now } from '../clock.ts'\n",
  'shared/clock.ts': 'export const now = 1\n',
}

function faultsWith(changed: Readonly<Record<string, string>>): string[] {
  return faultsOfArrows(new Map(Object.entries({ ...sound, ...changed })), readHouse(page))
}

test('a house with only downward imports has no faults', () => {
  expect(faultsWith({})).toEqual([])
})

test.each([
  ['a value', "import { vend } from '../vend/vend.ts'\n"],
  ['a type alone', "import type { Vend } from '../vend/vend.ts'\n"],
  ['names over several lines', "import {\n  type Vend,\n  vend,\n} from '../vend/vend.ts'\n"],
  ['what is passed on', "export { vend } from '../vend/vend.ts'\n"],
  ['everything that is passed on', "export * from '../vend/vend.ts'\n"],
  ['what is loaded later', "const later = () => import('../vend/vend.ts')\n"],
  ['a file for its effects', "import '../vend/vend.ts'\n"],
])('an upward import is a fault: %s', (_, text) => {
  expect(faultsWith({ 'shared/storage/upwards.ts': text })).toContain(
    'shared/storage/upwards.ts → shared/vend/vend.ts: shared/vend/ stands above shared/storage/',
  )
})

test('two rooms of one floor that import each other are a fault, even if no files form a circle', () => {
  expect(faultsWith({ 'shared/vend/other.ts': "import type { C } from '../connect/connect.ts'\n" })).toEqual([
    'rooms import each other around: shared/connect/, shared/vend/',
  ])
})

test('a circle of files in one room is a fault, including type imports', () => {
  const circle = {
    'shared/vend/one.ts': "import type { Two } from './two.ts'\n",
    'shared/vend/two.ts': "import { three } from './three.ts'\n",
    'shared/vend/three.ts': "import { one } from './one.ts'\n",
  }
  expect(faultsWith(circle)).toEqual([
    'files import each other around: shared/vend/one.ts, shared/vend/three.ts, shared/vend/two.ts',
  ])
})

test('a room is imported through its door, and so is a package', () => {
  const around = {
    'shared/connect/around.ts': "import type { Row } from '../storage/table.ts'\n",
    'shared/vend/around.ts': "import { odata } from '@azure/data-tables'\n",
  }
  expect(faultsWith(around)).toEqual([
    'shared/connect/around.ts → ../storage/table.ts: only shared/vend/ may import shared/storage/',
    'shared/vend/around.ts → @azure/data-tables: only shared/storage/ may import @azure/data-tables',
  ])
})

test('published files import no unpublished ones', () => {
  expect(faultsWith({ 'shared/vend/demo.ts': "import { seed } from '../../local/seed.ts'\n" })).toEqual([
    'shared/vend/demo.ts → local/seed.ts: what is published imports nothing that is not',
  ])
})

test('a room without a floor, and a floor without its room, are faults', () => {
  const { 'shared/connect/connect.ts': _gone, ...rest } = sound
  const sources = new Map(Object.entries({ ...rest, 'shared/utils/helpers.ts': '' }))
  expect(faultsOfArrows(sources, readHouse(page))).toEqual([
    'shared/utils/ stands on no floor: add it to the table "Floors"',
    'shared/connect/ is on a floor and does not exist: take it out of the table "Floors"',
  ])
})

test('a room in italics has its floor before it exists, and after', () => {
  const house = readHouse(page.replace('`connect/`', '`connect/` *`downloads/`*'))
  const upwards = "import { download } from '../downloads/download.ts'\n"
  const built = { ...sound, 'shared/downloads/download.ts': 'export const download = 1\n' }
  expect(faultsOfArrows(new Map(Object.entries(sound)), house)).toEqual([])
  expect(faultsOfArrows(new Map(Object.entries(built)), house)).toEqual([])
  const wrong = { ...built, 'shared/storage/upwards.ts': upwards }
  expect(faultsOfArrows(new Map(Object.entries(wrong)), house)).toEqual([
    'shared/storage/upwards.ts → shared/downloads/download.ts: shared/downloads/ stands above shared/storage/',
  ])
})

test('a page without the tables is an error, not a house without rules', () => {
  expect(() => readHouse('# How it is built')).toThrow('no table below the heading "Floors"')
})

test('the figures count knots, pairs, circles, and long files', () => {
  const tangled = {
    'shared/vend/other.ts': "import type { C } from '../connect/connect.ts'\n",
    'shared/vend/one.ts': "import './two.ts'\n",
    'shared/vend/two.ts': `import './one.ts'\n${'\n'.repeat(200)}`,
  }
  expect(figuresOf(new Map(Object.entries({ ...sound, ...tangled })))).toEqual([
    'rooms in knots: 2',
    'pairs of rooms that import each other: 1',
    'circles of files: 1',
    'lines of shared/: 211 in 7 files',
    'files of more than 200 lines: 1',
  ])
})

test('our own house matches its page', async () => {
  const root = join(import.meta.dirname, '../..')
  const house = readHouse(await readFile(join(root, 'docs/architecture.md'), 'utf8'))
  expect(faultsOfArrows(await readSources(root, ['shared', 'functions']), house)).toEqual([])
})

test('the page’s house shows every folder of the library, and no other', async () => {
  const root = join(import.meta.dirname, '../..')
  const [, house = ''] = (await readFile(join(root, 'docs/architecture.md'), 'utf8')).split('```')
  const shown = [...house.matchAll(/^ {2}(\w+)\/ /gm)].map(([, room]) => room)
  const entries = await readdir(join(root, 'shared'), { withFileTypes: true })
  const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  expect(shown.toSorted()).toEqual(rooms.toSorted())
})
