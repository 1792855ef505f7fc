import { type ChildProcess, spawn as spawnProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { QueueServiceClient } from '@azure/storage-queue'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AppFolder, type HostProcess, spawnHost, writeFixtureApp } from './host-app/fixture.ts'

const hostJson = {
  extensions: {
    http: { routePrefix: '' },
    queues: { maxDequeueCount: 3, visibilityTimeout: '00:00:00', maxPollingInterval: '00:00:01' },
  },
}
let folder: AppFolder
let host: HostProcess

beforeAll(async () => {
  folder = await writeFixtureApp(hostJson)
})
afterEach(() => host.stop())
afterAll(() => folder[Symbol.asyncDispose]())

const masterKey = 'm-key'
const spawn = (env: Record<string, string> = {}) =>
  spawnHost(folder.path, env, ['--master-key', masterKey, '--function-key', 'f-key'])
const admin = (path: string, { headers, ...init }: RequestInit = {}) =>
  fetch(`${host.origin}/admin/${path}`, {
    ...init,
    headers: { 'x-functions-key': masterKey, ...(headers as Record<string, string>) },
  })
const startOnDemand = (name: string, body = '{"input":"now"}', type = 'application/json') =>
  admin(`functions/${name}`, { method: 'POST', body, headers: { 'content-type': type } })

describe('timers', () => {
  test('a timer runs on demand: an immediate 202, and its log later', async () => {
    host = await spawn()
    const answer = await startOnDemand('tick')
    expect([answer.status, await answer.text()]).toEqual([202, ''])
    expect(await host.line('ticked, past due false')).toContain('tick')
    expect(await host.line('succeeded in')).toContain('tick')
  })

  test('a timer runs by the schedule that a setting names', async () => {
    host = await spawn({ TICK_SCHEDULE: '* * * * * *' })
    await host.line('ticked, past due false')
  })

  test('a function that cannot be started on demand is refused', async () => {
    host = await spawn()
    expect((await startOnDemand('nobody')).status).toBe(404)
    expect((await startOnDemand('tick', '{')).status).toBe(400)
    expect((await startOnDemand('tick', '{"input":7}')).status).toBe(400)
    expect((await startOnDemand('tick', 'input=now', 'text/plain')).status).toBe(415)
    expect((await startOnDemand('query')).status).toBe(400)
  })

  test('the admin routes require the master key', async () => {
    host = await spawn()
    for (const path of ['host/status', 'functions/tick', 'nowhere']) {
      for (const key of ['', 'f-key']) {
        expect((await admin(path, { headers: { 'x-functions-key': key } })).status).toBe(401)
      }
      expect((await fetch(`${host.origin}/admin/${path}`)).status).toBe(401)
    }
    expect((await fetch(`${host.origin}/admin/host/status?code=${masterKey}`)).status).toBe(200)
  })

  test('the admin routes describe the host and its functions', async () => {
    host = await spawn()
    expect(await (await admin('host/status')).json()).toMatchObject({ state: 'Running' })
    const functions = (await (await admin('functions')).json()) as { name: string }[]
    expect(functions).toContainEqual(
      expect.objectContaining({ name: 'query', invoke_url_template: `${host.origin}/query` }),
    )
    expect(await (await admin('functions/tick')).json()).toMatchObject({ name: 'tick', isDisabled: false })
  })

  test('a function that a setting disables is neither served nor listed', async () => {
    host = await spawn({ 'AzureWebJobs.query.Disabled': 'true' })
    expect((await fetch(`${host.origin}/query`)).status).toBe(404)
    expect((await admin('functions/query')).status).toBe(404)
  })
})

