import { type AccountsDifference, compareAccounts } from '../advertising/compareAccounts.ts'
import { type Account, marksOfGeneration } from '../domain/account.ts'
import { isSameDefault, isSelected } from '../domain/selectAccounts.ts'
import type { DefaultAccount, Grant, Tenant } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { type DiscoveryLimits, foundInWords, limitsOf } from './discoveryLimits.ts'
import { plural } from './plural.ts'

/** The most accounts of each kind that an event's text lists; the rest are only counted. */
const maxNamed = 20

/** The most accounts in one event's data: a text column holds 32,000 characters. */
const idsPerEvent = 1000

/** The most events in one transaction; further accounts are listed by `GET …/accounts`. */
const maxEvents = 20

/** The event for a changed selection; none if it's unchanged. */
export function selectionEvents(
  before: readonly Account[],
  after: readonly Account[],
  at: Date,
): TenantEvent[] {
  const wasSelected = new Set(before.filter(isSelected).map(keyOf))
  const selected = after.filter(isSelected)
  const added = selected.filter((account) => !wasSelected.has(keyOf(account))).length
  const removed = wasSelected.size - (selected.length - added)
  if (added === 0 && removed === 0) return []
  return [
    {
      type: 'accounts.selection_changed',
      at,
      detail: `${plural(selected.length, 'account')} of ${after.length} are selected now.`,
      data: { accounts: after.length, selected: selected.length, added, removed },
    },
  ]
}

function keyOf({ accountId, customerId }: Account): string {
  return `${accountId}:${customerId}`
}

/** A person as a grant knows them. */
export type Person = Pick<Grant, 'consenter' | 'advertisingUserId'>

/** One discovery, as input for the tenant's history. */
export interface DiscoveryFacts {
  /** The previous row; its default and grant are compared. */
  readonly tenant: Tenant
  readonly before: readonly Account[]
  readonly after: readonly Account[]
  readonly defaultAccount: DefaultAccount | undefined
  /** The person who consented, if a sign-in led to the discovery. */
  readonly person?: Person
  /** Its own view of what it couldn't find out. */
  readonly discovery?: DiscoveryLimits
  readonly at: Date
}

/**
 * Events of a discovery: that it happened and what changed, if anything did or if it's the tenant's first; a lost
 * default. A discovery that found everything as it was has none: the row's `discoveredAt` says when it was.
 */
export function discoveryEvents(story: DiscoveryFacts): TenantEvent[] {
  const { tenant, before, after, at, defaultAccount, person, discovery } = story
  const difference = compareAccounts(before, after)
  const counts = countsOf(difference)
  const discovered: TenantEvent = {
    type: 'accounts.discovered',
    at,
    detail: foundInWords(story),
    data: { accounts: after.length, ...counts, ...limitsOf(story) },
  }
  const isFirst = tenant.accountsGeneration === undefined
  const isDifferent = Object.values(counts).some((count) => count > 0)
  const isNews = isFirst || isDifferent || hasOtherEnd(tenant, discovery)
  const changed = !isFirst && isDifferent
  return [
    ...(isNews ? [discovered] : []),
    ...(changed ? changedEvents(difference, personChange(tenant, person), at) : []),
    ...defaultEvents(tenant.defaultAccount, defaultAccount, at, 'The tenant no longer has access to it.'),
  ]
}

/** Whether a discovery ended early after one that didn't, or the other way round. */
function hasOtherEnd({ accountsGeneration }: Tenant, discovery: DiscoveryLimits | undefined): boolean {
  const wasUnfinished = marksOfGeneration(accountsGeneration).readSoFar !== undefined
  return wasUnfinished !== (discovery?.unfinished !== undefined)
}

/** The event for a changed default; none if it's unchanged, or if there was none before and there is none now. */
export function defaultEvents(
  before: DefaultAccount | undefined,
  after: DefaultAccount | undefined,
  at: Date,
  whyDropped: string,
): TenantEvent[] {
  if (isSameDefault(before, after)) return []
  const detail = after
    ? `The default account is ${after.accountId}, reached through customer ${after.customerId}.`
    : `The default account ${before?.accountId} was removed. ${whyDropped}`
  const data = {
    ...(before && { previousAccountId: before.accountId, previousCustomerId: before.customerId }),
    ...(after && { accountId: after.accountId, customerId: after.customerId }),
  }
  return [{ type: 'accounts.default_changed', at, detail, data }]
}

