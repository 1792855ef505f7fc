import { type Census, takeCensus } from './census.ts'
import { type Broken, findAlarms, findBroken } from './checks.ts'
import { cipherAtOnce } from './ciphers.ts'
import { World, type WorldOptions } from './world.ts'

/** A month, counted at its end. */
export interface Month {
  readonly month: number
  readonly census: Census
  /** Calls of the token endpoint in the month. */
  readonly calls: number
}

/** What happened in a world. */
export interface Years {
  readonly months: readonly Month[]
  readonly broken: readonly Broken[]
}

/** Lives for a number of days, and counts at the end of each month. `onMonth` is told of each. */
export async function liveYears(
  options: WorldOptions,
  onMonth: (month: Month) => void = () => {},
): Promise<Years> {
  cipherAtOnce()
  const world = await World.create(options)
  const months: Month[] = []
  const broken: Broken[] = []
  let callsBefore = world.ground.provider.calls
  for (let day = 0; day < options.days; day++) {
    await world.liveDay(day)
    const isLast = day === options.days - 1
    if (!isLast && monthOf(day + 1) === monthOf(day)) continue
    const census = takeCensus(world.ground)
    const { calls } = world.ground.provider
    const month = { month: months.length + 1, census, calls: calls - callsBefore }
    callsBefore = calls
    months.push(month)
    onMonth(month)
    broken.push(...(await findBroken(world, census)))
  }
  return { months, broken: [...world.findings, ...broken, ...findAlarms(world)] }
}

/** The number of the month, from 0, at the start of a day. */
function monthOf(day: number): number {
  return Math.floor((day * 12) / 365 + 1e-9)
}
