import { grantOwnerOf } from '../../shared/domain/grants.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import { ringing } from './alerts.ts'
import { beyondBounds } from './bounds.ts'
import type { Census } from './census.ts'
import { type Line, workspace } from './ground.ts'
import type { Person } from './ledger.ts'
import type { World } from './world.ts'

/** A broken invariant. */
export interface Broken {
  /** Days since the start. */
  readonly day: number
  readonly rule:
    | 'grant_lost'
    | 'no_due_row'
    | 'unnamed_secret'
    | 'unbounded'
    | 'alert'
    | 'recovery'
    | 'unexpected_error'
  readonly detail: string
}

/** The most names in one detail. */
const maxNamed = 5

/** Checks what must hold at any time, when no sweep runs. */
export async function findBroken(world: World, census: Census): Promise<Broken[]> {
  const { calendar, ground, ledger, today } = world
  const rotations = 4 + calendar.sealingKeys.length + 2 * calendar.clientSecrets.length
  const facts = { ledger, census, today, retention: ground.config.retention, rotations }
  const named = (names: readonly string[]) => [
    ...(names.length > 0 ? [`${names.length}: ${names.slice(0, maxNamed).join(', ')}`] : []),
  ]
  const broken = (rule: Broken['rule'], details: readonly string[]) =>
    details.map((detail) => ({ day: Math.round(today), rule, detail }))
  return [
    ...broken('grant_lost', named(await findLost(world))),
    ...broken('no_due_row', named(census.undue)),
    ...broken('unnamed_secret', named(census.unnamed)),
    ...broken('unbounded', beyondBounds(facts)),
  ]
}

/** The tenants whose grant nobody has ended, and that couldn't be refreshed from what is stored. */
async function findLost({ front, ground, ledger, unsure }: World): Promise<string[]> {
  const lost = await front.run(async ({ grantServices: { grants, tenants } }) => {
    const names: string[] = []
    for (const { tenant } of ledger.living().filter((person) => !unsure.has(person))) {
      const row = (await tenants.read({ workspace, tenant }))?.tenant
      const { grant } = row ?? {}
      const token = row && grant && (await grants.read(grant.reference, grantOwnerOf(row, grant)))
      if (row?.status !== 'connected' || !token || !ground.provider.isGood(token.expose())) names.push(tenant)
    }
    return names
  })
  return lost ?? []
}

/** A line that says that a grant is over, although nobody has ended it. */
export function findFalseEnd(world: World, line: Line): string | undefined {
  if (line.event !== 'tenant.status_changed' || line.fields.to !== 'reauthorization_required')
    return undefined
  const person = personOf(world, line)
  return person && !person.family.ended ? `${person.tenant}, ${line.fields.reason}` : undefined
}

/** The alerts that ring in the calm time without a cause that only a person or a directory can end. */
export function findAlarms(world: World): Broken[] {
  return [...ringing(world.lines)].flatMap(([name, rows]) => {
    const unexplained = rows.filter((line) => !world.explained.has(line))
    if (unexplained.length === 0) return []
    const { at, event, fields } = unexplained[0]!
    const detail = `${name}: ${unexplained.length} rows, first ${at.toISOString()} ${event} ${JSON.stringify(fields)}`
    return [{ day: Math.round(world.today), rule: 'alert' as const, detail }]
  })
}

/** Whether a line is about a tenant whose grant a person or a directory had ended when it was logged. */
export function isExplained(world: World, line: Line): boolean {
  return personOf(world, line)?.family.ended !== undefined
}

function personOf({ ledger }: World, { fields }: Line): Person | undefined {
  const { tenantKey: key } = fields
  if (typeof key !== 'string') return undefined
  return [...ledger.people.values()].find(({ tenant }) => tenantKey({ workspace, tenant }) === key)
}
