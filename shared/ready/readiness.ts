import * as z from 'zod'
import { checkBackup } from './backup.ts'
import { checkCallerIssuer } from './callerIssuers.ts'
import { type ReadinessCheck, readinessCheck } from './checks.ts'
import { checkClock } from './clock.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { checkPermissions } from './permissions.ts'
import { checkSecrets } from './secrets.ts'
import { checkSignIn, signInRows, signInView, toSignInView } from './signIns.ts'
import { brokerState, checkState } from './state.ts'

/** The answer of `/ready`. */
export const readiness = z
  .object({
    ready: z.boolean(),
    checks: z.array(readinessCheck),
    ...brokerState.shape,
    signIns: z
      .array(signInView)
      // An older package, after a rollback, has neither these nor the schedule.
      .default([])
      .describe('Where advertisers sign in, with which client ID and redirect URI.'),
    sweepSchedule: z.string().optional().describe('When the sweep runs: NCRONTAB with seconds, UTC.'),
  })
  .meta({ id: 'Readiness', description: 'What works, and what needs the operator.' })

/** A {@link readiness}'s value. */
export type Readiness = z.infer<typeof readiness>

/** A package can break only its own work, like reaching its storage. */
function inCategory<C extends 'package' | 'operator'>(category: C, checks: readonly ReadinessCheck[]) {
  return checks.map((check) => ({ ...check, category }))
}

/** Checks all dependencies in parallel, by accessing names that don't exist. */
export async function checkReadiness(broker: ReadyDependencies): Promise<Readiness> {
  const { config, signInTable } = broker
  const rows = signInRows(config, signInTable)
  const [permissions, secrets, signIns, issuers, state, backup] = await Promise.all([
    checkPermissions(broker),
    checkSecrets(broker),
    Promise.all(rows.map(checkSignIn)),
    Promise.all(config.callerIssuers.map(checkCallerIssuer)),
    checkState(broker),
    checkBackup(broker),
  ])
  // Last, because every answer from storage includes the time.
  const checks = [
    ...inCategory('package', permissions),
    ...inCategory('operator', secrets),
    ...inCategory('package', signIns),
    ...inCategory('operator', issuers),
    ...inCategory('package', [state.check]),
    ...inCategory('operator', [...backup, checkClock(broker)]),
  ]
  return {
    ready: checks.every(({ ok }) => ok) && state.shown.holds.length === 0,
    checks,
    ...state.shown,
    signIns: rows.map((row) => toSignInView(config, row)),
    sweepSchedule: config.sweepSchedule,
  }
}
