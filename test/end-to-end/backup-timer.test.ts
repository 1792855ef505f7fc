import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBroker, startBroker } from '../../local/broker-process.ts'
import { findFreePort } from '../../local/ports.ts'
import { hostMasterKey } from '../../local/settings.ts'
import { callContainer } from '../../shared/storage/blobContainer.ts'
import { type BackupWorld, openBackupWorld } from './backupWorld.ts'

let world: BackupWorld

beforeAll(async () => {
  world = await openBackupWorld()
  await world.connect('ada', 'ada@outlook.example')
}, 120_000)

afterAll(() => world?.close())

/** A broker process that makes backups in this container, and nothing else by itself. */
async function start(containerUrl: string): Promise<RunningBroker & { readonly lines: string[] }> {
  const lines: string[] = []
  const settings = { REFRESH_SCHEDULE: '0 0 0 1 1 *', BACKUP_CONTAINER_URL: containerUrl }
  const onLine = (line: string) => lines.push(line)
  const port = await findFreePort()
  return { ...(await startBroker({ stack: world.stack, port, settings, onLine })), lines }
}

/** Runs the timer, and waits for what it logs. */
async function runTimer({ origin, lines }: Awaited<ReturnType<typeof start>>, event: string) {
  const answer = await fetch(`${origin}/admin/functions/backup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': hostMasterKey },
    body: JSON.stringify({ input: '' }),
  })
  expect(answer.status).toBe(202)
  const find = () => lines.find((line) => line.includes(`"event":"${event}"`))
  await expect.poll(find, { timeout: 60_000 }).toBeDefined()
  return find()
}

/** The line of the last backup in the broker's own checks. */
async function readinessOf({ origin }: RunningBroker) {
  const authorization = `Bearer ${await world.stack.callerToken('demo-operator')}`
  const answer = await fetch(`${origin}/ready`, { headers: { authorization } })
  const { checks } = (await answer.json()) as { checks: { name: string }[] }
  return checks.find(({ name }) => name === 'backup')
}

test('the timer of a running broker makes a backup, and its own checks say how old it is', async () => {
  const broker = await start(world.containerUrl)
  try {
    expect(await readinessOf(broker)).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^none is complete in this container, which is 0\.\d h old; the timer/),
    })
    expect(await runTimer(broker, 'backup.ended')).toContain('"rows":')
    await expect
      .poll(() => readinessOf(broker), { timeout: 60_000 })
      .toMatchObject({ ok: true, detail: 'the last one began 0.0 h ago' })
  } finally {
    await broker.stop()
  }
  await world.loseTables()
  expect(await world.restore()).toMatchObject({ restored: 1 })
}, 120_000)

test('a backup by hand counts in a running broker’s own checks', async () => {
  const containerUrl = world.containerUrl.replace('/tables', '/by-hand')
  const { clock, credential } = world.broker
  const create = { method: 'PUT', query: '?restype=container' } as const
  await callContainer({ containerUrl, credential, clock, fetch }, create)
  const broker = await start(containerUrl)
  try {
    const before = { ok: true, detail: expect.stringContaining('none is complete') }
    expect(await readinessOf(broker)).toMatchObject(before)
    const file = join(world.stack.folder, 'backup.settings.json')
    const Values = { ...world.stack.settings(), BACKUP_CONTAINER_URL: containerUrl }
    await writeFile(file, JSON.stringify({ Values }))
    const env = { PATH: process.env.PATH, HOME: process.env.HOME }
    await promisify(execFile)(process.execPath, ['scripts/backup.ts', '--settings', file], { env })
    expect(await readinessOf(broker)).toMatchObject({
      ok: true,
      detail: 'the last one began 0.0 h ago',
    })
  } finally {
    await broker.stop()
  }
}, 120_000)

test('a container that is gone is what the log names, as the runbook has it', async () => {
  const broker = await start(world.containerUrl.replace('/tables', '/gone'))
  try {
    const line = await runTimer(broker, 'backup.failed')
    expect(line).toContain('"service":"blobs","status":404,"code":"ContainerNotFound"')
    expect(await readinessOf(broker)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ContainerNotFound (404)'),
    })
    expect(broker.lines.join('\n')).not.toContain('function.failed')
  } finally {
    await broker.stop()
  }
}, 120_000)
