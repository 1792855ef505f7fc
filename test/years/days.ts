import type { Habit, Person } from './ledger.ts'
import { disconnect, type LinkEnd, rediscover, useLink, vend } from './people.ts'
import type { Family } from './provider.ts'
import type { World } from './world.ts'

/** What someone does at a time of day. */
export type Deed = () => Promise<unknown>

/** The deeds of a day, by the number of the five minutes in which they are done. */
export type Day = Map<number, Deed[]>

/** Slots of five minutes in a day. */
export const slotsPerDay = 288

/** How often a day, on average; counted in the real broker's second year (facts of issue 27). */
const perDay = {
  newTenants: 0.97,
  unopenedLinks: 2,
  abandonedSignIns: 2,
  unconfirmed: 0.1,
  disconnects: 0.33,
  revocations: 0.09,
  removals: 1 / 7,
  reconnects: 0.3,
}

/** Of a hundred tenants. */
const habits: Readonly<Record<Habit, number>> = { daily: 3.5, weekly: 4, hardly: 20, never: 72.5 }
const kinds = { personal: 50, work: 40, google: 10 }
/** The chance of a vend in a day. A daily tenant has three. */
const vendChance: Readonly<Record<Habit, number>> = { daily: 1, weekly: 1 / 7, hardly: 1 / 45, never: 0 }
/** The chance in a day that a tenant's app discovers again. */
const discoverChance = 0.027
/** The chance in a day that a person whose grant was ended signs in again, or the app gives up. */
const returnChance = { signIn: 0.002, disconnect: 0.001 }

/** Plans a day. */
export function planDay(world: World): Day {
  const day: Day = new Map()
  const { random } = world.ground
  const at = (deed: Deed) => {
    const slot = random.below(slotsPerDay)
    day.set(slot, [...(day.get(slot) ?? []), deed])
  }
  const often = (average: number, deed: Deed) => {
    const whole = Math.floor(average) + (random.chance(average % 1) ? 1 : 0)
    for (let time = 0; time < whole; time++) at(deed)
  }
  planStrangers(world, often)
  planEnds(world, often)
  for (const person of world.ledger.living()) {
    const vends = random.chance(vendChance[person.habit]) ? (person.habit === 'daily' ? 3 : 1) : 0
    often(vends, () => vend(world.front, person.tenant, person.family))
    if (random.chance(discoverChance)) at(() => discoverAgain(world, person))
  }
  for (const person of world.unsure) at(() => giveUp(world, person))
  for (const person of world.ledger.ended()) {
    if (random.chance(returnChance.signIn)) at(() => signInAgain(world, person))
    if (random.chance(returnChance.disconnect)) at(() => giveUp(world, person))
  }
  return day
}

type Often = (average: number, deed: Deed) => void

function planStrangers(world: World, often: Often): void {
  often(perDay.newTenants, () => welcome(world))
  often(perDay.unopenedLinks, () => leave(world, 'unopened'))
  often(perDay.abandonedSignIns, () => leave(world, 'abandoned'))
  often(perDay.unconfirmed, () => leave(world, 'unconfirmed'))
}

function planEnds(world: World, often: Often): void {
  const { ground, ledger } = world
  const someone = (deed: (person: Person) => Promise<unknown>) => async () => {
    const living = ledger.living()
    if (living.length > 0) await deed(ground.random.pick(living))
  }
  often(
    perDay.disconnects,
    someone((person) => giveUp(world, person)),
  )
  often(
    perDay.reconnects,
    someone((person) => signInAgain(world, person)),
  )
  const ends = { revoked: perDay.revocations, app_removed: perDay.removals } as const
  for (const [end, average] of Object.entries(ends) as [keyof typeof ends, number][])
    often(
      average,
      someone(async ({ family }) => {
        if (end === 'app_removed' && family.kind !== 'work') return
        family.ended = end
      }),
    )
}

/** A tenant that connects for the first time. */
export async function welcome(world: World, habit?: Habit): Promise<void> {
  const { random } = world.ground
  const tenant = nameNext(world)
  const family = consentOf(world)
  const end = random.chance(0.1) ? 'confirmed' : 'consented'
  if (!(await useLink(world.front, tenant, end, family))) return
  world.ledger.strangers.delete(tenant)
  const known = { tenant, family, habit: habit ?? random.weighted(habits), state: 'connected' as const }
  world.ledger.people.set(tenant, known)
}

async function leave(world: World, end: LinkEnd): Promise<void> {
  const family = end === 'unconfirmed' ? consentOf(world) : undefined
  await useLink(world.front, nameNext(world), end, family)
}

function nameNext({ ledger, today }: World): string {
  const tenant = `t${ledger.strangers.size + ledger.people.size + 1}`
  ledger.strangers.add(tenant)
  ledger.note('link', today)
  return tenant
}

function consentOf({ ground: { provider, random } }: World): Family {
  return provider.consent(random.weighted(kinds), 1 + random.below(4))
}

async function discoverAgain({ front, ground }: World, { family, tenant }: Person): Promise<void> {
  if (ground.random.chance(0.05)) family.accounts = 1 + ground.random.below(4)
  await rediscover(front, tenant)
}

/** The same person consents once more. */
async function signInAgain(world: World, person: Person): Promise<void> {
  const { accounts, kind } = person.family
  const family = world.ground.provider.consent(kind, accounts, person.family)
  world.ledger.note('link', world.today)
  const isConnected = await useLink(world.front, person.tenant, 'consented', family)
  if (isConnected) world.ledger.people.set(person.tenant, { ...person, family, state: 'connected' })
}

/** If it doesn't work, the app tries again on another day. */
async function giveUp(world: World, person: Person): Promise<void> {
  const current = world.ledger.people.get(person.tenant)
  world.unsure.delete(person)
  if (current?.state !== 'connected') return
  const isDone = await disconnect(world.front, person.tenant)
  if (!isDone) {
    world.unsure.add(current)
    return
  }
  current.state = 'disconnected'
  world.unsure.delete(current)
  world.ledger.note('disconnect', world.today)
}
