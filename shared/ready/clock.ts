import { isLoopbackUrl } from '../settings/urls.ts'
import { isWrong } from '../storage/storageClock.ts'
import type { ReadinessCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'

/** Compares the machine's clock with storage's, as of the last answer from a table. */
export function checkClock({ clock, config }: Pick<ReadyDependencies, 'clock' | 'config'>): ReadinessCheck {
  const name = 'clock'
  const ahead = clock.aheadSeconds()
  if (ahead === undefined) return { name, ok: true, detail: 'not compared: Table Storage hasn’t answered' }
  const seconds = Math.abs(Math.round(ahead))
  if (!isWrong(ahead)) return { name, ok: true, detail: `${seconds} s from storage’s clock` }
  const direction = ahead > 0 ? 'ahead of' : 'behind'
  const detail = `${seconds} s ${direction} storage’s clock, which the broker uses instead (docs/runbooks/clock-wrong.md)`
  return { name, ok: false, detail, resolution: resolutionOf(config) }
}

/** On Azure, the machine's clock is Azure's: a different instance has a different clock. */
function resolutionOf({ tables: { endpoint } }: ReadyDependencies['config']): string {
  if (endpoint === undefined || isLoopbackUrl(endpoint)) return 'timedatectl set-ntp true'
  return 'az functionapp restart --name <app> --resource-group <group>'
}
