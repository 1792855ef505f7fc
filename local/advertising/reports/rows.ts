import { adGroupsOf, adsOf, type Campaign, campaignsOf, keywordsOf } from '../inventory/entities.ts'
import type { Inventories, Inventory } from '../inventory/inventory.ts'
import type { Account, Directory } from '../world.ts'
import type { RowContext } from './cells.ts'
import { devices, isEmpty, measure } from './metrics.ts'
import { type Period, periodsOf } from './periods.ts'
import type { ReportRequest } from './request.ts'

/** Where the rows come from. */
export interface RowSource {
  readonly directory: Directory
  readonly inventories: Inventories
}

type Subject = Pick<RowContext, 'campaign' | 'adGroup' | 'ad' | 'keyword'> & { readonly key: number }

/** The rows of a report, one after the other, none of them kept. */
export function* rowsOf(
  request: ReportRequest,
  { directory, inventories }: RowSource,
): Generator<RowContext> {
  const periods = periodsOf(request.aggregation, request.days, request.formatVersion)
  for (const accountId of request.accountIds) {
    const account = directory.accounts.get(accountId)
    const inventory = inventories.of(accountId)
    if (!account || inventory.sizes.campaigns === 0) continue
    for (const subject of subjectsOf(request, inventory)) {
      if (request.filter.matches({ ...subject, account }))
        yield* rowsAbout(request, periods, { account, inventory, subject })
    }
  }
}

interface About {
  readonly account: Account
  readonly inventory: Inventory
  readonly subject: Subject
}

function* rowsAbout(
  { columns, type, filter, formatVersion }: ReportRequest,
  periods: readonly Period[],
  { account, inventory, subject }: About,
): Generator<RowContext> {
  const measured = { seed: inventory.seed, key: subject.key, scale: scaleOf(type) }
  const counted = filter.devices ?? [...devices.keys()]
  const isSplit = columns.includes('DeviceType')
  for (const on of isSplit ? counted.map((device) => [device]) : [counted]) {
    const device = isSplit ? on[0]! : null
    for (const period of periods) {
      const metrics = measure(measured, period, on)
      if (!isEmpty(metrics)) yield { ...subject, account, period, device, metrics, formatVersion }
    }
  }
}

function scaleOf(type: string): number {
  if (type.startsWith('Account')) return 1000
  return type.startsWith('Campaign') ? 100 : 1
}

function* subjectsOf({ type, campaignIds }: ReportRequest, inventory: Inventory): Generator<Subject> {
  if (type.startsWith('Account')) return yield { key: 0 }
  for (const campaign of campaignsOf(inventory)) {
    if (campaignIds && !campaignIds.has(campaign.id)) continue
    if (type.startsWith('Campaign')) yield { campaign, key: 1 + campaign.ordinal }
    else yield* subjectsBelow(type, inventory, campaign)
  }
}

function* subjectsBelow(type: string, inventory: Inventory, campaign: Campaign): Generator<Subject> {
  for (const adGroup of adGroupsOf(inventory, campaign)) {
    if (type.startsWith('AdGroup')) yield { campaign, adGroup, key: 1_000_000 + adGroup.ordinal }
    else if (type.startsWith('AdPerformance')) {
      for (const ad of adsOf(inventory, adGroup))
        yield { campaign, adGroup, ad, key: 100_000_000 + ad.ordinal }
    } else {
      for (const keyword of keywordsOf(inventory, adGroup)) {
        yield { campaign, adGroup, keyword, key: 1_000_000_000 + keyword.ordinal }
      }
    }
  }
}
