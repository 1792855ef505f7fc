import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor, type Visit, type Visitor } from '../../local/sign-in/visitor.ts'
import { outcomeOf } from './accountsOf.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterEach(() => world.signIn.clear())

afterAll(() => world.close())

const grace = 'grace@contoso.example'
const ada = { username: 'ada@outlook.example', password: 'open-sesame' }

/** A browser in which Ada is signed in, and opens a link that means Grace. */
async function adaOpensLinkForGrace(options: object = {}) {
  const visitor = createVisitor()
  const stopAt = world.returnUrl
  const { connectUrl: first } = await world.session(world.newTenant())
  await visitor.signIn({ authorizeUrl: first, ...ada, stopAt })
  const tenant = world.newTenant()
  const session = await world.session(tenant, { loginHint: grace, accountChoice: 'app', ...options })
  const page = await visitor.visit(session.connectUrl, { stopAt })
  const answer = (to: Visit, words: string) => visitor.submit(to, { answer: words }, { stopAt })
  return { tenant, session, visitor, page, answer }
}

const signInAsGrace = (visitor: Visitor, page: Visit) =>
  visitor.signIn({ authorizeUrl: page.url, username: grace, password: ada.password, stopAt: world.returnUrl })

const tokenStatus = async (tenant: string) => {
  const { body, status } = await world.call('GET', `/v1/tenants/${tenant}/token`)
  return { status, code: body.code }
}

describe('the session of another person than the link means', () => {
  test('connects nobody until that person agrees', async () => {
    const { answer, page, tenant } = await adaOpensLinkForGrace()
    expect(page.body.replaceAll(/<[^>]*>/g, '')).toContain(
      'You signed in as a…@outlook.example. Demo Reports expected g…@contoso.example.',
    )
    expect(await tokenStatus(tenant)).toEqual({ status: 409, code: 'confirmation_required' })
    const connected = await answer(page, 'connect')
    expect(outcomeOf(connected)).toMatchObject({ tenant, status: 'connected', user_unexpected: 'true' })
    expect(outcomeOf(await answer(page, 'connect'))).toEqual(outcomeOf(connected))
    expect(await tokenStatus(tenant)).toMatchObject({ status: 200 })
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(body.connection.consentedBy).toBe('a…@outlook.example')
  })

  test('leads to the one who is meant, if that person asks for another account', async () => {
    const { answer, page, tenant, visitor } = await adaOpensLinkForGrace()
    const outcome = outcomeOf(await signInAsGrace(visitor, await answer(page, 'another')))
    expect(outcome).toMatchObject({ tenant, status: 'connected' })
    expect(outcome).not.toHaveProperty('user_unexpected')
    const { body } = await world.call('GET', `/v1/tenants/${tenant}`)
    expect(body.connection.consentedBy).toBe('g…@contoso.example')
  })

  test('comes back only twice where Microsoft shows no choice: then it asks for a name and a password', async () => {
    await world.signIn.fault({ endpoint: 'authorize', kind: 'noAccountChoice', times: 5 })
    const { answer, page } = await adaOpensLinkForGrace()
    // The first sign-in and the link used two of the five.
    let next = page
    for (const _time of [1, 2]) {
      next = await answer(next, 'another')
      expect(next.body).toContain('Is this the right account?')
    }
    next = await answer(next, 'another')
    expect(next.body).toContain('id="password"')
  })

  test('is the app’s decision if the app confirms', async () => {
    const { page, session, tenant } = await adaOpensLinkForGrace({ confirm: true })
    expect(outcomeOf(page)).toMatchObject({ status: 'confirmation_required', user_unexpected: 'true' })
    const path = `/v1/tenants/${tenant}/connect-sessions/${session.id}`
    expect((await world.call('GET', path)).body.connection.consentedBy).toBe('a…@outlook.example')
  })

  test('is asked in no other browser', async () => {
    const { page, tenant } = await adaOpensLinkForGrace()
    expect((await createVisitor().visit(page.url)).body).toContain('sign_in_not_valid')
    const question = new URL(page.url).searchParams.get('question') ?? ''
    const body = new URLSearchParams({ question, answer: 'connect' })
    const answered = await fetch(`${world.origin}/oauth/confirm`, { method: 'POST', body })
    expect(await answered.text()).toContain('sign_in_not_valid')
    expect(await tokenStatus(tenant)).toMatchObject({ status: 409 })
  })
})

test('a reconnect by the same person asks nothing, whatever the hint says', async () => {
  const tenant = await world.connected()
  const { connectUrl } = await world.session(tenant, { loginHint: 'ada.lovelace@analytical.example' })
  expect(outcomeOf(await world.finish(connectUrl, ada.username))).toMatchObject({ status: 'connected' })
})
