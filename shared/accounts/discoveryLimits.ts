import type { Discovery } from '../advertising/discover.ts'
import { faultReason, inWords } from '../advertising/unfinished.ts'
import type { Account } from '../domain/account.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { plural } from './plural.ts'

/** The part of a discovery that says what it couldn't find out. */
export type DiscoveryLimits = Pick<Discovery, 'passedOver' | 'unfinished'>

interface Found {
  readonly after: readonly Account[]
  readonly discovery?: DiscoveryLimits
}

/** A discovery's result in words. */
export function foundInWords({ after, discovery }: Found): string {
  const unknown = countUnknown(after)
  const unfinished = discovery?.unfinished
  const sentences = [
    `The tenant has access to ${plural(after.length, 'account')}.`,
    unknown > 0 && `No path is known to ${plural(unknown, 'account')}.`,
    unfinished && `The discovery ended early, because Microsoft Advertising ${inWords(unfinished)}.`,
  ]
  return sentences.filter(Boolean).join(' ')
}

/** What a discovery couldn't find out, as an event's data. */
export function limitsOf({ after, discovery }: Found): TenantEvent['data'] {
  const unknown = countUnknown(after)
  const { passedOver = [], unfinished } = discovery ?? {}
  return {
    ...(unknown > 0 && { reachUnknown: unknown }),
    ...(passedOver.length > 0 && { passedOver: passedOver.length }),
    ...(unfinished && { unfinished: unfinished.because, reason: faultReason(unfinished.fault) }),
  }
}

function countUnknown(accounts: readonly Account[]): number {
  return accounts.filter(({ reachUnknown }) => reachUnknown).length
}
