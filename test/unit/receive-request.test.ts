import { randomUUID } from 'node:crypto'
import { HttpRequest } from '@azure/functions'
import { expect, test } from 'vitest'
import { createReadPathParams, receiveRequest } from '../../shared/http/receiveRequest.ts'
import { openWatched } from './exchangeGround.ts'

const template = 'v1/tenants/{tenant}'
/** A request as the library creates it from the host's merged data: the caller chose its headers and route values. */
const merged = new HttpRequest({
  method: 'GET',
  url: 'http://127.0.0.1/v1/tenants/acme?tenant=theirs',
  headers: { authorization: 'theirs' },
  params: { tenant: 'theirs' },
})

test('a request’s values come from its path, and its headers from the request that the host forwarded', async () => {
  const id = randomUUID()
  const { arrive } = await openWatched()
  const cookie = ['a=1', 'b=2']
  const { response } = await arrive(id, {
    Authorization: 'ours',
    accept: ['text/html', 'application/json'],
    cookie,
  })
  const { answer, headers, params } = receiveRequest(merged, id, createReadPathParams(template))
  expect(answer).toBe(response)
  expect(params).toEqual({ tenant: 'acme' })
  // A header's name has no case (RFC 9110, section 5.1).
  expect(headers.get('authorization')).toBe('ours')
  expect(headers.get('AUTHORIZATION')).toBe('ours')
  expect(headers.get('accept')).toBe('text/html, application/json')
  expect(headers.get('cookie')).toBe('a=1; b=2')
  expect(headers.get('x-other')).toBeNull()
})

test('without HTTP streaming its headers are the library’s', () => {
  expect(receiveRequest(merged, 'none', createReadPathParams(template)).headers.get('authorization')).toBe(
    'theirs',
  )
})
