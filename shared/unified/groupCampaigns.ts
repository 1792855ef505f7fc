import { type Row, textIn } from './field.ts'

/** Which campaigns the ad groups of a file are in. */
export interface GroupCampaigns {
  /** Remembers an ad group; any other record is passed over. */
  see(row: Row): void
  /** @returns the campaigns of these ad groups, by the ad groups, as far as they were seen. */
  of(groups: ReadonlySet<string>): Map<string, string>
}

const blockPairs = 8192
/** What fits into 64 bits. */
const id = /^\d{1,19}$/

/**
 * Remembers the campaigns of ad groups, in 16 bytes for each. A map would take some hundred, and the file doesn't say how
 * many there are.
 */
export function createGroupCampaigns(): GroupCampaigns {
  const blocks: BigUint64Array[] = []
  let length = 0
  return {
    see: (row) => {
      const seen = groupIn(row)
      if (!seen) return
      const at = (length % blockPairs) * 2
      if (at === 0) blocks.push(new BigUint64Array(blockPairs * 2))
      blocks.at(-1)?.set([BigInt(seen.group), BigInt(seen.campaign)], at)
      length++
    },
    of: (groups) => {
      const wanted = new Set([...groups].filter((group) => id.test(group)).map(BigInt))
      const found = new Map<string, string>()
      for (let index = 0; index < length; index++) {
        const block = blocks[Math.floor(index / blockPairs)]
        const at = (index % blockPairs) * 2
        const group = block?.[at] ?? 0n
        if (wanted.has(group)) found.set(String(group), String(block?.[at + 1]))
      }
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
