import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createAsk, NoAnswerError, type Question } from '../../local/ask.ts'
import { collectCredentials } from '../../local/real/credentials.ts'

const clientId = '12345678-1234-4234-8234-123456789abc'

/** Someone who answers each question in turn, and what they were asked. */
function person(...answers: string[]) {
  const asked: Question[] = []
  const ask = async (question: Question) => {
    asked.push(question)
    return answers.shift() ?? ''
  }
  return { ask, asked }
}

test('a person is asked for each value, and only the client ID is shown', async () => {
  const { ask, asked } = person(clientId, 'a~secret', 'TOKEN')
  const values = await collectCredentials('production', { given: {}, kept: {}, ask })
  expect(values).toEqual({ clientId, clientSecret: 'a~secret', developerToken: 'TOKEN' })
  expect(asked.map(({ isSecret }) => isSecret)).toEqual([false, true, true])
})

test('an empty answer keeps the last value, and no question shows a secret', async () => {
  const kept = {
    'sandbox-microsoft-client-id': clientId,
    'sandbox-microsoft-client-secret': 'kept~secret',
    'sandbox-developer-token': 'KEPT',
  }
  const { ask, asked } = person()
  const values = await collectCredentials('sandbox', { given: {}, kept, ask })
  expect(values).toEqual({ clientId, clientSecret: 'kept~secret', developerToken: 'KEPT' })
  expect(asked.map(({ text }) => text).join()).not.toMatch(/kept~secret|KEPT/)
})

test('a value that can’t be right is asked for once more', async () => {
  const { ask, asked } = person('my app', clientId, clientId, 'a~secret')
  const values = await collectCredentials('sandbox', { given: {}, kept: {}, ask })
  expect(values).toMatchObject({ clientId, clientSecret: 'a~secret' })
  expect(asked[1]?.text).toContain('isn’t a GUID')
  expect(asked[3]?.text).toContain('is the secret’s ID')
})

test('what is given isn’t asked for, and wins over what was kept', async () => {
  const given = { REAL_CLIENT_ID: clientId, REAL_CLIENT_SECRET: 'new~secret', REAL_DEVELOPER_TOKEN: ' NEW ' }
  const { ask, asked } = person()
  const kept = { 'production-microsoft-client-secret': 'old~secret' }
  const values = await collectCredentials('production', { given, kept, ask })
  expect(values).toEqual({ clientId, clientSecret: 'new~secret', developerToken: 'NEW' })
  expect(asked).toEqual([])
})

/** Types a line at a terminal. @returns the answer, and what the terminal shows. */
async function type(line: string, isSecret: boolean) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let shown = ''
  output.on('data', (chunk) => {
    shown += chunk
  })
  const answer = createAsk(input, output)({ text: 'Value: ', isSecret })
  input.write(`${line}\r`)
  return { answer: await answer, shown }
}

test('the terminal shows the question, and of a secret nothing', async () => {
  expect(await type('a~secret', true)).toEqual({ answer: 'a~secret', shown: 'Value: \n' })
  const { answer, shown } = await type('visible', false)
  expect(answer).toBe('visible')
  expect(shown).toContain('visible')
})

test('the end of the input is no answer', async () => {
  const input = new PassThrough()
  const answer = createAsk(input, new PassThrough())({ text: 'Value: ', isSecret: true })
  input.end()
  await expect(answer).rejects.toThrow(NoAnswerError)
})
