import { disconnectBesideSweep, reconnectAfterDisconnect, restoredAfterDisconnect } from './markScenarios.ts'
import type { Mutation } from './mutation.ts'

const marks = 'shared/domain/disconnectMarks.ts'

/** Breakages of the marks that disconnects leave in the vault. */
export const markMutations: readonly Mutation[] = [
  {
    name: 'a restored row is refreshed although its tenant was disconnected',
    file: marks,
    find: 'grant.consentedAt <= disconnectedAt\n',
    replace: 'grant.consentedAt > new Date()\n',
    by: restoredAfterDisconnect,
    breaks: ['vended_after_disconnect'],
  },
  {
    name: 'a disconnect leaves no mark',
    file: 'shared/tenants/owedMark.ts',
    find: "await withTimeLimit(clock, markSeconds, 'marking the disconnect', write)",
    replace: 'void write',
    breaks: ['mark_forgotten'],
  },
  {
    name: 'a mark ends a consent from after the disconnect',
    file: marks,
    find: 'if (!disconnectedAt || grant.consentedAt > disconnectedAt) return grant',
    replace: 'if (grant) return grant',
    by: reconnectAfterDisconnect,
    breaks: ['token_lost'],
  },
  {
    name: 'sweeps never write a mark that a disconnect owes',
    file: 'shared/tenants/expirePending.ts',
    find: 'Boolean(owesMark || ',
    replace: 'Boolean(',
    breaks: ['mark_forgotten'],
  },
  {
    name: 'a disconnect that owes a mark has no due row',
    file: 'shared/tenants/disconnect.ts',
    find: 'if (hasCleanUp(next)) await',
    replace: 'if (next.secretsToDestroy) await',
    breaks: ['mark_forgotten'],
  },
  {
    name: 'a sweep can drop the due row of a disconnect before the disconnect commits',
    file: 'shared/tenants/disconnect.ts',
    find: 'const cleanUpSeconds = 300',
    replace: 'const cleanUpSeconds = 0',
    breaks: ['mark_forgotten'],
    by: disconnectBesideSweep,
  },
]
