import { toCampaign } from './campaign.ts'
import { createEntityQueries } from './entity-queries.ts'
import { campaignFields, campaignTypes, parseFlags } from './flags.ts'
import { campaignsOf } from './inventory/entities.ts'
import type { Inventories } from './inventory/inventory.ts'
import { parseId } from './json.ts'
import { answer, type Call, type Operation, type Reply, refuse, refuseInput } from './operation.ts'

/** The operations of `/CampaignManagement/v13` that the stand-in supports. */
export function createCampaignManagement(inventories: Inventories): Readonly<Record<string, Operation>> {
  return {
    '/Campaigns/QueryByAccountId': (call) => getCampaignsByAccountId(inventories, call),
    ...createEntityQueries(inventories),
  }
}

/**
 * GetCampaignsByAccountId: the campaigns that reports and bulk files have, too; the body must name the header's account.
 * Without `CampaignType`, only search campaigns are returned (campaign-management-service/getcampaignsbyaccountid).
 */
function getCampaignsByAccountId(inventories: Inventories, { body, accountId }: Call): Reply {
  const asked = parseId(body.AccountId)
  const types = parseFlags(body.CampaignType, campaignTypes)
  const fields = parseFlags(body.ReturnAdditionalFields, campaignFields)
  if (asked === null || !types || !fields) return refuseInput('apiInputValidationError')
  if (asked !== accountId) return refuse('userIsNotAuthorized')
  const isAsked = ({ type }: { type: (typeof campaignTypes)[number] }) =>
    types.size > 0 ? types.has(type) : type === 'Search'
  const found = [...campaignsOf(inventories.of(asked))].filter(
    (each) => each.status !== 'Deleted' && isAsked(each),
  )
  return answer({ Campaigns: found.map((campaign) => toCampaign(campaign, fields)) })
}
