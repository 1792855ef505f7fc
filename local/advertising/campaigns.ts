import { toCampaign } from './campaign.ts'
import { campaignFields, campaignTypes, parseFlags } from './flags.ts'
import { parseId } from './json.ts'
import { answer, type Call, type Operation, type Reply, refuse, refuseInput } from './operation.ts'

/** The operations of `/CampaignManagement/v13` that the stand-in supports. */
export const campaignManagement: Readonly<Record<string, Operation>> = {
  '/Campaigns/QueryByAccountId': getCampaignsByAccountId,
}

/**
 * GetCampaignsByAccountId: two search campaigns for any account; the body must name the header's account. Without
 * `CampaignType`, only search campaigns are returned (campaign-management-service/getcampaignsbyaccountid).
 */
function getCampaignsByAccountId({ body, accountId }: Call): Reply {
  const asked = parseId(body.AccountId)
  const types = parseFlags(body.CampaignType, campaignTypes)
  const fields = parseFlags(body.ReturnAdditionalFields, campaignFields)
  if (asked === null || !types || !fields) return refuseInput('apiInputValidationError')
  if (asked !== accountId) return refuse('userIsNotAuthorized')
  if (types.size > 0 && !types.has('Search')) return answer({ Campaigns: [] })
  return answer({
    Campaigns: ['Brand', 'Generic'].map((name, index) =>
      toCampaign(asked * 10n + BigInt(index), name, fields),
    ),
  })
}
