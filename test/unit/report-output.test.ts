import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BrokenOffError } from '../../scripts/broker/report/brokenOff.ts'
import { openOutput } from '../../scripts/broker/report/openOutput.ts'
import { UsageError } from '../../scripts/usageError.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-output-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const text = (name: string) => readFile(at(name), 'utf8')

/** Writes two pieces, and finishes. */
async function write(path: string): Promise<void> {
  const output = await openOutput(path)
  await output.write(Buffer.from('new '))
  await output.write(Buffer.from('rows'))
  await output.finish()
}

/** Writes a piece, and gives up. */
async function giveUp(path: string): Promise<void> {
  const output = await openOutput(path)
  await output.write(Buffer.from('new '))
  output.discard()
}

describe('an output', () => {
  test('is there when it’s whole, with nothing beside it', async () => {
    const output = await openOutput(at('rows'))
    await output.write(Buffer.from('new rows'))
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^rows\.[0-9a-f]{8}\.part$/)])
    await output.finish()
    expect([await text('rows'), await readdir(folder)]).toEqual(['new rows', ['rows']])
  })

  test('that is given up leaves nothing, or what was there', async () => {
    await giveUp(at('rows'))
    expect(await readdir(folder)).toEqual([])
    await writeFile(at('rows'), 'old')
    await giveUp(at('rows'))
    expect([await text('rows'), await readdir(folder)]).toEqual(['old', ['rows']])
  })

  test('replaces a file and keeps its permissions', async () => {
    await writeFile(at('rows'), 'old and longer')
    await chmod(at('rows'), 0o600)
    await write(at('rows'))
    expect([await text('rows'), (await stat(at('rows'))).mode & 0o777]).toEqual(['new rows', 0o600])
  })

  test('leaves what has another name as it was', async () => {
    await writeFile(at('kept'), 'old')
    await link(at('kept'), at('rows'))
    await write(at('rows'))
    expect([await text('kept'), await text('rows')]).toEqual(['old', 'new rows'])
  })

  test.each(['a file', 'nothing yet', 'another link'])(
    'that is a link to %s is written where it leads, and stays a link',
    async (to) => {
      if (to === 'a file') await writeFile(at('target'), 'old')
      if (to === 'another link') await symlink('./further', at('target'))
      await mkdir(at('links'))
      await symlink('../target', at('links/rows'))
      await write(at('links/rows'))
      expect([await readlink(at('links/rows')), await text('links/rows')]).toEqual(['../target', 'new rows'])
      expect(await text('target')).toBe('new rows')
      expect(await readdir(at('links'))).toEqual(['rows'])
    },
  )

  test('with the longest name is written', async () => {
    for (const name of ['x'.repeat(255), '\u{1F600}'.repeat(63)]) {
      await write(at(name))
      expect(await text(name)).toBe('new rows')
    }
  })

  test('that is a device is written, and stays one', async () => {
    await symlink('/dev/null', at('rows'))
    for (const path of ['/dev/null', at('rows')]) {
      await write(path)
      await giveUp(path)
    }
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true)
    expect((await lstat(at('rows'))).isSymbolicLink()).toBe(true)
  })

  test.each(['/dev/stdout', '/dev/fd/1', '/dev/../dev/stdout'])('%s is standard output', async (path) => {
    const spy = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation(((_bytes: Uint8Array, done: () => void) => done()) as never)
    try {
      await write(path)
      expect(spy.mock.calls.map(([bytes]) => String(bytes))).toEqual(['new ', 'rows'])
      expect((await openOutput(path)).file).toBeUndefined()
    } finally {
      spy.mockRestore()
    }
  })

  test('on a full disk stops with a sentence', async () => {
    const error = await write('/dev/full').catch((each) => each)
    expect(error).toBeInstanceOf(BrokenOffError)
    expect(error.message).toBe('Can’t write /dev/full. The disk is full.')
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
    const spy = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation(((_bytes: Uint8Array, done: (error: Error) => void) => done(full)) as never)
    await expect(write('/dev/stdout').finally(() => spy.mockRestore())).rejects.toThrow(
      'Can’t write standard output. The disk is full.',
    )
  })

  test.each([
    ['missing/rows', 'Its folder doesn’t exist.'],
    ['file/rows', 'Its folder isn’t one.'],
    ['', 'It’s a folder.'],
    ['folder', 'It’s a folder.'],
    ['new/', 'It’s a folder.'],
    ['circle', 'Its links lead in a circle.'],
    ['x'.repeat(256), 'Its name is too long.'],
  ])('%j is refused before anything is asked for: %s', async (name, reason) => {
    await Promise.all([writeFile(at('file'), ''), mkdir(at('folder')), symlink('circle', at('circle'))])
    const path = `${folder}/${name}`
    const error = await openOutput(path).catch((each) => each)
    expect(error).toBeInstanceOf(UsageError)
    expect(error.message).toBe(`Can’t write ${path}. ${reason}`)
    expect((await readdir(folder)).toSorted()).toEqual(['circle', 'file', 'folder'])
  })

  test('without a name is refused', async () => {
    await expect(openOutput('')).rejects.toThrow(UsageError)
  })
})
