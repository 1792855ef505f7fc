import { refusedKind } from './kindScenarios.ts'
import type { Mutation } from './mutation.ts'

/** Breakages of the brake on one kind of grant. */
export const kindMutations: readonly Mutation[] = [
  {
    name: 'grants end although the provider refuses every user’s',
    file: 'shared/refresh/refreshLeased.ts',
    find: '(await holdRefusedKind(dependencies, attempt, refusal)) ||\n',
    replace: '',
    by: refusedKind,
    breaks: ['false_reauthorization'],
  },
  {
    name: 'people who are refused are counted one at a time',
    file: 'shared/refresh/holds.ts',
    find: 'environments.countRefused(scope, personOf(leased))',
    replace: "environments.countRefused(scope, 'someone')",
    by: refusedKind,
    breaks: ['false_reauthorization'],
  },
  {
    name: 'the hold of a kind stops nobody',
    file: 'shared/refresh/holds.ts',
    find: 'return [registration, { ...registration, kind: kindOfGrant(leased.grant) }]',
    replace: 'return [registration]',
    by: refusedKind,
    breaks: ['call_during_hold'],
  },
]
