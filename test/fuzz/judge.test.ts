import { expect, test } from 'vitest'
import { createSecretSearch } from '../canary/secretSearch.ts'
import { accessTokenOf } from './ground.ts'
import { faultsOf } from './judge.ts'
import type { Caller } from './request.ts'
import type { FuzzAnswer } from './send.ts'

const search = createSecretSearch()
search.add('a client secret', 'client-secret-5f1e0c')
search.add(accessTokenOf('own'), 'access-token-of-own')
search.add(accessTokenOf('other'), 'access-token-of-other')
const ground = { search, marks: { own: ['Mark of own'], other: ['Mark of other'] } }

/** Judges an answer to a request for a path. Default is a vend for the own app. */
function judge(
  answer: Partial<FuzzAnswer>,
  { caller = 'own' as Caller, target = '/v1/tenants/a/token' } = {},
) {
  const request = { method: 'GET', target, headers: [], body: undefined }
  const asked = { ...request, from: '', caller }
  const whole = { status: 200, headers: {}, body: '', ...answer }
  return faultsOf({ asked, sent: request, answer: whole }, ground as never, () => undefined)
}

const html = { 'content-type': 'text/html' }
const problem = { 'content-type': 'application/problem+json' }

test.each<[string, ReturnType<typeof judge>]>([
  ['5xx', judge({ status: 503, headers: problem, body: '{"code":"internal_error","status":503}' })],
  ['no answer', judge({ fault: 'ECONNRESET' })],
  ['was answered', judge({ status: 200 }, { caller: 'tampered' })],
  ['another workspace', judge({ body: '{"name":"Mark of other"}' }, { target: '/v1/tenants' })],
  [
    'another workspace',
    judge({ headers: { location: '/x?Mark of own' } }, { caller: 'other', target: '/v1/tenants' }),
  ],
  ['a client secret', judge({ body: '{"x":"client-secret-5f1e0c"}' })],
  ['a client secret', judge({ body: Buffer.from('client-secret-5f1e0c').toString('base64') })],
  ['an access token', judge({ body: '{"accessToken":"access-token-of-own"}' }, { target: '/v1/tenants/a' })],
  ['an access token', judge({ body: '["access-token-of-other"]' })],
  ['no problem document', judge({ status: 400, headers: html, body: '<p>' })],
  ['instead of the broker’s', judge({ status: 404 })],
  ['no catalog', judge({ status: 400, headers: problem, body: '{"code":"new","status":400}' })],
  [
    'a problem of 401',
    judge({ status: 400, headers: problem, body: '{"code":"invalid_request","status":401}' }),
  ],
])('%s is a finding', (words, faults) => {
  expect(faults.join()).toContain(words)
})

test('a vend, a page, and a problem are well', () => {
  expect(judge({ body: '{"accessToken":"access-token-of-own"}' })).toEqual([])
  expect(judge({ status: 410, headers: html, body: '<p>' }, { target: '/oauth/accounts' })).toEqual([])
  expect(judge({ status: 400, headers: problem, body: '{"code":"invalid_request","status":400}' })).toEqual(
    [],
  )
})
