import { endDuringRefresh, vendWhileEnding } from './endingScenarios.ts'
import type { Mutation } from './mutation.ts'

const refreshTenant = 'shared/refresh/refreshTenant.ts'
const unfinishedCommits = 'shared/unfinishedCommits.ts'

/** Breakages of the end of an instance. */
export const endingMutations: readonly Mutation[] = [
  {
    name: 'an ending instance does not wait for a refresh',
    file: refreshTenant,
    find: 'await unfinishedCommits.run(() => refreshIfFree(dependencies, stored, check))',
    replace: 'await refreshIfFree(dependencies, stored, check)',
    breaks: ['left_by_ending'],
    by: endDuringRefresh,
  },
  {
    name: 'an ending instance forgets what has begun',
    file: unfinishedCommits,
    find: 'begun.add(running)',
    replace: '',
    breaks: ['left_by_ending'],
    by: endDuringRefresh,
  },
  {
    name: 'an ending instance begins a refresh',
    file: refreshTenant,
    find: 'if (unfinishedCommits.isEnding) return ending',
    replace: '',
    also: [{ file: refreshTenant, find: 'unfinishedCommits.isEnding ? ending : ', replace: '' }],
    breaks: ['begun_while_ending', 'left_by_ending'],
    by: vendWhileEnding,
  },
]
