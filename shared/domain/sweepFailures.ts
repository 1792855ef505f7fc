/**
 * Why a due tenant wasn't refreshed in a sweep: the class of its refusal, or the broker's own reason. A tenant whose
 * trouble is its own, such as a deleted or unreadable grant, isn't among them: a sweep counts it as stuck, by its reason.
 */
export const sweepFailures = [
  'passing',
  'backOff',
  'advertiser',
  'advertiserAdmin',
  'operator',
  'environment_on_hold',
  'circuit_open',
  'storage',
  'table_missing',
  'identity',
  'damaged_row',
] as const

/** One of {@link sweepFailures}. */
export type SweepFailure = (typeof sweepFailures)[number]
