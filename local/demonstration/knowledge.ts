import { agency } from '../advertising/seeds.ts'
import { people } from '../people.ts'
import { agencyTenant } from './agency.ts'
import { assert, type Demo, type Json } from './demo.ts'
import type { Step } from './steps.ts'
import { beginTrace } from './trace.ts'

const path = `/v1/tenants/${agencyTenant.tenant}`

/** A deliberately wrong call, and the expected diagnosis. */
interface DeliberateFault {
  /** A fault on Microsoft's side before the call. */
  readonly before?: (demo: Demo) => Promise<void>
  readonly headers: (vend: Json) => Record<string, string>
  readonly finds: string
}

const deliberateFaults: readonly DeliberateFault[] = [
  {
    headers: (vend) => ({ ...vend.headers, CustomerId: vend.accountId, CustomerAccountId: vend.customerId }),
    finds: 'ids_swapped',
  },
  {
    headers: (vend) => ({ ...vend.headers, CustomerId: String(agency.ownerCustomerId) }),
    finds: 'customer_does_not_reach_account',
  },
  { before: expireTokens, headers: (vend) => vend.headers, finds: 'access_token_expired' },
]

/** Steps about Microsoft Advertising: a chosen account, explained failures, passed-through calls. */
export const knowledgeSteps: readonly Step[] = [
  {
    name: 'chosenAccount',
    title: 'The app makes one of the agency’s accounts the default',
    async run(demo) {
      const accountId = String(agency.linkedAccountId)
      await demo.call(`${path}/accounts/default`, { method: 'PUT', body: { accountId } })
      const vend = await demo.call(`${path}/token`)
      assert(vend.accountId === accountId, `The vend is for ${vend.accountId}.`)
      demo.memory.set('agencyVend', vend)
      return {
        happened: `PUT ${path}/accounts/default; the next vend is for account ${accountId} without being asked.`,
        proves: 'Which account is meant is chosen once, by id or by the number that people see.',
      }
    },
  },
  {
    name: 'diagnosis',
    title: 'Three calls fail on purpose, and the broker says why',
    async run(demo) {
      const verdicts: string[] = []
      for (const fault of deliberateFaults) verdicts.push(await diagnose(demo, fault))
      return {
        happened: `Ids swapped, the owner’s customer id, a token whose time is over: ${verdicts.join(', ')}.`,
        proves: 'Failures that look alike are distinguished: which credential, who acts, what to do next.',
      }
    },
  },
  {
    name: 'passThrough',
    title: 'The app has a call made through the broker',
    async run(demo) {
      const { accountId } = demo.memory.get('agencyVend')
      const body = { AccountId: accountId, CampaignType: 'Search' }
      const route = `${path}/ads/campaignManagement/Campaigns/QueryByAccountId`
      const headers = beginTrace(demo)
      const { Campaigns } = await demo.call(route, { method: 'POST', body, headers })
      return {
        happened: `POST ${route} lists ${Campaigns.length} campaigns; the refused token was replaced on the way.`,
        proves: 'An app can call Microsoft Advertising without holding any of its credentials.',
      }
    },
  },
]

/** As if an app used a token after its hour: Microsoft calls it expired. */
async function expireTokens({ stack }: Demo): Promise<void> {
  const objectId = people.find(({ username }) => username === agencyTenant.username)?.objectId
  await fetch(`${stack.parts.advertising.origin}/_control/expire-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ objectId }),
  })
}

async function diagnose(demo: Demo, { before, headers, finds }: DeliberateFault): Promise<string> {
  await before?.(demo)
  const vend = demo.memory.get('agencyVend')
  const url = `${vend.services.campaignManagement}/Campaigns/QueryByAccountId`
  const sent = headers(vend)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...sent, 'content-type': 'application/json' },
    body: JSON.stringify({ AccountId: vend.accountId, CampaignType: 'Search' }),
  })
  const failed = {
    service: 'campaignManagement',
    status: answer.status,
    body: await answer.text(),
    sent: { customerId: sent.CustomerId, accountId: sent.CustomerAccountId, host: url },
  }
  const { verdict } = await demo.call(`${path}/diagnosis`, { method: 'POST', body: failed })
  assert(verdict === finds, `A failed call (${answer.status}) was diagnosed as ${verdict}.`)
  return verdict
}
