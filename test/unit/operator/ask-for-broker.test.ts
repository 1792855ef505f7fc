import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createAsk } from '../../../local/ask.ts'
import { askForBroker } from '../../../scripts/askForBroker.ts'

const missing = { ways: '--url https://…', text: 'URL of the broker: ' }

/** A person at a terminal who types this, and then ends the input. */
function personWho(types: string) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  input.end(types)
  return { ask: createAsk(input, output), shown: () => String(output.read() ?? '') }
}

test('a command without arguments asks the person for the broker', async () => {
  const { ask, shown } = personWho('https://broker.example.com\n')
  expect(await askForBroker({}, missing, ask)).toBe('https://broker.example.com')
  expect(shown()).toContain('URL of the broker: ')
})

test.each(['', '\n'])('without an answer (%j), it says what to pass', async (typed) => {
  await expect(askForBroker({}, missing, personWho(typed).ask)).rejects.toThrow(
    'Pass the broker: --url https://…',
  )
})

test('settings that name a broker leave nothing to ask', async () => {
  const ask = () => Promise.reject(new Error('asked'))
  expect(await askForBroker({ KEY_VAULT_URL: 'https://kv.vault.azure.net' }, missing, ask)).toBeUndefined()
})