/** Two people, masked. They may look alike. */
export interface PersonChange {
  readonly previousUser: string
  readonly user: string
}

/** The change of person (masked), if a different person than before consented. */
export function personChange(
  { grant }: Pick<Tenant, 'grant'>,
  person: Person | undefined,
): PersonChange | undefined {
  if (!grant || !person || isSamePerson(grant, person)) return undefined
  return { previousUser: grant.consenter.hint, user: person.consenter.hint }
}

/** The person who signed in, distinguished from the previous one. */
export function nameOfNewPerson({ previousUser, user }: PersonChange): string {
  return user === previousUser ? `another ${user}` : user
}

/** A grant imported without an ID token names no person, but Microsoft Advertising's user id identifies them. */
function isSamePerson(one: Person, other: Person): boolean {
  const isNamed = one.consenter.subject !== '' && other.consenter.subject !== ''
  if (!isNamed) return one.advertisingUserId !== '' && one.advertisingUserId === other.advertisingUserId
  return one.consenter.issuer === other.consenter.issuer && one.consenter.subject === other.consenter.subject
}

/**
 * The first event describes the change in words; as many as needed list every account in their data, `part` of `parts`.
 */
function changedEvents(
  difference: AccountsDifference<Account>,
  person: PersonChange | undefined,
  at: Date,
): TenantEvent[] {
  const { appeared, vanished, changed } = difference
  const ids = [
    ...appeared.map(({ accountId }) => ['appearedIds', accountId] as const),
    ...vanished.map(({ accountId }) => ['vanishedIds', accountId] as const),
    ...changed.map(({ after }) => ['changedIds', after.accountId] as const),
  ]
  const parts = Math.min(Math.ceil(ids.length / idsPerEvent), maxEvents)
  return Array.from({ length: parts }, (_, index) => ({
    type: 'accounts.changed' as const,
    at,
    detail: index === 0 ? inWords(difference, person) : `Part ${index + 1} of ${parts} of the same change.`,
    data: {
      ...countsOf(difference),
      ...idsOf(ids.slice(index * idsPerEvent, (index + 1) * idsPerEvent)),
      ...(parts > 1 && { part: index + 1, parts }),
      ...(person && { userChanged: true, ...person }),
    },
  }))
}

function inWords(
  { appeared, vanished, changed }: AccountsDifference<Account>,
  person: PersonChange | undefined,
): string {
  const sentences = [
    person && `${nameOfNewPerson(person)} signed in instead of ${person.previousUser}.`,
    appeared.length > 0 && `Appeared: ${listAccountNames(appeared)}.`,
    vanished.length > 0 && `${person ? 'Lost' : 'Vanished'}: ${listAccountNames(vanished)}.`,
    changed.length > 0 && `Changed: ${listAccountNames(changed.map(({ after }) => after))}.`,
  ]
  return sentences.filter(Boolean).join(' ')
}

type NamedId = readonly [kind: 'appearedIds' | 'vanishedIds' | 'changedIds', accountId: string]

function idsOf(ids: readonly NamedId[]): Record<string, string> {
  const byKind = new Map<string, string[]>()
  for (const [kind, accountId] of ids) {
    const named = byKind.get(kind) ?? []
    named.push(accountId)
    byKind.set(kind, named)
  }
  return Object.fromEntries([...byKind].map(([kind, named]) => [kind, named.join(' ')]))
}

function countsOf({ appeared, vanished, changed }: AccountsDifference<Account>) {
  return { appeared: appeared.length, vanished: vanished.length, changed: changed.length }
}

/** Accounts by name and number, for people; accounts beyond 20 are only counted. */
export function listAccountNames(accounts: readonly Account[]): string {
  const shown = accounts
    .slice(0, maxNamed)
    .map(({ name, number, accountId }) => `${name} (${number || accountId})`)
  const rest = accounts.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
