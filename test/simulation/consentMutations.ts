import type { Mutation } from './mutation.ts'
import { consentTwice } from './uncommittedScenarios.ts'

/** Breakages of pending consents, of another writer's choice, and of one-time records. */
export const consentMutations: readonly Mutation[] = [
  {
    name: 'a code confirms any grant that is pending by then',
    file: 'shared/connect/confirm.ts',
    find: 'if (row.pendingGrant?.codeHash !== codeHash || expiresAt <= grantServices.clock.now()) return undefined',
    replace: 'if (!row.pendingGrant) return undefined',
    also: [
      {
        file: 'shared/connect/confirm.ts',
        find: "if (pendingGrant.codeHash !== sha256(code)) throw new Problem('connect_session_not_found')",
        replace: '',
      },
      {
        file: 'shared/connect/readPendingGrant.ts',
        find: 'pending?.sessionId !== sessionId || pending.expiresAt <= now',
        replace: '!pending',
      },
    ],
    breaks: ['isolation'],
  },
  {
    name: 'an unconfirmed consent stays forever',
    file: 'shared/tenants/expirePending.ts',
    find: 'const hasExpired = pendingGrant !== undefined && pendingGrant.expiresAt <= now',
    replace: 'const hasExpired = pendingGrant !== undefined && clock.now() < pendingGrant.grant.consentedAt',
    breaks: ['orphan_hint', 'pending_left_over'],
  },
  {
    name: 'a pending consent is destroyed before the row drops it',
    file: 'shared/tenants/expirePending.ts',
    find: '  const ended = await changeTenant(',
    replace: `  const { pendingGrant: over } = stored.tenant
  if (over && over.expiresAt <= clock.now()) await grants.forget(over.grant.reference)
  const ended = await changeTenant(`,
    breaks: ['token_lost'],
  },
  {
    name: 'a pending consent that another one replaces is never destroyed',
    file: 'shared/connect/savePendingGrant.ts',
    find: 'row.pendingGrant?.grant.reference,',
    replace: '',
    by: consentTwice,
    breaks: ['secret_left_over', 'secret_forgotten', 'grant_kept_after_disconnect'],
  },
  {
    name: 'a disconnect destroys a pending consent before the row drops it',
    file: 'shared/tenants/disconnect.ts',
    find: '  const row = isDamaged(found)',
    replace:
      "  if ('tenant' in found) for (const each of referencesOf(found.tenant)) await services.grants.forget(each)\n  const row = isDamaged(found)",
    breaks: ['token_lost'],
  },
  {
    name: 'a change of a row is not fenced by the ETag',
    file: 'shared/tenants/changeTenant.ts',
    find: '.replace(stored, withWriteId(wanted.next, writeId)',
    replace: ".replace({ ...stored, etag: '*' }, withWriteId(wanted.next, writeId)",
    breaks: [
      'change_lost',
      'token_lost',
      'forgotten_by_the_sweep',
      'dead_grant_called',
      'vended_after_disconnect',
      'secret_left_over',
      'secret_forgotten',
      'call_without_lease',
    ],
  },
  {
    name: 'a failed call is repeated immediately',
    file: 'shared/refresh/requestTokens.ts',
    find: `const first =
    named === undefined
      ? undefined
      : await requestTokens(dependencies, attempt, { reference, refreshToken: named })`,
    replace: `let first =
    named === undefined
      ? undefined
      : await requestTokens(dependencies, attempt, { reference, refreshToken: named })
  for (let tries = 0; tries < 2 && first && first !== 'no_time' && !first.result.ok; tries++)
    first = await requestTokens(dependencies, attempt, { reference, refreshToken: named ?? new Secret('') })`,
    breaks: ['calls_per_vend'],
  },
  {
    name: 'a sweep refreshes no due tenant',
    file: 'shared/refresh/decide.ts',
    find: "return dueAt && dueAt <= now ? 'due' : undefined",
    replace: 'return undefined',
    breaks: ['sweep_progress'],
  },
]
