import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

let clone: string

/** A fresh clone, with one dependency that needs a newer Node than any machine has. */
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'bootstrap-'))
  await Promise.all(['local', 'needs'].map((folder) => mkdir(join(clone, folder))))
  await copyFile('local/bootstrap.mjs', join(clone, 'local/bootstrap.mjs'))
  await writeFile(join(clone, 'local/start.ts'), "console.log('started')")
  const own = { name: 'clone', version: '1.0.0', dependencies: { needs: 'file:needs' } }
  const needs = { name: 'needs', version: '1.0.0', engines: { node: '>=99' } }
  const packages = { '': own, needs, 'node_modules/needs': { resolved: 'needs', link: true } }
  await write('package.json', { ...own, scripts: { build: 'node --version' } })
  await write('needs/package.json', needs)
  await write('package-lock.json', { ...own, lockfileVersion: 3, packages })
})

afterEach(() => rm(clone, { recursive: true, force: true }))

const write = (file: string, content: object) => writeFile(join(clone, file), JSON.stringify(content))

/** `npm start`, with or without a level that someone asked npm for. */
async function start(level?: string) {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...(level && { npm_config_loglevel: level }) }
  const run = promisify(execFile)(process.execPath, ['local/bootstrap.mjs'], { cwd: clone, env })
  const ended = await run.then((done) => ({ code: 0, ...done })).catch((error) => error)
  return { code: Number(ended.code), out: String(ended.stdout), err: String(ended.stderr) }
}

test('the first start says that it installs, and shows none of npm’s warnings about the machine’s Node', async () => {
  const first = await start()
  expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/started\n$/) })
  expect(first.err).toMatch(/^Installing what package-lock.json names.*\n/)
  expect(first.err).not.toContain('EBADENGINE')
})

test('an installation that fails shows npm’s error and ends the start, even if npm is silent', async () => {
  await write('package.json', { name: 'clone', version: '1.0.0', dependencies: { other: 'file:other' } })
  const failed = await start('silent')
  expect(failed).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/npm (error|ERR!)/) })
})

test('the warnings are there for those who ask npm for more', async () => {
  expect((await start('verbose')).err).toContain('EBADENGINE')
})
