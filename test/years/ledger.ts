import type { Family } from './provider.ts'

/** How often a tenant's app asks for a token. */
export type Habit = 'daily' | 'weekly' | 'hardly' | 'never'

/** What really is: known to the people, not to the broker. */
export interface Person {
  readonly tenant: string
  readonly habit: Habit
  readonly family: Family
  state: 'connected' | 'disconnected'
}

/** The first-hand truth about every tenant, and how often things happened. */
export class Ledger {
  readonly people = new Map<string, Person>()
  /** Tenants that were never connected, by name. */
  readonly strangers = new Set<string>()
  /** Days on which something happened, by its name. */
  readonly #days = new Map<string, number[]>()

  note(what: string, day: number): void {
    this.#days.set(what, [...(this.#days.get(what) ?? []), day])
  }

  /** How often something happened in the days up to `today`. Default is ever. */
  count(what: string, today: number, days = Number.POSITIVE_INFINITY): number {
    return (this.#days.get(what) ?? []).filter((day) => day > today - days).length
  }

  /** The tenants that are connected, and whose grant nobody has ended. */
  living(): Person[] {
    return [...this.people.values()].filter(({ family, state }) => state === 'connected' && !family.ended)
  }

  /** The tenants whose grant was ended by a person or a directory. */
  ended(): Person[] {
    return [...this.people.values()].filter(({ family, state }) => state === 'connected' && family.ended)
  }
}
