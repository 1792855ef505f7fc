import type { Mutation } from './mutation.ts'
import { migrateBesideRefresh, reconnectBesideRefresh, refusedWrites } from './scenarios.ts'

const lease = 'shared/refresh/lease.ts'
const refreshLeased = 'shared/refresh/refreshLeased.ts'
const commit = 'shared/refresh/commit.ts'
const writeLeased = 'shared/refresh/writeLeased.ts'
const decide = 'shared/refresh/decide.ts'

/** Every breakage that the simulator must catch. */
export const mutations: readonly Mutation[] = [
  {
    name: 'the row is committed before the new refresh token is written',
    file: refreshLeased,
    find: 'const stored = isNew\n',
    replace: `if (isNew) {
    const done = await commitRefreshed(dependencies, attempt, { purpose, result: { ...result, requestedAt }, reference, isStored: true })
    await writeGrant(dependencies, attempt, { reference, refreshToken: result.refreshToken })
    return done
  }
  const stored = isNew
`,
    mode: 'strict',
    breaks: ['used_token_redeemed', 'token_lost', 'secret_left_over', 'secret_forgotten'],
  },
  {
    name: 'the lease is taken without an ETag',
    file: lease,
    find: 'const write = () => tenants.replace(stored,',
    replace: "const write = () => tenants.replace({ ...stored, etag: '*' },",
    breaks: [
      'one_call_a_lease',
      'dead_grant_called',
      'call_without_lease',
      'token_lost',
      'forgotten_by_the_sweep',
      'secret_left_over',
    ],
  },
  {
    name: 'another process’s lease is ignored',
    file: lease,
    find: 'return stored.tenant.lease !== undefined && stored.tenant.lease.until > now',
    replace: 'return now < stored.tenant.createdAt',
    breaks: ['one_call_a_lease', 'call_without_lease'],
  },
  {
    name: 'the commit is not fenced by the ETag',
    file: writeLeased,
    find: 'tenants.replace(current, withWriteId(next, writeId), events)',
    replace: "tenants.replace({ ...current, etag: '*' }, withWriteId(next, writeId), events)",
    breaks: [
      'change_lost',
      'token_lost',
      'vended_after_disconnect',
      'false_reauthorization',
      'grant_kept_after_disconnect',
      'secret_forgotten',
      'forgotten_by_the_sweep',
      'never_settles',
    ],
  },
  {
    name: 'a commit is repeated after its lease was taken over',
    file: writeLeased,
    find: 'if (reread?.tenant.lease?.id !== leased.lease.id) return { lost: reread }',
    replace: 'if (!reread) return { lost: reread }',
    by: reconnectBesideRefresh,
    breaks: ['token_lost', 'forgotten_by_the_sweep', 'grant_kept_after_disconnect', 'isolation'],
  },
  {
    name: 'the old due row is deleted before the commit',
    file: commit,
    find: 'const written = await writeLeased(dependencies, attempt, change)',
    replace: `if (previousDueAt && moved) await due.remove(dueRow(previousDueAt))
  const written = await writeLeased(dependencies, attempt, change)`,
    breaks: ['forgotten_by_the_sweep'],
  },
  {
    name: 'the old due row is deleted after the commit, and the next one is inserted in a step of its own',
    file: commit,
    find: 'due.move(old, later)',
    replace: 'due.remove(old).then(() => due.insert(later))',
    breaks: ['forgotten_by_the_sweep'],
  },
  {
    name: 'the next due row is never inserted',
    file: commit,
    find: 'due.move(old, later)',
    replace: 'due.remove(old)',
    breaks: ['forgotten_by_the_sweep'],
  },
  {
    name: 'a due row moves after the commit, also to an earlier time',
    file: commit,
    find: 'dueAt > previousDueAt ? dueRow(dueAt)',
    replace: 'dueAt ? dueRow(dueAt)',
    breaks: ['forgotten_by_the_sweep'],
  },
  {
    name: 'a revocation is retried',
    file: decide,
    find: 'if (refusal.definite || confirmed)',
    replace: 'if (now.getTime() < 0)',
    breaks: ['never_settles', 'dead_grant_called'],
  },
  {
    name: 'a general refusal is not confirmed',
    file: decide,
    find: 'if (refusal.definite || confirmed)',
    replace: 'if (now.getTime() > 0)',
    breaks: ['false_reauthorization'],
  },
  {
    name: 'loop detection is mistaken for a revocation',
    file: 'shared/identity/refusal.ts',
    find: "if (seen.errorCodes.includes(50196)) return 'loop_detected'",
    replace: '',
    breaks: ['false_reauthorization'],
  },
  {
    name: 'an operator fault ends the tenant’s grant',
    file: decide,
    find: "return { verdict: 'hold' }",
    replace: "return { verdict: 'dead', reason: refusal.reason }",
    breaks: ['false_reauthorization'],
  },
  {
    name: 'one directory that refuses the app holds the environment',
    file: decide,
    find: "if (isCredentialRefusal(refusal)) return { verdict: 'hold' }",
    replace: "if (now.getTime() > 0) return { verdict: 'hold' }",
    breaks: ['healthy_environment_held'],
  },
  {
    name: 'a dead grant is still refreshed',
    file: decide,
    find: `if (tenant.status === 'reauthorization_required') return { refresh: false, reason: 'grant_is_dead' }
  if (tenant.status !== 'connected' || !tenant.grant)`,
    replace: `if (tenant.status === 'disconnected' || !tenant.grant)`,
    breaks: ['dead_grant_called'],
  },
  {
    name: 'the wait after a failure is ignored',
    file: decide,
    find: 'if (tenant.trouble && waitEndsAt(tenant.trouble, purpose) > now)',
    replace: 'if (tenant.trouble && tenant.trouble.attempts < 0)',
    breaks: ['call_while_waiting'],
  },
  {
    name: 'an app’s request ignores the wait after a failure',
    file: decide,
    find: 'trouble.nextAttemptAt : nextVendAttemptAt(trouble)',
    replace: 'trouble.nextAttemptAt : nextVendAttemptAt({ ...trouble, nextVendAttemptAt: new Date(0) })',
    breaks: ['call_while_waiting', 'wait_cut_short'],
  },
  {
    name: 'an answer without a refresh token overwrites the old one',
    file: refreshLeased,
    find: 'const isNew = result.refreshToken !== undefined && !result.refreshToken.equals(refreshToken)',
    replace: 'const isNew = !result.refreshToken?.equals(refreshToken)',
    breaks: ['token_lost', 'unexpected_error'],
  },
  {
    name: 'a newer token from a crashed process is not adopted',
    file: lease,
    find: 'if (!newer) return attempt\n',
    replace: 'if (newer || !newer) return attempt\n',
    mode: 'strict',
    breaks: ['used_token_redeemed'],
  },
  {
    name: 'the lease is released although the new token was not committed',
    file: writeLeased,
    find: 'if (isRefused(error) || !(await time.pause(tries))) throw error',
    replace: `const { lease: _lease, ...rest } = leased.tenant
      await tenants.replace(leased, rest, []).catch(() => undefined)
      throw error`,
    mode: 'strict',
    breaks: ['used_token_redeemed'],
  },
  {
    name: 'a migration ignores a refresh’s lease',
    file: 'shared/operations/migrate.ts',
    find: "if (isLeased(stored, clock.now())) return 'leased'",
    replace: '',
    by: migrateBesideRefresh,
    breaks: ['used_token_redeemed', 'token_lost', 'one_call_a_lease', 'call_without_lease'],
  },
  {
    name: 'a migration loses a newer token',
    file: 'shared/operations/migrate.ts',
    find: 'newer?.refreshToken ?? (await',
    replace: '(await',
    by: migrateBesideRefresh,
    breaks: ['token_lost', 'used_token_redeemed'],
  },
  {
    name: 'the old secret is deleted before the commit',
    file: commit,
    find: 'const committed = await commit(dependencies, attempt, dueAt, (row) => {',
    replace: `if (moved && grants.isUnneeded(leased.grant.reference, [moved.reference])) await grants.forget(leased.grant.reference)
  const committed = await commit(dependencies, attempt, dueAt, (row) => {`,
    breaks: ['token_lost'],
  },
  {
    name: 'the old secret is never destroyed',
    file: 'shared/tenants/secretsToDestroy.ts',
    find: 'withListedSecrets(next, unneeded)',
    replace: 'withListedSecrets(next, [])',
    breaks: ['secret_left_over', 'secret_forgotten', 'grant_kept_after_disconnect'],
  },
  {
    name: 'the old grant is destroyed first on reconnect',
    file: 'shared/tenants/connectGrant.ts',
    find: 'const reference = await grants.write(',
    replace: `if (found?.tenant.grant) await grants.forget(found.tenant.grant.reference)
  const reference = await grants.write(`,
    breaks: ['token_lost', 'never_settles'],
  },
  {
    name: 'a disconnect leaves the grant in its store',
    file: 'shared/tenants/disconnect.ts',
    find: `withSecretsToDestroy(
      grants,
      withoutGrant(withDisconnect(each, disconnectedAt ?? now)),
      referencesOf(each),
    )`,
    replace: 'withoutGrant(withDisconnect(each, disconnectedAt ?? now))',
    breaks: ['grant_kept_after_disconnect', 'secret_left_over', 'secret_forgotten'],
  },
  {
    name: 'cached rows outlive their time',
    file: 'shared/vend/accessTokens.ts',
    find: 'rowCacheSeconds * 1000 ? known',
    replace: 'rowCacheSeconds * 100_000 ? known',
    breaks: ['vended_after_disconnect'],
  },
  {
    name: 'a token that was opened before is vended, whatever the row holds now',
    file: 'shared/vend/tokenMemory.ts',
    find: 'known?.seal === seal ? known.accessToken : undefined',
    replace: 'known?.accessToken',
    breaks: ['validity'],
  },
  {
    name: 'a required validity below sixty seconds is accepted',
    file: 'shared/vend/accessTokens.ts',
    find: 'minValiditySeconds = 0): number {\n  return Math.max(minValiditySeconds, minimumValiditySeconds)',
    replace: 'minValiditySeconds = minimumValiditySeconds): number {\n  return minValiditySeconds',
    breaks: ['validity'],
  },
  {
    name: 'an access token’s lifetime is counted from the commit',
    file: commit,
    find: 'addSeconds(result.requestedAt, result.expiresInSeconds)',
    replace: 'addSeconds(now, result.expiresInSeconds)',
    breaks: ['validity'],
  },
  {
    name: 'hints that the row does not confirm stay',
    file: 'shared/refresh/removeHint.ts',
    find: 'await (dueAt && grant ? due.move(row, dueRowOf(tenant, grant, dueAt)) : due.remove(row))',
    replace: 'if (dueAt && grant) await due.insert(dueRowOf(tenant, grant, dueAt))',
    breaks: ['orphan_hint'],
  },
  {
    name: 'a tenant’s own hint is dropped',
    file: 'shared/refresh/removeHint.ts',
    find: 'due.move(row, dueRowOf(tenant, grant, dueAt))',
    replace: 'due.remove(row)',
    breaks: ['forgotten_by_the_sweep'],
  },
  {
    name: 'another process’s change of the row is overwritten',
    file: writeLeased,
    find: 'const { next, events = [] } = change(current.tenant)',
    replace: 'const { next, events = [] } = change(leased.tenant)',
    breaks: ['change_lost', 'secret_forgotten'],
  },
  {
    name: 'the write of a new refresh token is not repeated',
    file: refreshLeased,
    find: "return time.repeat('writing the grant', write)\n",
    replace: "return time.step('writing the grant', write)\n",
    mode: 'strict',
    breaks: ['used_token_redeemed'],
  },
  {
    name: 'an answer is discarded if the vault accepts no new refresh token, although the used one still works',
    file: refreshLeased,
    find: "if (config.usedRefreshTokens === 'revoked') return",
    replace: 'if (config) return',
    breaks: ['answer_thrown_away'],
    by: refusedWrites,
  },
  {
    name: 'a used refresh token is kept although the provider revokes it',
    file: refreshLeased,
    find: "if (config.usedRefreshTokens === 'revoked') return",
    replace: 'if (!config) return',
    mode: 'strict',
    breaks: ['used_token_redeemed'],
  },
  {
    name: 'one environment’s token is refreshed in the other',
    file: 'shared/refresh/requestTokens.ts',
    find: 'const { environment } = leased.tenant',
    replace: "const environment = 'production' as const",
    breaks: ['crossed_environment'],
  },
  {
    name: 'Retry-After is ignored',
    file: decide,
    find: 'retryAt(now, attempts, fraction, retryAfterSeconds)',
    replace: 'retryAt(now, attempts, fraction)',
    breaks: ['wait_cut_short'],
  },
]
