import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { createLog } from '../../shared/telemetry/log.ts'

const text = '0.AXkA-refresh-token'
const secret = new Secret(text)

/** What console.log writes of a value. */
function printed(...values: readonly unknown[]): string {
  const stdout = new PassThrough()
  new Console(stdout).log(...values)
  return String(stdout.read())
}

/** What the structured log writes of a value in a field. */
function logged(value: unknown): string {
  const lines: string[] = []
  createLog((line) => lines.push(line))('function.failed', {
    ...{ function: 'token', invocationId: 'i' },
    error: value as string,
  })
  return lines.join()
}

test.each<[string, () => string]>([
  ['JSON', () => JSON.stringify(secret)],
  ['JSON of an object that holds it', () => JSON.stringify({ grant: [{ refreshToken: secret }] })],
  ['a template', () => `${secret}`],
  ['String', () => String(secret)],
  ['a concatenation', () => 'a '.concat(secret as never)],
  ['a join', () => [secret].join()],
  ['util.inspect', () => inspect(secret, { showHidden: true, customInspect: true })],
  ['util.inspect of an object that holds it', () => inspect({ grant: [{ refreshToken: secret }] })],
  ['util.inspect of a map', () => inspect(new Map([['refreshToken', secret]]))],
  ['console.log', () => printed(secret)],
  ['console.log with a format', () => printed('%s %o %j', secret, secret, secret)],
  ['console.log of an object that holds it', () => printed({ grant: { refreshToken: secret } })],
  ['an error’s message', () => new Error(String(secret)).message],
  ['an error’s cause', () => inspect(new Error('refused', { cause: secret }))],
  ['an error’s cause, deeper', () => inspect(new Error('refused', { cause: { sent: secret } }))],
  ['an error’s member', () => inspect(Object.assign(new Error('refused'), { secret }))],
  ['the structured log', () => logged(secret)],
  ['the structured log of an object that holds it', () => logged({ refreshToken: secret })],
])('%s shows that there is a secret, and not its text', (_how, show) => {
  const shown = show()
  expect(shown).toContain('[secret]')
  expect(shown).not.toContain(text)
})

test.each<[string, () => unknown]>([
  ['its members', () => Reflect.ownKeys(secret)],
  ['what spreading it leaves', () => ({ ...secret })],
  ['a structured clone', () => structuredClone(secret)],
  [
    'util.inspect without custom functions',
    () => inspect(secret, { customInspect: false, showHidden: true }),
  ],
  ['a form', () => new URLSearchParams({ refresh_token: secret as never }).toString()],
])('%s holds no text', (_how, show) => {
  expect(inspect(show())).not.toContain(text)
})

test('it gives its text only to those who ask for it by name', () => {
  expect(secret.expose()).toBe(text)
})

test('two of the same text are equal, here and in what tests expect', () => {
  expect(secret.equals(new Secret(text))).toBe(true)
  expect(secret.equals(new Secret('another'))).toBe(false)
  expect(secret.equals(undefined)).toBe(false)
  expect({ secret }).toEqual({ secret: new Secret(text) })
  expect({ secret }).not.toEqual({ secret: new Secret('another') })
  expect({ secret }).not.toMatchObject({ secret: new Secret('another') })
})
