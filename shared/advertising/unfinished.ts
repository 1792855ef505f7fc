import type { AdvertisingFault } from './faults.ts'

/** Why a discovery ended before it knew everything. */
export const unfinishedReasons = ['throttled', 'unavailable', 'time_limit', 'refused'] as const

/** The early end of a discovery. What was found until then counts, and a later discovery finds the rest. */
export interface Unfinished {
  readonly because: (typeof unfinishedReasons)[number]
  /** The fault that ended it. */
  readonly fault: AdvertisingFault
  /** Whether accounts may be missing. Otherwise, only paths to accounts are. */
  readonly missesAccounts: boolean
}

/** A customer whose accounts or links Microsoft didn't list. Other customers' were. */
export interface PassedOverCustomer {
  readonly customerId: string
  /** `advertising_` and Microsoft's code, or the status without one. */
  readonly reason: string
  /** Whether the user lacks rights there. Otherwise, Microsoft's answer was odd and proves nothing. */
  readonly isRefusal: boolean
}

/** Whether a fault concerns only the call that met it, so that other calls can still work. */
export function isAboutOneCall({ class: about }: AdvertisingFault): boolean {
  return about === 'rights' || about === 'request' || about === 'unexpectedAnswer'
}

/** The early end that a fault means. @param isOver whether the time of the whole discovery has passed. */
export function toUnfinished(fault: AdvertisingFault, isOver: boolean, missesAccounts: boolean): Unfinished {
  return { because: isOver ? 'time_limit' : reasonOf(fault), fault, missesAccounts }
}

function reasonOf({ class: about }: AdvertisingFault): Unfinished['because'] {
  if (about === 'backOff') return 'throttled'
  return about === 'passing' ? 'unavailable' : 'refused'
}

/** A customer that is passed over because of a fault. */
export function toPassedOver(customerId: string, fault: AdvertisingFault): PassedOverCustomer {
  return { customerId, reason: faultReason(fault), isRefusal: fault.class === 'rights' }
}

/** A fault in one word: `advertising_` and Microsoft's code, or the status without one. */
export function faultReason({ code, status }: Pick<AdvertisingFault, 'code' | 'status'>): string {
  return `advertising_${code ?? status}`
}

/** What Microsoft Advertising did, as the end of a sentence about it. */
export function inWords({ because }: Pick<Unfinished, 'because'>): string {
  return words[because]
}

const words: Readonly<Record<Unfinished['because'], string>> = {
  throttled: 'throttled the broker’s calls',
  unavailable: 'failed to answer',
  time_limit: 'took too long',
  refused: 'refused the broker’s calls',
}
