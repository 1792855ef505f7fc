import { expect, test } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import type { SignIn } from '../../shared/connect/authorize.ts'
import type { CallbackDependencies } from '../../shared/connect/dependencies.ts'
import { type ConnectFailureCode, connectFailures } from '../../shared/connect/failures.ts'
import { withNextSteps } from '../../shared/connect/nextSteps.ts'
import { proveSignIn } from '../../shared/connect/proveSignIn.ts'
import { judgeTokenError } from '../../shared/diagnosis/judgeTokenError.ts'
import { probeTenant } from '../../shared/diagnosis/probe.ts'
import { reasonByNumber } from '../../shared/domain/aadsts.ts'
import {
  actorOfCode,
  actorOfImported,
  actorOfRepeated,
  isCredentialReason,
  parseReason,
  type RefusalReason,
  reasons,
  unknownReason,
} from '../../shared/domain/reasons.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { verdicts } from '../../shared/domain/verdicts.ts'
import { explainImportRefusal } from '../../shared/grants/explainImportFailure.ts'
import { importGrant } from '../../shared/grants/importGrant.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { failurePage } from '../../shared/pages/failurePage.ts'
import { prepareCall } from '../../shared/passthrough/prepareCall.ts'
import { type Actor, type Problem, problems } from '../../shared/problems.ts'
import { grantEndedEvent } from '../../shared/refresh/refusalEvents.ts'
import { Secret } from '../../shared/secret.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { explainMissingToken } from '../../shared/vend/explainMissingToken.ts'
import { name } from '../simulation/ground.ts'
import { refreshGround } from './refreshGround.ts'

const words = Object.keys(reasons) as RefusalReason[]
const config = {
  redirectUri: 'https://broker.example/oauth/callback',
  publicUrl: 'https://broker.example',
  workspaces: [],
  environments: new Map([
    ['production', { microsoft: { clientId: 'id', authority: { origin: 'https://login.example' } } }],
  ]),
} as never
const token = { ok: true, value: new Secret('developer-token'), version: '1' } as const
const developerTokens = { find: async () => token, current: async () => token } as never
const signInRow = { environment: 'production', identityProvider: 'microsoft', scopes: ['s'] } as never
const toldBy = ({ code, extras }: Problem): Actor => extras.actor ?? problems[code].actor
const thrownBy = (work: Promise<unknown>) => work.then(Promise.reject, (problem: Problem) => problem)

/** The number of refusals in a row after which a temporary reason is final. */
const attemptsOf = (reason: RefusalReason) => (reason === 'unknown_answer' ? 5 : 2)

/** A tenant whose refreshes were refused for this reason until its state no longer changes. */
async function refusedTenant(reason: RefusalReason) {
  const own = refreshGround({ answer: () => ({ ok: false, refusal: toRefusal(reason) }) })
  const { clock, dependencies, refresher } = own
  await own.add()
  const accessTokens = createAccessTokens({ ...dependencies, refresher, rowCacheSeconds: 30 } as never)
  const problem = async () => {
    const obtained = await clock.run(Promise.resolve(accessTokens.get(name)))
    if (obtained.ok) throw new Error('nothing is obtained where all is refused')
    return explainMissingToken(config, obtained, clock.now())
  }
  const refusedNow: Problem[] = []
  for (let attempt = 0; attempt < attemptsOf(reason); attempt++) {
    refusedNow.push(await problem())
    const { trouble } = own.row()
    if (trouble) clock.advance((trouble.nextAttemptAt.getTime() - clock.now().getTime()) / 1000)
  }
  return { ...own, accessTokens, problem, justRefused: refusedNow.at(-1) as Problem }
}

test.each(words)('%s: a vend, a pass-through, and a probe name the actor', async (reason) => {
  const { clock, justRefused, accessTokens, problem, tenants } = await refusedTenant(reason)
  const actor = actorOfRepeated(reason)
  expect(toldBy(justRefused)).toBe(actor)
  expect(toldBy(await problem())).toBe(actor)
  const shared = { config, clock, accessTokens, developerTokens, tenants }
  const passedThrough = prepareCall(shared as never, name, { service: 'campaignManagement' })
  expect(toldBy(await clock.run(thrownBy(passedThrough)))).toBe(actor)
  expect((await clock.run(probeTenant(shared as never, name))).actor).toBe(actor)
})

test.each(words)(
  '%s: the tenant’s events name the actor, and never mention our own credential',
  async (reason) => {
    const { tenants } = await refusedTenant(reason)
    const told = tenants.history(name).flatMap(({ data }) => data?.actor ?? [])
    if (isCredentialReason(reason)) expect(told).toEqual([])
    else expect(told.at(-1)).toBe(actorOfRepeated(reason))
  },
)

