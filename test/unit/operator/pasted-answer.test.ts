import { expect, test } from 'vitest'
import { toPastedCall } from '../../../scripts/pastedCall.ts'

test.each([
  [
    'the call as the contract has it',
    '{"status":401,"body":{"Errors":[]},"sent":{"accountId":"1"}}',
    { status: 401, body: { Errors: [] }, sent: { accountId: '1' } },
  ],
  ['an answer', '{"Errors":[{"Code":109}]}', { body: '{"Errors":[{"Code":109}]}' }],
  [
    'an answer that has a status among other members',
    '{"status":401,"message":"x"}',
    { body: '{"status":401,"message":"x"}' },
  ],
  [
    'an answer with its head',
    'HTTP/1.1 401 Unauthorized\r\n\r\n{}',
    { body: 'HTTP/1.1 401 Unauthorized\r\n\r\n{}' },
  ],
  ['a list', '[]', { body: '[]' }],
  ['words', 'Forbidden', { body: 'Forbidden' }],
])('%s becomes a failed call', (_what, text, call) => {
  expect(toPastedCall(text)).toEqual(call)
})
