import { agency } from '../advertising/seeds.ts'
import { advertiser, callAdvertising } from './advertiser.ts'
import { assert } from './demo.ts'
import type { Step } from './steps.ts'

/** The demonstration's agency: its person can reach several accounts, one of them another company's. */
export const agencyTenant = { tenant: 'agency', username: 'grace@contoso.example' } as const

const path = `/v1/tenants/${agencyTenant.tenant}`
const linkedAccountId = String(agency.linkedAccountId)

/** An agency with a linked account, and another app that requests another workspace's tenant. */
export const agencySteps: readonly Step[] = [
  {
    name: 'connectAgency',
    title: 'Grace connects her agency from a mailed link, with a work account',
    async run(demo) {
      const body = {
        environment: 'production',
        returnUrl: demo.stack.returnUrl,
        accountChoice: 'app',
        allowDifferentUser: true,
        displayName: 'The agency',
        expiresIn: 86_400,
      }
      const session = await demo.call(`${path}/connect-sessions`, { method: 'POST', body })
      const back = await demo.signIn(session.connectUrl, agencyTenant.username)
      const status = back.searchParams.get('status')
      assert(status === 'confirmation_required', `The browser came back with ${back.search}.`)
      const code = back.searchParams.get('confirmation_code')
      const confirm = `${path}/connect-sessions/${session.id}/confirm`
      await demo.call(confirm, { method: 'POST', body: { code } })
      const { accounts } = await demo.call(`${path}/accounts`)
      const linked = accounts.filter((account: { linked: boolean }) => account.linked)
      assert(linked.length > 0, 'No linked account was discovered.')
      return {
        happened: `The page named the app and the agency. The app confirmed that the person is Grace. Discovered ${accounts.length} accounts, ${linked.length} of them linked from another customer.`,
        proves:
          'A link that leaves the app’s pages connects only people whom the app confirms. Discovery finds what the person’s roles reach, accounts of other customers too.',
      }
    },
  },
  {
    name: 'linkedAccount',
    title: 'The app asks for the linked account',
    async run(demo) {
      const vend = await demo.call(`${path}/token?accountId=${linkedAccountId}`)
      const owner = String(agency.ownerCustomerId)
      assert(vend.customerId === String(agency.customerId), `CustomerId is ${vend.customerId}.`)
      await callAdvertising(demo, vend)
      return {
        happened: `Account ${linkedAccountId} came with CustomerId ${vend.customerId}, not its owner’s ${owner}; the calls succeed.`,
        proves: 'The customer vended is the one through which the user reaches the account.',
      }
    },
  },
  {
    name: 'stranger',
    title: 'An app of another workspace asks for the same tenant',
    async run(demo) {
      const foreign = await demo.call(`/v1/tenants/${advertiser.tenant}/token`, {
        app: 'other-app',
        status: 404,
      })
      const none = await demo.call('/v1/tenants/nobody/token', { app: 'other-app', status: 404 })
      assert(foreign.code === none.code, `${foreign.code} is not ${none.code}.`)
      return {
        happened: `It got 404 ${foreign.code}, the same as for a tenant that does not exist.`,
        proves: 'An app can neither read nor detect what is not its own.',
      }
    },
  },
]