test.each(words)('%s: an app that imports a refresh token learns who acts', async (reason) => {
  const dependencies = {
    config,
    clock: { now: () => new Date() },
    unfinishedCommits: createUnfinishedCommits(systemClock),
    signInTable: () => signInRow,
    grantServices: { tenants: { read: async () => undefined } },
    tokenEndpoints: { refresh: async () => ({ ok: false, refusal: toRefusal(reason) }) },
  } as never
  const options = { environment: 'production', refreshToken: new Secret('rt') } as never
  const problem = await thrownBy(importGrant(dependencies, name, options))
  expect(toldBy(problem)).toBe(actorOfImported(reason))
  const isAboutTheToken = ['app', 'advertiser', 'advertiserAdmin'].includes(actorOfImported(reason))
  expect(problem.code === 'grant_refused').toBe(isAboutTheToken)
})

test.each(words)('%s: the page and the return URL of a sign-in name the actor', async (reason) => {
  const signIn = { ...name, environment: 'production', returnUrl: 'https://app.example/back' } as SignIn
  const dependencies = {
    config,
    clock: { now: () => new Date() },
    signInTable: () => signInRow,
    tokenEndpoints: { redeem: async () => ({ ok: false, refusal: toRefusal(reason) }) },
    environments: { read: async () => undefined, placeHold: async () => undefined },
    log: () => undefined,
    records: { issue: async () => 'token' },
  } as unknown as CallbackDependencies
  const ended = await proveSignIn(dependencies, signIn, { code: 'c' }, { secret: 'x' } as never, 'state')
  if (!('failed' in ended)) throw new Error('a refused code proves nothing')
  const failure = await withNextSteps(dependencies, signIn, ended)
  const shown = /<code id="code">(\w+)/.exec(String(failurePage(failure, config).body))?.[1]
  const sent = new URL(failure.backUrl ?? '').searchParams
  expect(sent.get('reason')).toBe(reason)
  for (const code of [shown, sent.get('error')] as ConnectFailureCode[])
    expect(connectFailures[code].actor).toBe(actorOfCode(reason))
})

/** Refusals as people paste them: by number, or only by word. */
const pasted: readonly object[] = [
  ...[...reasonByNumber.keys(), 50196, 530_777].map((code) => ({ error_codes: [code] })),
  ...['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_scope', 'restricted_client'],
  ...['deleted_client', 'disabled_client', 'org_internal', 'admin_policy_enforced', 'access_denied'],
  ...['invalid_grant', 'interaction_required', 'login_required', 'bad_token', 'invalid_rapt', 'new_word'],
  ...['temporarily_unavailable', 'rate_limit_exceeded'],
].map((each) => (typeof each === 'string' ? { error: each } : each))

test('a pasted refusal names the actor of the table', () => {
  for (const body of pasted) {
    const { verdict } = judgeTokenError({ ...body }, 400)
    const { reason } = classifyTokenRefusal(400, body)
    expect(verdicts[verdict].actor, JSON.stringify(body)).toBe(actorOfRepeated(reason))
  }
})

test('a reason from another version has no actor', () => {
  for (const text of ['', 'a_later_reason', 'constructor', undefined])
    expect(parseReason(text)).toBe(unknownReason)
  expect(isCredentialReason(unknownReason)).toBe(false)
})

test('a general refusal of a Google grant lists possible causes, including Google’s limit', async () => {
  const own = refreshGround({ answer: () => ({ ok: false, refusal: toRefusal('grant_refused') }) })
  const row = await own.add()
  const google = (reason: RefusalReason) =>
    ({ ...row, grant: { ...row.grant!, identityProvider: 'google' }, ...dead(reason) }) as const
  const limit = /oldest refresh token .* more than 100/
  expect(vendedOf(google('grant_refused')).message).toMatch(limit)
  expect(vendedOf({ ...row, ...dead('grant_refused') }).message).not.toMatch(limit)
  expect(vendedOf(google('grant_revoked')).message).not.toMatch(limit)
  expect(explainImportRefusal(toRefusal('grant_refused'), 'google').message).toMatch(limit)
  expect(grantEndedEvent(toRefusal('grant_refused'), 'google', own.clock.now()).detail).toMatch(limit)
})

const dead = (reauthorizationReason: RefusalReason) =>
  ({ status: 'reauthorization_required', reauthorizationReason }) as const

function vendedOf(tenant: Tenant): Problem {
  const outcome = { outcome: 'passed_on', reason: 'grant_is_dead', stored: { tenant, etag: '' } } as const
  return explainMissingToken(config, { ok: false, because: 'not_refreshed', outcome }, new Date())
}
