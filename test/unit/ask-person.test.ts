import { describe, expect, test } from 'vitest'
import { newBinding } from '../../shared/access/browser.ts'
import { addSeconds } from '../../shared/clock.ts'
import { keepAgreed, type OpenQuestion, readQuestion } from '../../shared/connect/askPerson.ts'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { readSessionEnd } from '../../shared/connect/sessionEnd.ts'
import { issueProgress, readProgress } from '../../shared/connect/sessionProgress.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { withDisconnect } from '../../shared/domain/transitions.ts'
import { personPage } from '../../shared/pages/personPage.ts'
import { name } from '../simulation/ground.ts'
import { accountOf, browserWith, connectGround, returnUrl } from './connectGround.ts'
import { keepFor, told, toldBy, two } from './saveGround.ts'

const loginHint = 'ada@x.example'
const one = [accountOf('1')]
const backUrl = expect.stringContaining('status=failed')

/** A sign-in by a person whose name isn't the hint, for a tenant that nobody has connected. */
async function asked(
  accounts = one,
  change: Partial<SignIn> = {},
  parts: (own: ReturnType<typeof connectGround>) => object = () => ({}),
) {
  const own = connectGround()
  await own.create()
  const id = await issueProgress(own, { ...name, returnUrl }, addSeconds(own.clock.now(), 900))
  const kept = await keepFor(own, 'second', accounts, { id, loginHint, ...change }, parts(own))
  if ('failed' in kept) throw new Error(kept.failed)
  const url = new URL(kept.returnUrl)
  const token = url.searchParams.get('question') ?? ''
  const read = (browser = own.browser) => readQuestion(own, token, browser)
  const agree = async () => keepAgreed(own.dependencies, (await read()) as OpenQuestion)
  return { ...own, id, url, read, agree }
}

const outcomeOf = (ended: Awaited<ReturnType<typeof keepAgreed>>) => {
  if ('failed' in ended) throw new Error(ended.failed)
  return { ...Object.fromEntries(new URL(ended.url).searchParams), isChoice: ended.isChoice }
}

describe('a person whom the app didn’t expect', () => {
  test('is asked before anything is kept, and connects with one press', async () => {
    const { agree, id, live, row, url } = await asked()
    expect(url.href).toMatch(/^https:\/\/broker\.example\/oauth\/confirm\?question=/)
    expect(row().status).toBe('pending')
    expect(row().grant).toBeUndefined()
    const first = await agree()
    expect(outcomeOf(first)).toEqual({
      ...{
        ...told,
        session: id,
        status: 'connected',
        accounts: '1',
        user_unexpected: 'true',
        isChoice: false,
      },
    })
    expect(row()).toMatchObject({ status: 'connected', grant: { consenter: { subject: 'second' } } })
    // A double click, or Back and once more.
    expect(await agree()).toEqual(first)
    expect(live()).toEqual(['rt-second'])
  })

  test('spends the link only with the agreement, and comes back to the result with it', async () => {
    const own = await asked()
    const stateOf = async () => (await readProgress(own, own.id))?.state
    const session = { ...name, id: own.id, returnUrl }
    expect([own.row().spentSessions, await stateOf()]).toEqual([undefined, 'created'])
    const ended = await own.agree()
    expect([own.row().spentSessions, await stateOf()]).toEqual([[own.id], 'connected'])
    const returned = await readSessionEnd(own, session, own.browser)
    expect(returned).toEqual({ returnUrl: 'url' in ended && ended.url })
  })

  test('comes back to an app that learns that the accounts aren’t stored yet', async () => {
    const busy = () => Promise.reject(new StorageUnavailableError('tables', 503, 'ServerBusy'))
    const own = await asked(one, {}, (ground) => ({ accounts: { ...ground.accounts, write: busy } }))
    expect(outcomeOf(await own.agree())).toMatchObject({ accounts_outstanding: 'true', accounts: '1' })
  })

  test('chooses accounts next, if there are several', async () => {
    const { agree, clock, records } = await asked(two, { accountChoice: 'page' })
    const ended = await agree()
    expect(outcomeOf(ended)).toMatchObject({ isChoice: true })
    const token = new URL('url' in ended ? ended.url : '').searchParams.get('choice') ?? ''
    expect(await records.read('choice', token, clock.now())).toMatchObject({
      outcome: { status: 'connected', account_choice: 'open', user_unexpected: 'true' },
    })
  })

  test('is asked only in the browser that signed in, and for 15 minutes', async () => {
    const { clock, read } = await asked()
    expect(await read(browserWith(newBinding()))).toMatchObject({ failed: 'sign_in_not_valid', backUrl })
    clock.advance(899)
    expect(await read()).toMatchObject({ person: 'h' })
    clock.advance(1)
    expect(await read()).toMatchObject({ failed: 'sign_in_not_valid', backUrl })
  })

  test('gets a way back to the app if the tenant was disconnected before the answer', async () => {
    const { agree, clock, row, tenants } = await asked()
    const stored = tenants.row(name)
    if (stored) await tenants.replace(stored, withDisconnect(row(), clock.now()), [])
    expect(await agree()).toMatchObject({
      ...{ failed: 'sign_in_not_valid', reason: 'connect_session_not_found', workspace: 'w' },
      backUrl: expect.stringContaining('status=failed&error=sign_in_not_valid'),
    })
  })

  test('gets a temporary failure if the tenant keeps changing', async () => {
    const { dependencies, read, tenants } = await asked()
    const busy = { ...tenants, replace: async () => 'conflict' }
    const grantServices = { ...(dependencies as { grantServices: object }).grantServices, tenants: busy }
    const all = { ...(dependencies as object), grantServices } as never
    expect(await keepAgreed(all, (await read()) as OpenQuestion)).toMatchObject({
      failed: 'storage_unavailable',
    })
  })
})

