import { assert, type Demo, type Json } from './demo.ts'
import type { Step } from './steps.ts'
import { vendStep } from './vendStep.ts'

/** The demonstration's advertiser: one person, one account. */
export const advertiser = { tenant: 'acme', username: 'ada@outlook.example' } as const

const path = `/v1/tenants/${advertiser.tenant}`

/** From a connect link to a call of Microsoft Advertising. */
export const advertiserSteps: readonly Step[] = [
  {
    name: 'ready',
    title: 'The operator asks whether everything is in place',
    async run(demo) {
      const { checks } = await demo.call('/ready', { app: 'demo-operator' })
      return {
        happened: `GET /ready answered 200: ${checks.length} checks of tables, vaults, identity and secrets are ok.`,
        proves: 'The broker reaches all it depends on, with a managed identity and no secret of its own.',
      }
    },
  },
  {
    name: 'connectSession',
    title: 'The app makes a connect link for its customer',
    async run(demo) {
      const { status } = await readStatus(demo)
      // With a different LOCAL_SIGN_IN_PORT, the issuer differs, and so does the person who signs in there.
      const body = {
        environment: 'production',
        returnUrl: demo.stack.returnUrl,
        displayName: 'Acme',
        allowDifferentUser: true,
      }
      const session = await demo.call(`${path}/connect-sessions`, { method: 'POST', body })
      demo.memory.set('connectUrl', session.connectUrl)
      const before = status === 'connected' ? ' It was connected before, and is connected again.' : ''
      return {
        happened: `POST ${path}/connect-sessions gave a link that is good once, until ${session.expiresAt}.${before}`,
        proves: 'An app can invite an advertiser without ever seeing a password, a code or a refresh token.',
      }
    },
  },
  {
    name: 'signIn',
    title: 'Ada opens it in a browser, signs in and consents',
    async run(demo) {
      const back = await demo.signIn(demo.memory.get('connectUrl'), advertiser.username)
      assert(back.searchParams.get('status') === 'connected', `The browser came back with ${back.search}.`)
      return {
        happened: `Authorize, password, consent, callback; the browser is back at ${back.origin}${back.pathname} with status=connected.`,
        proves:
          'State, nonce, PKCE, the cookie that binds the browser, the ID token and the granted scope all fit.',
      }
    },
  },
  {
    name: 'status',
    title: 'The app looks at the tenant',
    async run(demo) {
      const { status, connection, accounts } = await readStatus(demo)
      assert(status === 'connected', `The tenant is ${status}.`)
      return {
        happened: `GET ${path}: ${status}, by a ${connection.accountKind} account, with account ${accounts.defaultAccountId}.`,
        proves: 'The grant is kept, and the advertiser’s customers and accounts were discovered with it.',
      }
    },
  },
  vendStep(path),
  {
    name: 'callAdvertising',
    title: 'The app calls Microsoft Advertising with it',
    run: (demo) => callAdvertising(demo, demo.memory.get('vend')),
  },
]

/** Requests the user and the account's campaigns, with the vended headers unchanged. */
export async function callAdvertising(demo: Demo, vend: Json) {
  const { customerManagement, campaignManagement } = vend.services
  const { User } = await demo.callAdvertising(vend, `${customerManagement}/User/Query`, { UserId: null })
  const query = { AccountId: vend.accountId, CampaignType: 'Search' }
  const url = `${campaignManagement}/Campaigns/QueryByAccountId`
  const { Campaigns } = await demo.callAdvertising(vend, url, query)
  return {
    happened: `User/Query knows ${User.UserName}; Campaigns/QueryByAccountId lists ${Campaigns.length} campaigns.`,
    proves: 'Microsoft Advertising accepts the vended credentials: signature, audience, scope, ids.',
  }
}

async function readStatus(demo: Demo): Promise<Json> {
  const { tenants } = await demo.call('/v1/tenants')
  return tenants.find(({ tenant }: { tenant: string }) => tenant === advertiser.tenant) ?? {}
}
