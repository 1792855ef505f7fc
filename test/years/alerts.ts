import type { Line } from './ground.ts'

/** An alert of `infra/alerts/`, as far as log lines decide it. */
export interface Alert {
  /** The events that its query names. */
  readonly events: readonly string[]
  /** More rows than this within the window ring. */
  readonly threshold: number
  readonly windowMinutes: number
  /** The rows of its query. */
  readonly rows: (lines: readonly Line[]) => readonly Line[]
}

/** Alerts that log lines don't decide: this one reads the host's requests. */
export const otherAlerts = ['host-failures']

const hour = 60
const day = 24 * hour

/** An alert about each line of one event. */
function each(
  event: string,
  windowMinutes: number,
  threshold = 0,
  counts: (fields: Line['fields']) => boolean = () => true,
): Alert {
  const rows = (lines: readonly Line[]) => lines.filter((line) => line.event === event && counts(line.fields))
  return { events: [event], threshold, windowMinutes, rows }
}

/** The alerts by name. `test/years/alerts.test.ts` compares names, events, thresholds, and windows with `infra/`. */
export const alerts: Readonly<Record<string, Alert>> = {
  'audit-slow': {
    events: ['audit.round_ended', 'audit.round_late'],
    threshold: 0,
    windowMinutes: day,
    rows: (lines) =>
      lines.filter(
        ({ event, fields }) => event === 'audit.round_late' || Number(fields.durationSeconds) > 1_209_600,
      ),
  },
  'backup-missing': {
    events: ['backup.ended'],
    threshold: 0,
    windowMinutes: 2 * day,
    rows: pausesOf(26 * hour),
  },
  'clock-wrong': each('clock.wrong', hour),
  'connect-failed': each('connect.failed', hour, 0, ({ actor }) => actor === 'operator'),
  'environment-on-hold': {
    events: ['sweep.ended', 'environment.held', 'environment.released'],
    threshold: 0,
    windowMinutes: day,
    rows: findHolds,
  },
  'identity-failing': each('identity.failing', 30),
  'reauthorization-required': each(
    'tenant.status_changed',
    hour,
    0,
    ({ to }) => to === 'reauthorization_required',
  ),
  'refresh-needs-operator': each('refresh.needs_operator', hour),
  'refreshes-overdue': each('sweep.ended', hour, 2, isLate),
  'secret-expiring': each('secret.expiring', day),
  'server-errors': each('request.failed', 15, 10, ({ reason }) => reason !== 'caller_key_not_known_yet'),
  'slow-leak': each('census.ended', day, 0, ({ growing }) => Array.isArray(growing) && growing.length > 0),
  'sweep-failed': {
    events: ['sweep.shard_poisoned', 'function.failed', 'sweep.ended'],
    threshold: 0,
    windowMinutes: 30,
    rows: (lines) =>
      lines.filter(({ event }, index) => event !== 'sweep.ended' || hasMostlyFailed(lines, index)),
  },
  'sweep-silent': { events: ['sweep.ended'], threshold: 0, windowMinutes: 2 * day, rows: pausesOf(30) },
  'table-missing': {
    events: ['request.failed', 'sweep.ended'],
    threshold: 0,
    windowMinutes: 15,
    rows: (lines) => lines.filter(({ fields }) => fields.reason === 'table_missing' || lacksTable(fields)),
  },
  'tenant-damaged': each('tenant.damaged', day),
  'token-not-stored': {
    events: ['grant.not_stored', 'grant.vault_passed_over'],
    threshold: 0,
    windowMinutes: hour,
    rows: (lines) => lines,
  },
  'vault-throttled': each('vault.throttled', 15, 5),
  'work-owed': {
    events: ['disconnect.mark_owed', 'grant.left_over', 'accounts.left_over', 'accounts.unfinished'],
    threshold: 0,
    windowMinutes: day,
    rows: findOwed,
  },
}

/** The alerts that ring over these lines, in order of time, with the rows of their queries. */
export function ringing(lines: readonly Line[]): Map<string, readonly Line[]> {
  const found = Object.entries(alerts).map(([name, { events, rows, threshold, windowMinutes }]) => {
    const own = rows(lines.filter(({ event }) => events.includes(event)))
    const rings = own.some((line, index) => {
      const last = own[index + threshold]
      return last !== undefined && last.at.getTime() - line.at.getTime() < windowMinutes * 60_000
    })
    return [name, rings ? own : []] as const
  })
  return new Map(found.filter(([, rows]) => rows.length > 0))
}

/** More than this many tries of one kind for one tenant within a day ring. */
const owedTries = 3

function findOwed(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line) => {
    const isSame = ({ at, event, fields }: Line) =>
      event === line.event &&
      fields.tenantKey === line.fields.tenantKey &&
      at <= line.at &&
      line.at.getTime() - at.getTime() < day * 60_000
    return lines.filter(isSame).length > owedTries
  })
}

function isLate({ holds, leftOver, oldestOverdueSeconds, unreadShards }: Line['fields']): boolean {
  const isHeld = Array.isArray(holds) && holds.length > 0
  return (Number(oldestOverdueSeconds) > 1800 && !isHeld) || Number(leftOver) > 0 || Number(unreadShards) > 0
}

function countsIn(value: unknown): Readonly<Record<string, number>> {
  return (value ?? {}) as Record<string, number>
}

function lacksTable({ failed }: Line['fields']): boolean {
  return (countsIn(failed).table_missing ?? 0) > 0
}

/** Whether the sweeps of the half hour up to this line failed for more tenants than they refreshed, and for three at least. */
function hasMostlyFailed(lines: readonly Line[], index: number): boolean {
  const since = (lines[index]?.at.getTime() ?? 0) - 30 * 60_000
  const counts = { failed: 0, passed: 0 }
  for (let at = index; at >= 0 && lines[at]!.at.getTime() > since; at--) {
    const { event, fields } = lines[at]!
    if (event !== 'sweep.ended') continue
    for (const [word, count] of Object.entries(countsIn(fields.failed)))
      if (!word.startsWith('advertiser')) counts.failed += count
    counts.passed += Number(fields.refreshed) + Number(fields.passedOn)
  }
  return counts.failed >= 3 && counts.failed > counts.passed
}

/** Sweeps that found something on hold, and holds that no sweep has seen yet, unless the provider itself failed. */
function findHolds(lines: readonly Line[]): Line[] {
  const reasons = new Map<string, string>()
  const isOurs = (hold: string) => !(reasons.get(hold) ?? '').startsWith('identity_provider_')
  return lines.filter(({ event, fields }) => {
    const { environment, holds, identityProvider, kind, reason } = fields
    if (event === 'sweep.ended') return (holds as string[]).some(isOurs)
    const hold = [environment, identityProvider, kind].filter(Boolean).join(':')
    if (event === 'environment.held') reasons.set(hold, String(reason))
    return event === 'environment.held' && isOurs(hold)
  })
}

/** The lines after which the next one took longer than this number of minutes. */
function pausesOf(minutes: number): (lines: readonly Line[]) => Line[] {
  return (lines) =>
    lines.filter(({ at }, index) => {
      const next = lines[index + 1]
      return next !== undefined && next.at.getTime() - at.getTime() > minutes * 60_000
    })
}
