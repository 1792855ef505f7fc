import type { Mutation } from './mutation.ts'
import { clocksApart, lostLease, refusalBesideSweep, slowKeeping, slowReading } from './scenarios.ts'

const lease = 'shared/refresh/lease.ts'
const leaseTime = 'shared/refresh/leaseTime.ts'
const refreshTenant = 'shared/refresh/refreshTenant.ts'

/** Breakages of leases, holds, and the handling of lost answers. */
export const leaseMutations: readonly Mutation[] = [
  {
    name: 'a call is made without enough time in the lease',
    file: 'shared/refresh/requestTokens.ts',
    find: "if (!time.allowsCall()) return 'no_time'",
    replace: '',
    breaks: ['lease_outlived'],
    by: slowReading,
  },
  {
    name: 'a step under the lease has no time limit',
    file: leaseTime,
    find: `=>
    deadline.step(name, work, Math.min(maxStepSeconds, left() * share))`,
    replace: '=> work()',
    breaks: ['lease_outlived'],
    by: slowKeeping,
  },
  {
    name: 'a lease is used up to its end',
    file: leaseTime,
    find: 'const marginSeconds = 2',
    replace: 'const marginSeconds = 0',
    breaks: ['lease_outlived'],
    by: clocksApart,
  },
  {
    name: 'a commit whose answer was lost is not recognized',
    file: 'shared/refresh/writeLeased.ts',
    find: 'if (reread && isWrittenBy(reread.tenant, writeId)) return { stored: reread }',
    replace: '',
    breaks: ['own_write_denied'],
  },
  {
    name: 'an orphaned hint is dropped during a refresh that may have just inserted it',
    file: 'shared/refresh/dropOrphan.ts',
    find: "if (tenant.lease && tenant.lease.until > clock.now()) return 'done'",
    replace: '',
    also: [
      {
        file: 'shared/refresh/removeHint.ts',
        find: 'if (tenant.dueAt?.getTime() === row.dueAt.getTime()) return',
        replace: '',
      },
    ],
    breaks: ['forgotten_by_the_sweep'],
    by: refusalBesideSweep,
  },
  {
    name: 'a vend is recorded in a row that is being refreshed',
    file: 'shared/vend/recordVend.ts',
    find: 'if (row.lease && row.lease.until > now) return undefined',
    replace: '',
    breaks: ['noted_under_lease'],
  },
  {
    name: 'a process mistakes its own lease for another one’s after a conflict',
    file: lease,
    find: "if (taken === 'conflict') return readOwnLease()",
    replace: "if (taken === 'conflict') return undefined",
    breaks: ['own_write_denied'],
    by: lostLease,
  },
  {
    name: 'a process does not look for its own lease after an error',
    file: lease,
    find: 'if (!own) throw error',
    replace: 'if (own || !own) throw error',
    breaks: ['own_write_denied'],
    by: lostLease,
  },
  {
    name: 'an environment’s hold is ignored',
    file: 'shared/refresh/decide.ts',
    find: "if (hold && hold.until > now) return { refresh: false, reason: 'environment_on_hold' }",
    replace: '',
    also: [{ file: refreshTenant, find: 'hold && (await gate.pass(stored))', replace: 'undefined' }],
    breaks: ['call_during_hold'],
  },
  {
    name: 'the old secret is destroyed before a migration commits',
    file: 'shared/operations/migrate.ts',
    find: 'return commit(dependencies, attempt, {',
    replace: `await dependencies.grants.forget(before)
  return commit(dependencies, attempt, {`,
    breaks: ['token_lost'],
  },
  {
    name: 'a secret is destroyed before the reconnect that replaces it commits',
    file: 'shared/tenants/connectGrant.ts',
    find: '  await due.insert(dueRowOf(before, grant, dueAt))',
    replace: `  for (const reference of superseded)
    if (reference && grants.isUnneeded(reference, [grant.reference])) await grants.forget(reference)
  await due.insert(dueRowOf(before, grant, dueAt))`,
    breaks: ['token_lost'],
  },
  {
    name: 'a replaced secret is destroyed before the commit',
    file: 'shared/refresh/refreshLeased.ts',
    find: 'const outcome = await commitRefreshed(dependencies, moved?.attempt ?? attempt, {',
    replace: `const { grant } = attempt.leased
  if (moved && dependencies.grants.isUnneeded(grant.reference, [moved.reference])) await dependencies.grants.forget(grant.reference)
  const outcome = await commitRefreshed(dependencies, moved?.attempt ?? attempt, {`,
    breaks: ['token_lost'],
  },
]
