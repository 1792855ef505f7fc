import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningService, serve } from '../../../local/service.ts'

const folder = mkdtempSync(join(tmpdir(), 'doctor-before-'))
const root = new URL('../../../', import.meta.url)
let broker: RunningService
let healthStatus = 200

beforeAll(async () => {
  const answer = (request: Request) =>
    new Response('', { status: request.url.endsWith('/health') ? healthStatus : 400 })
  broker = await serve(answer, { name: 'broker', port: 0 })
})

afterAll(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

/** Runs doctor after a report of the broker before. */
async function judge(before: string) {
  const file = join(folder, 'before.json')
  writeFileSync(file, before)
  const args = ['scripts/doctor.ts', '--url', broker.origin, '--before', file]
  const env = { PATH: process.env.PATH }
  const ended = await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch((error) => error)
  return { code: Number(ended.code ?? 0), err: String(ended.stderr) }
}

const reportOf = (...rows: (readonly [string, boolean])[]) =>
  JSON.stringify({
    healthy: false,
    checks: rows.map(([name, ok]) => ({ name, ok, detail: '', category: 'package' })),
  })

test('beside a report from before, doctor fails only for what is worse, and names it', {
  timeout: 60_000,
}, async () => {
  const unwell = reportOf(['health', false], ['readiness', false])
  expect(await judge(unwell)).toEqual({ code: 0, err: '' })
  healthStatus = 500
  expect(await judge(unwell)).toEqual({ code: 0, err: '' })
  const well = reportOf(['health', true], ['readiness', false])
  expect(await judge(well)).toEqual({ code: 1, err: 'Worse than before: health: status 500\n' })
  // The run before couldn't write one: the package is judged alone.
  expect((await judge('')).err).toContain('Worse than before: health: status 500\n')
})

test('what isn’t a report is named', { timeout: 60_000 }, async () => {
  expect(await judge('{"checks":1}')).toEqual({
    code: 2,
    err: `${join(folder, 'before.json')} isn’t a report of doctor --json.\n`,
  })
})