describe('queues, on Azurite', () => {
  let azurite: ChildProcess
  let connection: string
  let service: QueueServiceClient

  beforeAll(async () => {
    const bin = fileURLToPath(new URL('../../node_modules/azurite/dist/src/queue/main.js', import.meta.url))
    const options = [
      '--queuePort',
      '0',
      '--inMemoryPersistence',
      '--disableTelemetry',
      '--skipApiVersionCheck',
    ]
    azurite = spawnProcess(process.execPath, [bin, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    const port = await portOf(azurite)
    const key = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
    connection = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${key};QueueEndpoint=http://127.0.0.1:${port}/devstoreaccount1`
    service = QueueServiceClient.fromConnectionString(connection)
  })

  beforeEach(async () => {
    host = await spawn({ AzureWebJobsStorage: connection, QUEUE_NAME: 'work' })
  })

  afterAll(async () => {
    azurite?.kill('SIGTERM')
    await once(azurite, 'close')
  })

  const enqueue = (value: unknown) =>
    fetch(`${host.origin}/enqueue`, { method: 'POST', body: JSON.stringify(value) })
  const poisoned = async () => {
    const answer = await service.getQueueClient('work-poison').receiveMessages({ numberOfMessages: 32 })
    return answer.receivedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString())
  }
  const left = async () => (await service.getQueueClient('work').getProperties()).approximateMessagesCount

  test('an output binding feeds a trigger: strings, objects, and arrays as one message per element', async () => {
    expect((await enqueue(['plain', { tenant: 'acme' }])).status).toBe(202)
    await host.line('got "plain", attempt 1')
    await host.line('got {"tenant":"acme"}, attempt 1')
    await expect.poll(left).toBe(0)
  })

  test('a message that fails is tried maxDequeueCount times, then moved to the poison queue', async () => {
    await enqueue('bad')
    for (const attempt of [1, 2, 3]) await host.line(`got "bad", attempt ${attempt}`)
    await host.line('moved to work-poison')
    await expect.poll(poisoned).toEqual(['bad'])
    await expect.poll(left).toBe(0)
    expect(host.lines.filter((line) => line.includes('got "bad"'))).toHaveLength(3)
  })

  const raw = async (queue: string) => {
    const answer = await service.getQueueClient(queue).receiveMessages({ numberOfMessages: 32 })
    return answer.receivedMessageItems.map(({ messageText }) => messageText)
  }
  const sendRaw = (text: string) => service.getQueueClient('work').sendMessage(text)

  test('base64 with surrounding whitespace is accepted', async () => {
    await service.getQueueClient('work').createIfNotExists()
    await sendRaw(` ${Buffer.from('blanks').toString('base64')}\n`)
    await host.line('got "blanks", attempt 1')
  })

  test('a text that is not base64 is in the poison queue unchanged, without an attempt', async () => {
    await sendRaw('{not base64}')
    await host.line('moved to work-poison')
    await expect.poll(() => raw('work-poison')).toEqual(['{not base64}'])
    expect(host.lines.join()).not.toContain('got ')
  })

  test('nor does a function of the poison queue get it: it stays there, hidden, and no further queue is made', async () => {
    await host.stop()
    host = await spawn({ AzureWebJobsStorage: connection, QUEUE_NAME: 'work-poison' })
    const poison = service.getQueueClient('work-poison')
    await poison.createIfNotExists()
    await poison.clearMessages()
    await poison.sendMessage('{not base64}')
    await expect.poll(async () => (await poison.peekMessages()).peekedMessageItems).toEqual([])
    await poison.sendMessage(Buffer.from('"good"').toString('base64'))
    await host.line('got ')
    await expect.poll(async () => (await poison.getProperties()).approximateMessagesCount).toBe(1)
    expect(await service.getQueueClient('work-poison-poison').exists()).toBe(false)
    // Queues deliver at least once.
    expect(host.lines.filter((line) => line.includes('got ') && !line.includes('good'))).toEqual([])
  })

  test('a body that is not UTF-8 never reaches the function, and is retried like any other', async () => {
    const text = Buffer.from([0x22, 0xff, 0x22]).toString('base64')
    await sendRaw(text)
    await host.line('moved to work-poison')
    await expect.poll(() => raw('work-poison')).toEqual([text])
    expect(host.lines.filter((line) => line.includes('is no UTF-8'))).toHaveLength(3)
    expect(host.lines.join()).not.toContain('got ')
  })

  test('a host that sends a message itself does not wait for its own next poll', async () => {
    await host.stop()
    host = await spawn({
      AzureWebJobsStorage: connection,
      QUEUE_NAME: 'work',
      AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '01:00:00',
    })
    for (const message of ['first', 'second']) {
      await enqueue(message)
      await host.line(`got "${message}"`)
    }
  })

  test('with `messageEncoding` none every text reaches the function', async () => {
    await host.stop()
    host = await spawn({
      AzureWebJobsStorage: connection,
      QUEUE_NAME: 'work',
      AzureFunctionsJobHost__extensions__queues__messageEncoding: 'none',
    })
    await sendRaw('{not base64}')
    await host.line('got "{not base64}", attempt 1')
  })
})

function portOf(azurite: ChildProcess): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    azurite.stdout!.on('data', (chunk) => {
      output += chunk
      const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1]
      if (port) resolve(port)
    })
    azurite.once('close', () => reject(new Error(`Azurite ended:\n${output}`)))
  })
}
