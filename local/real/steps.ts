import { connectFailures } from '../../shared/connect/failures.ts'
import type { Environment } from '../../shared/environment.ts'
import { assert, type Demo, type Json } from '../demonstration/demo.ts'
import type { Step } from '../demonstration/steps.ts'
import type { Transcript } from '../demonstration/transcript.ts'
import { vendStep } from '../demonstration/vendStep.ts'

/** The tenant of the developer's own account. */
export const ownTenant = 'mine'

const path = `/v1/tenants/${ownTenant}`
const pollMilliseconds = 500

/** What the steps do outside the broker. */
export interface RealStepOptions {
  readonly environment: Environment
  readonly tell: Transcript
  /** Opens the link in a browser. Default is only to print it. */
  readonly open?: ((url: string) => void) | undefined
  /** Whether the person has only one try. Default is until the link expires. */
  readonly once?: boolean | undefined
}

/** From a connect link to a call of the real Microsoft Advertising, with the developer's own account. */
export function realSteps(options: RealStepOptions): readonly Step[] {
  const { environment } = options
  return [
    {
      name: 'ready',
      title: 'Everything is in place, and Microsoft’s sign-in can be reached',
      async run(demo) {
        const { checks } = await demo.call('/ready', { app: 'demo-operator', status: 'any' })
        const failed = checks.filter(({ ok }: Json) => ok === false)
        assert(failed.length === 0, failed.map(explainCheck).join('\n    '))
        return {
          happened: `GET /ready: ${checks.length} checks of tables, vaults, identity, secrets, and Microsoft’s sign-in are ok.`,
          proves: 'The broker reaches all it depends on. Whether Microsoft accepts your values is next.',
        }
      },
    },
    {
      name: 'connectSession',
      title: `The app makes a connect link for your own ${environment} account`,
      async run(demo) {
        const body = {
          environment,
          returnUrl: demo.stack.returnUrl,
          displayName: 'Your own account',
          allowDifferentUser: true,
        }
        const session = await demo.call(`${path}/connect-sessions`, { method: 'POST', body })
        demo.memory.set('session', session)
        return {
          happened: `POST ${path}/connect-sessions gave a link that is good until ${session.expiresAt}.`,
          proves: 'Your app can invite an advertiser, and first of all you.',
        }
      },
    },
    { name: 'signIn', title: 'You sign in at Microsoft and consent', run: (demo) => signIn(demo, options) },
    {
      name: 'status',
      title: 'The app looks at the tenant',
      async run(demo) {
        const { status, connection, accounts } = await demo.call(path)
        assert(status === 'connected', `The tenant is ${status}.`)
        return {
          happened: `GET ${path}: ${status}, by a ${connection.accountKind} account, with account ${accounts.defaultAccountId}.`,
          proves: 'Microsoft refreshed the grant once already, and your accounts were discovered with it.',
        }
      },
    },
    vendStep(path),
    { name: 'callAdvertising', title: 'The app calls Microsoft Advertising with it', run: callAdvertising },
  ]
}

const explainCheck = ({ name, detail, resolution }: Json) =>
  [`${name}: ${detail}.`, resolution, 'See docs/first-day.md.'].filter(Boolean).join(' ')

async function signIn(demo: Demo, options: RealStepOptions) {
  const { open, tell } = options
  const { connectUrl, id } = demo.memory.get('session')
  tell({ event: 'try', what: 'Open this link in a browser, and sign in', command: connectUrl })
  open?.(connectUrl)
  const text = 'If you end on a page of Microsoft’s with an AADSTS number, docs/first-day.md knows it.'
  tell({ event: 'note', text: `Waiting for you. ${text}` })
  const { signIns } = await waitUntilConnected(demo, id, options)
  return {
    happened: `Microsoft sent the browser back with a code; sign-in number ${signIns} with this link has connected.`,
    proves: 'Your registration works: client ID, secret, redirect URI, and permission.',
  }
}

/**
 * Waits until someone has connected with the link. A failure that is the registration's ends the wait; after another one,
 * the person can open the link once more.
 */
async function waitUntilConnected(
  demo: Demo,
  session: string,
  { once, tell }: RealStepOptions,
): Promise<Json> {
  let told = ''
  for (;;) {
    const progress = await demo.call(`${path}/connect-sessions/${session}`)
    if (progress.state === 'connected') return progress
    assert(Date.parse(progress.linkExpiresAt) > Date.now(), 'Nobody signed in while the link was good.')
    const isNew = progress.state === 'failed' && progress.stateSince !== told
    if (isNew && (once || isOperators(progress)))
      throw new Error(`${describe(progress)} See docs/first-day.md.`)
    if (isNew) tell({ event: 'note', text: `${describe(progress)} The link still works: try again.` })
    if (isNew) told = progress.stateSince
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
}

const isOperators = ({ error }: Json) =>
  connectFailures[error as keyof typeof connectFailures]?.actor === 'operator'

/** Microsoft has one code, 105, for both (handle-service-errors-exceptions). */
const wrongTokenHint =
  ' Either that, or the developer token isn’t one of this environment: Microsoft’s answer is the same.'

function describe({ error, reason, traceId }: Json): string {
  const failure = connectFailures[error as keyof typeof connectFailures]
  const codes = [error, reason, traceId && `trace id ${traceId}`].filter(Boolean).join(', ')
  const hint = error === 'no_advertising_user' ? wrongTokenHint : ''
  return `${failure?.title ?? 'The sign-in failed'} (${codes}).${hint}`
}

async function callAdvertising(demo: Demo) {
  const vend = demo.memory.get('vend')
  const url = `${vend.services.customerManagement}/User/Query`
  const { User } = await demo.callAdvertising(vend, url, { UserId: null })
  return {
    happened: `POST ${url} knows ${User.UserName}.`,
    proves: 'Microsoft Advertising accepts your developer token and the vended access token.',
  }
}
