import { type Row, textIn } from './field.ts'
import { createGroupCampaigns, type GroupCampaigns, groupIn } from './groupCampaigns.ts'
import type { UnifiedKind } from './objects.ts'
import { createPageRows } from './pageRows.ts'
import { toMoment } from './times.ts'
import { toUnified, type UnifiedOwner } from './toUnified.ts'

/** Which objects an app wants. */
export interface UnifiedPage {
  readonly limit: number
  readonly offset: number
  /** By which field, and in which order. Default is the file's order. */
  readonly sort?: { readonly field: string; readonly order: 'asc' | 'desc' } | undefined
  /** The members of an object. Default is all. */
  readonly only?: ReadonlySet<string> | undefined
  /** Only objects that changed then or later, as far as it's known when they changed. */
  readonly updatedSince?: Date | undefined
  /** A part of the name that objects must have, in lower case. */
  readonly nameHas?: string | undefined
  /** Values that fields must have, by their names. */
  readonly filters: Readonly<Record<string, string>>
  /** Which rows count at all. Default is every one of the kind. */
  readonly isAbout?: ((row: Row) => boolean) | undefined
}

/** What is read, and for whom. */
export interface PageGround {
  readonly page: UnifiedPage
  readonly owner: UnifiedOwner
}

/**
 * Makes a page of normalized objects of the rows that match. A page in the file's order stops reading once it's full; a
 * sorted one reads to the end, and keeps the rows up to its own.
 */
export async function readPage(
  kind: UnifiedKind,
  rows: AsyncIterable<Row>,
  { page, owner }: PageGround,
): Promise<Record<string, unknown>[]> {
  const { limit, offset, sort, only } = page
  const keyOf = (row: Row) => readText(kind, row, sort?.field ?? '', owner)
  const kept = createPageRows({ limit, offset, sort: sort && { keyOf, order: sort.order } })
  const needsCampaigns = kind.isInGroup && only?.has('campaign_id') !== false
  const groups = needsCampaigns ? createGroupCampaigns() : undefined
  const reading = rows[Symbol.asyncIterator]()
  try {
    for (let next = await reading.next(); !next.done; next = await reading.next()) {
      groups?.see(next.value)
      if (isWanted(kind, next.value, { page, owner })) kept.add(next.value)
      if (kept.isFull) break
    }
    const found = kept.all()
    const campaigns = groups && (await campaignsOf(found, groups, reading))
    return found.map((row) => {
      const campaignId = campaigns?.get(textIn(row, 'Parent Id') ?? '')
      return toUnified(kind, row, { owner: { ...owner, account: { ...owner.account, campaignId } }, only })
    })
  } finally {
    await reading.return?.()
  }
}

/**
 * The campaigns that ads are in, by their ad groups. Records have no order (bulk-service/bulk-file-schema.md), so an ad
 * group may follow its ads.
 */
async function campaignsOf(
  ads: readonly Row[],
  seen: GroupCampaigns,
  reading: AsyncIterator<Row>,
): Promise<ReadonlyMap<string, string>> {
  const groups = new Set(ads.flatMap((ad) => textIn(ad, 'Parent Id') ?? []))
  const found = seen.of(groups)
  while (found.size < groups.size) {
    const next = await reading.next()
    if (next.done) break
    const later = groupIn(next.value)
    if (later && groups.has(later.group)) found.set(later.group, later.campaign)
  }
  return found
}

function isWanted(kind: UnifiedKind, row: Row, { page, owner }: PageGround): boolean {
  if (!kind.includes(String(row.Type ?? '')) || page.isAbout?.(row) === false) return false
  const changedAt = page.updatedSince && toMoment(readText(kind, row, 'updated_at', owner))
  if (page.updatedSince && changedAt && changedAt < page.updatedSince) return false
  const { nameHas } = page
  if (nameHas && !readText(kind, row, 'name', owner)?.toLowerCase().includes(nameHas)) return false
  return Object.entries(page.filters).every(([name, wanted]) => readText(kind, row, name, owner) === wanted)
}

/** Names, times, and what can be filtered by are texts. */
function readText({ fields }: UnifiedKind, row: Row, name: string, owner: UnifiedOwner): string | null {
  return (fields[name]?.read(row, owner.account) ?? null) as string | null
}