describe('the app decides about a person whom it didn’t expect', () => {
  test.each([
    ['it confirms anyway', two, { confirm: true }],
    ['accounts would be lost', one, {}],
  ])('if %s', async (_title, accounts, change) => {
    const own = connectGround()
    await own.create({ accountsGeneration: 'before', grant: { consenter: {} } } as never)
    await own.accounts.write(name, 'before', two)
    const kept = await keepFor(own, 'second', accounts, { loginHint, ...change })
    expect(toldBy(kept)).toMatchObject({ status: 'confirmation_required', user_unexpected: 'true' })
  })

  test('but nobody asks about the person who was meant', async () => {
    const own = connectGround()
    await own.create()
    const kept = await keepFor(own, 'second', one, { loginHint: 'SECOND@x.example' })
    expect(toldBy(kept)).toEqual({ ...told, status: 'connected', accounts: '1' })
  })
})

describe('the page of the question', () => {
  const textOf = (person: string, hint: string, offersAnother = true) => {
    const question = { signIn: { loginHint: hint } as SignIn, person, outcome: {} }
    const { body } = personPage({ token: 'c', question, app: 'Acme & Sons', offersAnother })
    return String(body).replaceAll(/<[^>]*>/g, '')
  }

  test.each([
    ['b…@y.example', 'You signed in as b…@y.example. Acme &amp; Sons expected a…@x.example.'],
    [
      'a…@x.example',
      'You signed in as a…@x.example. Acme &amp; Sons expected a different account that looks the same when shortened: a…@x.example.',
    ],
    ['…', 'You signed in with an account that has no email address. Acme &amp; Sons expected a…@x.example.'],
  ])('names both, masked: %s', (person, words) => {
    expect(textOf(person, loginHint)).toContain(words)
  })

  test('doesn’t repeat a hint that isn’t an address', () => {
    expect(textOf('b…@y.example', '+15550100')).toContain('Acme &amp; Sons expected another account.')
  })

  test('offers another account until the browser has tried too often', () => {
    expect(textOf('…', loginHint)).toContain('Use another account')
    expect(textOf('…', loginHint, false)).not.toContain('Use another account')
  })
})
