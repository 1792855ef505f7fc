import type { World } from '../end-to-end/world.ts'
import { tenants } from './known.ts'
import type { FuzzAnswer } from './send.ts'

/** The values behind the placeholders: fixed ones, and those that answers bring. */
export interface LiveValues {
  /** Replaces each placeholder with its newest value. `write` spells it. Default is as it is. */
  fill(text: string, write?: (value: string) => string): string
  /** Takes from an answer what later requests can use: links, sign-ins, pages. */
  learn(answer: FuzzAnswer, target: string): void
}

/** Creates the values. Some come from sign-ins that were begun by hand. */
export async function createLiveValues(
  world: World,
  fixed: Readonly<Record<string, string>>,
): Promise<LiveValues> {
  const values = new Map(Object.entries({ ...fixed, ...(await begin(world)) }))
  const missing = [...values].filter(([, value]) => !value)
  if (missing.length > 0) throw new Error(`Nothing is known of ${missing.map(([name]) => name)}.`)
  const learnLink = (body: string, target: string) => {
    const tenant = /\/tenants\/([\w-]+)\//.exec(target)?.[1]
    if (tenant) values.set('sessionTenant', tenant)
    const { id, connectUrl } = JSON.parse(body) as { id?: string; connectUrl?: string }
    if (id) values.set('sessionId', id)
    if (connectUrl) values.set('session', new URL(connectUrl).searchParams.get('session') ?? '')
  }
  const learnSignIn = ({ headers }: FuzzAnswer) => {
    const state = new URL(headers.location ?? '', 'http://x').searchParams.get('state')
    const cookie = headers['set-cookie']?.[0]?.split(';')[0]
    if (state && cookie) values.set('state', state).set('cookie', cookie)
  }
  return {
    fill: (text, write = String) =>
      text.replace(/@@(\w+)@@/g, (_, name: string) => write(values.get(name) ?? 'none')),
    learn(answer, target) {
      if (answer.status === 201) learnLink(answer.body, target)
      if (answer.status === 302) learnSignIn(answer)
      const continuation = /"continuation":"([^"\\]+)"/.exec(answer.body)?.[1]
      if (continuation) values.set('continuation', continuation)
    },
  }
}

const grace = 'grace@contoso.example'

/** A sign-in's end that asks the person something: the question's token, and the cookie of the browser that may answer. */
async function openPage(world: World, parameter: string, options: Parameters<World['session']>[1]) {
  const tenant = world.newTenant()
  const { connectUrl } = await world.session(tenant, options)
  const { callbackUrl, cookie } = await world.stopAtCallbackOf(connectUrl, grace)
  const called = await fetch(callbackUrl, { headers: { cookie }, redirect: 'manual' })
  const token = new URL(called.headers.get('location') ?? '', 'http://x').searchParams.get(parameter) ?? ''
  return { tenant, cookie, token }
}

/** An open account choice, an open question, a confirmation that is due, and links of both workspaces. */
async function begin(world: World): Promise<Record<string, string>> {
  const choice = await openPage(world, 'choice', { accountChoice: 'page' })
  const question = await openPage(world, 'question', { loginHint: 'ada@outlook.example' })
  const confirmTenant = world.newTenant()
  const confirmed = await world.session(confirmTenant, { confirm: true })
  const returned = new URL((await world.finish(confirmed.connectUrl, grace)).url)
  const app = 'other-app'
  const body = { environment: 'production', returnUrl: world.returnUrl }
  const other = await world.call('POST', `/v1/tenants/${world.newTenant()}/connect-sessions`, { app, body })
  return {
    choice: choice.token,
    choiceCookie: choice.cookie,
    question: question.token,
    questionCookie: question.cookie,
    otherSessionId: other.body.id,
    confirmTenant,
    confirmSession: confirmed.id,
    confirmationCode: returned.searchParams.get('confirmation_code') ?? '',
    ...(await accountOf(world, tenants.steady, 'account', 'customer')),
    ...(await accountOf(world, tenants.several, 'otherAccount', 'otherCustomer')),
  }
}

async function accountOf(world: World, tenant: string, account: string, customer: string) {
  const [first] = (await world.call('GET', `/v1/tenants/${tenant}/accounts`)).body.accounts
  return { [account]: first.accountId, [customer]: first.customerId }
}
