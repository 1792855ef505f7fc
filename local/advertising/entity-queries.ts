import { toAd, toAdGroup, toKeyword, typeOfAd } from './entity-shapes.ts'
import { adFields, adGroupFields, adTypes, keywordFields, parseFlags } from './flags.ts'
import {
  type AdGroup,
  adGroupsOf,
  adsOf,
  campaignsOf,
  findAdGroup,
  keywordsOf,
} from './inventory/entities.ts'
import type { Inventories, Inventory } from './inventory/inventory.ts'
import { type JsonObject, parseId } from './json.ts'
import { answer, type Call, type Operation, type Reply, refuseInput } from './operation.ts'

/**
 * What is read below campaigns, one parent a call (campaign-management-service/getadgroupsbycampaignid, getadsbyadgroupid,
 * getkeywordsbyadgroupid). Deleted ones aren't returned, nor is anything below them. That a parent of another account is
 * refused like an unknown one is an assumption.
 */
export function createEntityQueries(inventories: Inventories): Readonly<Record<string, Operation>> {
  const inventoryOf = ({ accountId }: Call) => inventories.of(accountId!)
  return {
    '/AdGroups/QueryByCampaignId': (call) => getAdGroups(inventoryOf(call), call.body),
    '/Ads/QueryByAdGroupId': (call) => getAds(inventoryOf(call), call.body),
    '/Keywords/QueryByAdGroupId': (call) => getKeywords(inventoryOf(call), call.body),
  }
}

const isHere = ({ status }: { readonly status: string }) => status !== 'Deleted'

function getAdGroups(inventory: Inventory, { CampaignId, ReturnAdditionalFields }: JsonObject): Reply {
  const fields = parseFlags(ReturnAdditionalFields, adGroupFields)
  const id = parseId(CampaignId)
  const campaign = [...campaignsOf(inventory)].find((each) => isHere(each) && each.id === String(id))
  if (!fields) return refuseInput('apiInputValidationError')
  if (!campaign) return refuseInput('invalidCampaignId')
  // In a Performance Max campaign, these are asset groups, which another operation reads.
  const adGroups = campaign.type === 'PerformanceMax' ? [] : [...adGroupsOf(inventory, campaign)]
  return answer({ AdGroups: adGroups.filter(isHere).map((adGroup) => toAdGroup(adGroup, fields)) })
}

function getAds(inventory: Inventory, { AdGroupId, AdTypes, ReturnAdditionalFields }: JsonObject): Reply {
  const wanted = Array.isArray(AdTypes) ? AdTypes.map(String) : []
  const isKnown = wanted.length > 0 && wanted.every((type) => adTypes.some((each) => each === type))
  if (!isKnown || !parseFlags(ReturnAdditionalFields, adFields)) return refuseInput('apiInputValidationError')
  const adGroup = openAdGroup(inventory, AdGroupId)
  if (!adGroup) return refuseInput('invalidAdGroupId')
  const ads = [...adsOf(inventory, adGroup)].filter((ad) => isHere(ad) && wanted.includes(typeOfAd(ad)))
  return answer({ Ads: ads.map(toAd) })
}

function getKeywords(inventory: Inventory, { AdGroupId, ReturnAdditionalFields }: JsonObject): Reply {
  if (!parseFlags(ReturnAdditionalFields, keywordFields)) return refuseInput('apiInputValidationError')
  const adGroup = openAdGroup(inventory, AdGroupId)
  if (!adGroup) return refuseInput('invalidAdGroupId')
  return answer({ Keywords: [...keywordsOf(inventory, adGroup)].filter(isHere).map(toKeyword) })
}

function openAdGroup(inventory: Inventory, value: unknown): AdGroup | undefined {
  const id = parseId(value)
  const found = id === null ? undefined : findAdGroup(inventory, id)
  const isOpen = found && isHere(found) && isHere(found.campaign) && found.campaign.type !== 'PerformanceMax'
  return isOpen ? found : undefined
}
