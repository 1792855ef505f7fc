import { type Row, textIn } from './field.ts'

/** Which campaigns the ad groups of a file are in. */
export interface GroupCampaigns {
  /** Remembers an ad group; any other record is passed over. */
  see(row: Row): void
  /** @returns the campaigns of these ad groups, by the ad groups, as far as they were seen. */
  of(groups: ReadonlySet<string>): Map<string, string>
}

/** Ad groups, and for each of them the place of its campaign among all campaigns. */
interface Block {
  readonly groups: BigUint64Array
  readonly campaigns: Uint32Array
}

const blockLength = 8192
/** What fits into 64 bits, in one way of writing; 0 is no ID, and what is left in the last block. */
const id = /^[1-9]\d{0,18}$/

/**
 * Remembers the campaigns of ad groups, in 12 bytes for each. A map would take some hundred, and the file doesn't say
 * how many there are.
 */
export function createGroupCampaigns(): GroupCampaigns {
  const blocks: Block[] = []
  const campaigns = new Map<bigint, number>()
  let length = 0
  const placeOf = (campaign: bigint) => {
    const place = campaigns.get(campaign) ?? campaigns.size
    if (place === campaigns.size) campaigns.set(campaign, place)
    return place
  }
  return {
    see: (row) => {
      const seen = groupIn(row)
      if (!seen) return
      const at = length++ % blockLength
      if (at === 0)
        blocks.push({ groups: new BigUint64Array(blockLength), campaigns: new Uint32Array(blockLength) })
      const block = blocks.at(-1)
      block?.groups.set([BigInt(seen.group)], at)
      block?.campaigns.set([placeOf(BigInt(seen.campaign))], at)
    },
    of: (groups) => {
      const wanted = new Set([...groups].filter((group) => id.test(group)).map(BigInt))
      const all = [...campaigns.keys()]
      const found = new Map<string, string>()
      for (const block of blocks)
        for (const [at, group] of block.groups.entries())
          if (wanted.has(group)) found.set(String(group), String(all[block.campaigns[at] ?? 0]))
      return found
    },
  }
}

/** An ad group and its campaign, by their IDs; undefined for any other record. */
export function groupIn(row: Row): { readonly group: string; readonly campaign: string } | undefined {
  if (row.Type !== 'Ad Group') return undefined
  const [group, campaign] = [textIn(row, 'Id') ?? '', textIn(row, 'Parent Id') ?? '']
  return id.test(group) && id.test(campaign) ? { group, campaign } : undefined
}
