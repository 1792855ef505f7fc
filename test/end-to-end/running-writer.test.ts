import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { findFreePort } from '../../local/ports.ts'
import { type BackupWorld, openBackupWorld } from './backupWorld.ts'

/** The test itself lets the broker sweep. */
const newYear = '0 0 0 1 1 *'

let world: BackupWorld
let broker: RunningBroker

beforeAll(async () => {
  world = await openBackupWorld()
  await world.connect('ada', 'ada@outlook.example')
  await world.backUp()
  broker = await startBroker({ stack: world.stack, settings: { REFRESH_SCHEDULE: newYear } })
}, 120_000)

afterAll(async () => {
  await broker?.stop()
  await world?.close()
})

/** The command as a process of its own, which looks for the broker at this address. */
async function run(script: 'restore' | 'rebuild-tables', publicUrl: string) {
  const file = join(world.stack.folder, `${script}.settings.json`)
  const Values = {
    ...world.stack.settings(),
    BACKUP_CONTAINER_URL: world.containerUrl,
    PUBLIC_URL: publicUrl,
  }
  await writeFile(file, JSON.stringify({ Values }))
  const env = { PATH: process.env.PATH, HOME: process.env.HOME }
  const args = [`scripts/${script}.ts`, '--settings', file]
  const ended = await promisify(execFile)(process.execPath, args, { env }).catch((error) => error)
  return { code: Number(ended.code), out: String(ended.stdout), err: String(ended.stderr) }
}

/** Lets the running broker sweep. @returns when it began, in milliseconds. */
async function sweep(): Promise<number> {
  const at = Date.now()
  const authorization = `Bearer ${await world.stack.callerToken('demo-operator')}`
  const answer = await fetch(`${broker.origin}/v1/sweeps`, { method: 'POST', headers: { authorization } })
  expect(answer.status).toBe(200)
  return at
}

/** When the row was written that a refusal names, in milliseconds. */
const writtenAt = (refusal: string) =>
  Date.parse(/was written at (\S+): stop the broker/.exec(refusal)?.[1] ?? '')

const slow = { timeout: 120_000 }

test.each(['restore', 'rebuild-tables'] as const)(
  '%s is refused while a broker runs at its address, and writes nothing',
  slow,
  async (script) => {
    const before = await world.rows()
    const refused = await run(script, broker.origin)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain(`The broker is running: ${broker.origin}/health answers.`)
    expect(await world.rows()).toEqual(before)
  },
)

test.each(['restore', 'rebuild-tables'] as const)(
  '%s is refused while a broker that no address leads to sweeps the tables',
  slow,
  async (script) => {
    const sweptAt = await sweep()
    const before = await world.rows()
    const refused = await run(script, `http://127.0.0.1:${await findFreePort()}`)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(writtenAt(refused.err)).toBeGreaterThanOrEqual(sweptAt)
    expect(await world.rows()).toEqual(before)
  },
)

test('without Tenants, both are refused beside a broker, and leave the table missing', slow, async () => {
  const { Tenants } = world.broker.tables
  await Tenants.deleteTable()
  for (const script of ['restore', 'rebuild-tables'] as const) {
    const sweptAt = await sweep()
    const refused = await run(script, `http://127.0.0.1:${await findFreePort()}`)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(writtenAt(refused.err)).toBeGreaterThanOrEqual(sweptAt)
    await expect(Tenants.getEntity('none', 'none')).rejects.toThrow('TableNotFound')
  }
})

test('a restore is refused after a broker’s death, until its last write is old enough', slow, async () => {
  const sweptAt = await sweep()
  await broker.kill('SIGKILL')
  const refused = await run('restore', broker.origin)
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('wait until no one has written for 600 s')
  expect(writtenAt(refused.err)).toBeGreaterThanOrEqual(sweptAt)
})
