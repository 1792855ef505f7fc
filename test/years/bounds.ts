import type { Config } from '../../shared/config.ts'
import type { Census } from './census.ts'
import type { Ledger } from './ledger.ts'

/** What a bound is counted from. */
export interface BoundFacts {
  readonly ledger: Ledger
  readonly census: Census
  /** Days since the start. */
  readonly today: number
  readonly retention: Config['retention']
  /** How often the operator has replaced a secret or key. */
  readonly rotations: number
}

/** The most rows of a kind; a text says why a kind has no bound in time. */
type Bound = ((facts: BoundFacts) => number) | string

/** A link is valid for 7 days, clocks get one, and a round must reach the tenant (docs/data-lifecycle.md). */
const endDays = 7 + 1 + 2
/** Longer than any one-time record lives, with the outages in which nothing is removed. */
const recordDays = 7 + 3 + 1

const tenants = ({ ledger, retention, today }: BoundFacts): number =>
  ledger.people.size -
  gone(ledger) +
  ledger.count('link', today, retention.pendingTenantDays + endDays) +
  ledger.count('disconnect', today, retention.disconnectedTenantDays + endDays)

const gone = ({ people }: Ledger): number =>
  [...people.values()].filter(({ state }) => state === 'disconnected').length

/** Those who are connected, or must sign in again. */
const consents = ({ ledger }: BoundFacts): number => ledger.living().length + ledger.ended().length

/** The most accounts of a person. */
const maxAccounts = 4

/** The current generation and the one before it. A pending consent's go with it. */
const accounts = (facts: BoundFacts): number =>
  2 * maxAccounts * (consents(facts) + facts.ledger.count('link', facts.today, 2))

/** Each link has a few records. */
const records = (facts: BoundFacts): number => 2 * facts.ledger.count('link', facts.today, recordDays) + 10

/** Every kind that the ground stores, and its bound. */
export const bounds: Readonly<Record<string, Bound>> = {
  'Tenants tenant': tenants,
  'Tenants account': accounts,
  'Tenants number': accounts,
  'Tenants event': 'a connected tenant keeps its events as long as it is connected',
  TenantsByWorkspace: tenants,
  // A killed sweep can leave one, which a later sweep removes when it is due: within a week.
  RefreshDue: (facts) => consents(facts) + facts.ledger.count('kill', facts.today, 8) + 20,
  'SignIns session': records,
  'SignIns session-progress': records,
  'SignIns sign-in': records,
  'SignIns choice': records,
  'SignIns choice-answer': records,
  'SignIns person-question': records,
  'SignIns callback': records,
  'SignIns callback-end': records,
  'BrokerState app': () => 0,
  'BrokerState writer': () => 0,
  'BrokerState hold': () => 5,
  'BrokerState sweep': () => 33,
  'BrokerState note:<kind>': ({ rotations }) => 10 + 3 * rotations,
  'BrokerState event': ({ rotations }) => 10 + 6 * rotations,
  'secret of a grant': (facts) => consents(facts) + 5,
  'mark of a disconnect': 'a mark outlives every backup, and its name can’t be used again',
  'secret of the broker': () => 6,
  'readiness-probe': () => 0,
}

/** A disconnect of the last minutes can leave one person's accounts to the next sweep. */
const maxOwnerless = 2 * maxAccounts

/** The kinds that are more than their bound. */
export function beyondBounds(facts: BoundFacts): string[] {
  const { ownerless } = facts.census
  const stray = `${ownerless} accounts and numbers of tenants without a consent`
  return [...(ownerless > maxOwnerless ? [stray] : []), ...kindsBeyond(facts)]
}

function kindsBeyond(facts: BoundFacts): string[] {
  return [...facts.census.kinds].flatMap(([kind, count]) => {
    const bound = bounds[kind]
    if (bound === undefined) return `${kind}: ${count}, and no bound is known`
    if (typeof bound === 'string' || count <= bound(facts)) return []
    return `${kind}: ${count} of at most ${bound(facts)}`
  })
}
