import { z } from 'zod'

/** When a fault strikes, among the requests that it matches; part of the schema of every such fault. */
export const strikeShape = {
  /** How often it strikes. Default is until it is cleared. */
  times: z.int().positive().optional(),
  /** How many matching requests pass before it strikes. Default is 0. */
  after: z.int().nonnegative().optional(),
  /** It strikes one matching request of this many. Default is 1: each. */
  every: z.int().positive().optional(),
}

/** When a fault strikes; see {@link strikeShape}. */
export interface Strikes {
  readonly times?: number | undefined
  readonly after?: number | undefined
  readonly every?: number | undefined
}

interface Entry<Fault> {
  readonly fault: Fault
  matched: number
  struck: number
}

/** Faults on demand: each strikes the requests that it matches, as often as it says. */
export class FaultList<Fault extends Strikes, Target> {
  #entries: Entry<Fault>[] = []
  readonly #matches: (fault: Fault, target: Target) => boolean

  constructor(matches: (fault: Fault, target: Target) => boolean) {
    this.#matches = matches
  }

  /** Adds a fault; earlier ones strike first. */
  add(fault: Fault): void {
    this.#entries.push({ fault, matched: 0, struck: 0 })
  }

  clear(): void {
    this.#entries = []
  }

  /** The faults that can still strike. */
  list(): readonly Fault[] {
    return this.#entries.map(({ fault }) => fault)
  }

  /** The fault that strikes this request, if any; uses up one of its times. */
  take(target: Target): Fault | undefined {
    const entry = this.#entries.find((each) => this.#matches(each.fault, target) && isTurn(each))
    if (!entry) return undefined
    entry.struck += 1
    this.#entries = this.#entries.filter(({ fault, struck }) => struck < (fault.times ?? Infinity))
    return entry.fault
  }
}

/** Counts a matching request, and says whether it is one to strike. */
function isTurn(entry: Entry<Strikes>): boolean {
  const { after = 0, every = 1 } = entry.fault
  const turn = ++entry.matched - after
  return turn > 0 && turn % every === 0
}
