import type { Mutation } from './mutation.ts'
import { commitBesideSweep, migratePendingAndDie, slowWriteBesideSweep } from './uncommittedScenarios.ts'

const uncommitted = 'shared/tenants/uncommittedSecrets.ts'
const grantVault = 'shared/storage/grantVault.ts'
const everythingCommits = {
  file: uncommitted,
  find: 'return reserved === undefined || uncommittedSecrets',
  replace: 'return !reserved || reserved !== undefined || uncommittedSecrets',
}

/** Breakages of secrets that are listed before they are written. */
export const uncommittedMutations: readonly Mutation[] = [
  {
    name: 'a consent’s secret is written without being listed',
    file: 'shared/tenants/connectGrant.ts',
    find: 'if (!(await listUncommitted(grantServices, found, owner, reserved))) return undefined',
    replace: '',
    also: [everythingCommits],
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a pending consent’s secret is written without being listed',
    file: 'shared/connect/savePendingGrant.ts',
    find: 'if (!(await listUncommitted(grantServices, stored, owner, reserved))) return tenantChanged',
    replace: '',
    also: [everythingCommits],
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a migrated grant’s secret is written without being listed',
    file: 'shared/operations/migrate.ts',
    find: 'const listed = reserved ? await listLeased(dependencies, attempt, reserved) : attempt',
    replace: 'const listed = attempt',
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a migrated pending grant’s secret is written without being listed',
    file: 'shared/operations/migratePending.ts',
    find: "if (!(await stepOutsideLease(clock, 'listing the new secret', list))) return 'changed'",
    replace: '',
    also: [everythingCommits],
    by: migratePendingAndDie,
    breaks: ['secret_forgotten'],
  },
  {
    name: 'the new secret of a full one is written without being listed',
    file: 'shared/refresh/moveToNewSecret.ts',
    find: 'const listed = await listLeased(dependencies, once, reserved)',
    replace: 'const listed = attempt',
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a listed secret has no due row',
    file: uncommitted,
    find: 'await due.insert(dueRowOf(row, grant, until))',
    replace: 'void due',
    breaks: ['secret_forgotten'],
  },
  {
    name: 'sweeps ignore listed secrets',
    file: 'shared/tenants/expirePending.ts',
    find: 'secretsToDestroy || uncommittedSecrets',
    replace: 'secretsToDestroy',
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a listed secret is struck before its write can have taken effect',
    file: uncommitted,
    find: 'const uncommittedSeconds = 900',
    replace: 'const uncommittedSeconds = 60',
    by: slowWriteBesideSweep,
    breaks: ['secret_forgotten'],
  },
  {
    name: 'a commit names a secret that a sweep has taken over',
    ...everythingCommits,
    by: commitBesideSweep,
    breaks: ['token_lost'],
  },
  {
    name: 'a listed secret is destroyed before the row drops it',
    file: 'shared/tenants/expirePending.ts',
    find: '  const ended = await changeTenant(',
    replace: `  for (const each of overdueSecrets(stored.tenant, clock.now())) await grants.forget(each)
  const ended = await changeTenant(`,
    by: commitBesideSweep,
    breaks: ['token_lost'],
  },
  {
    name: 'a secret is destroyed in one vault only',
    file: grantVault,
    find: 'Promise.all(places.map(',
    replace: 'Promise.all(places.slice(0, 1).map(',
    breaks: ['secret_forgotten', 'secret_left_over'],
  },
  {
    name: 'a reserved secret isn’t recognized in the reference that names it',
    file: grantVault,
    find: 'return one.host === other.host || isReserved(one) || isReserved(other)',
    replace: 'return one.host === other.host',
    breaks: ['token_lost', 'never_settles'],
  },
]
