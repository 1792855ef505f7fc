import type * as z from 'zod'
import { openBrowser } from '../../local/openBrowser.ts'
import { type Clock, systemClock } from '../../shared/clock.ts'
import type { connectSessionView } from '../../shared/connect/readSession.ts'
import type { ConnectSessionResponse } from '../../shared/connect/sessions.ts'
import type { TenantView } from '../../shared/tenants/view.ts'
import { type BrokerAnswer, BrokerUnreachableError, toAnswer } from '../callBroker.ts'
import { createTenantApi, type TenantApi } from './api.ts'
import { toFacts } from './layout.ts'
import { proveVend } from './proveVend.ts'
import { RefusedError } from './refusal.ts'
import { factsOf } from './tenants.ts'
import { type Arguments, textOf, type Verb } from './verb.ts'

type Progress = z.infer<typeof connectSessionView>

const pollMilliseconds = 2000

/** A state that a person's next click doesn't change; `abandoned` isn't one, because the link still works. */
const ends: ReadonlySet<string> = new Set(['connected', 'failed', 'confirmation_required'])

/**
 * `connect`: prints a link for the advertiser, and waits for the consent until the link expires. Then it vends once, and
 * calls Microsoft Advertising, unless a program reads its answers.
 * @returns 0 if all of that works, or with `--no-wait`; 1 otherwise.
 */
export const connect: Verb = async (given) => {
  const { values } = given
  const api = createTenantApi(given)
  const created = await api.ask<ConnectSessionResponse>('POST', '/connect-sessions', bodyOf(given))
  console.log(values.json ? JSON.stringify(created) : created.connectUrl)
  tell(
    values,
    `The link works until ${created.expiresAt}, and connects the first person who signs in with it.`,
  )
  if (values.open && !(await openBrowser(created.connectUrl)))
    tell(values, 'There is no browser to open here. Open the link yourself.')
  if (values['no-wait']) return 0
  const onState = (state: string) => tell(values, stateTexts[state] ?? state)
  const ended = await waitForConsent(api, created, { clock: systemClock, onState })
  if (values.json) console.log(JSON.stringify(ended))
  else await showEnd(api, ended)
  if (ended.state !== 'connected') return 1
  return values.json ? 0 : proveVend(api)
}

function bodyOf({ values }: Pick<Arguments, 'values'>): object {
  const asked = {
    environment: textOf(values.environment) ?? 'production',
    returnUrl: textOf(values['return-url']),
    displayName: textOf(values['display-name']),
    loginHint: textOf(values['login-hint']),
    signInWith: textOf(values['sign-in-with']),
    expiresIn: values['expires-in'] === undefined ? undefined : Number(values['expires-in']),
    allowDifferentUser: values['allow-different-user'] === true || undefined,
  }
  return JSON.parse(JSON.stringify(asked)) as object
}

/**
 * Asks for the session's state until it ends or the link expires.
 * @param onState is told each new state once.
 */
export async function waitForConsent(
  { send }: Pick<TenantApi, 'send'>,
  { expiresAt, id }: Pick<ConnectSessionResponse, 'expiresAt' | 'id'>,
  { clock, onState }: { readonly clock: Clock; readonly onState: (state: string) => void },
): Promise<Pick<Progress, 'state'> & Partial<Progress>> {
  let seen: Pick<Progress, 'state'> & Partial<Progress> = { state: 'created' }
  while (!ends.has(seen.state) && clock.now() < new Date(expiresAt)) {
    await clock.sleep(pollMilliseconds)
    const answer = await askForState(send, id)
    if (!answer) continue
    if (answer.status === 429 || answer.status >= 500) {
      await clock.sleep((answer.retryAfterSeconds ?? 0) * 1000)
      continue
    }
    if (answer.status !== 200) throw new RefusedError(answer)
    const progress = answer.body as Progress
    if (progress.state !== seen.state) onState(progress.state)
    seen = progress
  }
  return seen
}

/** Undefined if nothing answered: a consent that takes minutes outlasts that. */
async function askForState(send: TenantApi['send'], id: string): Promise<BrokerAnswer | undefined> {
  try {
    return await toAnswer(await send(`/connect-sessions/${id}`, { method: 'GET' }))
  } catch (error) {
    if (error instanceof BrokerUnreachableError) return undefined
    throw error
  }
}

/** What a person sees while waiting; the ends have texts of their own. */
const stateTexts: Readonly<Record<string, string>> = {
  opened: 'The link was opened.',
  sign_in_started: 'Someone is signing in.',
  abandoned: 'The sign-in took too long. The link still works.',
  connected: 'Connected.',
  failed: 'The sign-in failed.',
  confirmation_required: 'Someone consented.',
}

async function showEnd(api: TenantApi, { error, reason, state, traceId }: Partial<Progress>): Promise<void> {
  if (state === 'connected') {
    console.error(factsOf(await api.ask<TenantView>('GET')).join('\n'))
  } else if (state === 'failed') {
    console.error(
      toFacts([
        ['Error', error],
        ['Reason', reason],
        ['Trace id', traceId],
      ]).join('\n'),
    )
    console.error('What it means and who acts: docs/connect-failures.md')
  } else if (state === 'confirmation_required') {
    console.error(
      'Your app must confirm this consent within 15 minutes, with the confirmation_code that the browser brought to the return URL: docs/api.md, "Connecting a tenant".',
    )
  } else {
    console.error('The link has expired, and no one has connected. Run the command again for a new one.')
  }
}

/** Standard output is for the link, or for JSON. */
function tell(values: Arguments['values'], text: string): void {
  if (!values.json) console.error(text)
}
