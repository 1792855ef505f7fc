/** The rules of `docs/simulator.md` that a simulated world must keep. */
export type Rule =
  | 'validity'
  | 'isolation'
  | 'crossed_environment'
  | 'change_lost'
  | 'call_during_hold'
  | 'wait_cut_short'
  | 'token_lost'
  | 'answer_thrown_away'
  | 'used_token_redeemed'
  | 'one_call_a_lease'
  | 'call_without_lease'
  | 'lease_outlived'
  | 'own_write_denied'
  | 'begun_while_ending'
  | 'left_by_ending'
  | 'noted_under_lease'
  | 'call_while_waiting'
  | 'dead_grant_called'
  | 'false_reauthorization'
  | 'forgotten_by_the_sweep'
  | 'vended_after_disconnect'
  | 'grant_kept_after_disconnect'
  | 'secret_left_over'
  | 'secret_forgotten'
  | 'mark_forgotten'
  | 'sweep_reads'
  | 'orphan_hint'
  | 'healthy_environment_held'
  | 'never_settles'
  | 'calls_per_vend'
  | 'pending_left_over'
  | 'sweep_progress'
  | 'unexpected_error'

/** A broken rule; the seed replays it. */
export class Violation extends Error {
  readonly rule: Rule

  constructor(rule: Rule, detail: string) {
    super(`${rule}: ${detail}`)
    this.name = 'Violation'
    this.rule = rule
  }
}
