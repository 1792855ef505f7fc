/** The operator's rule about one calling app. Later rules, such as limits, are further members of the same row. */
export interface AppRule {
  /** As callers are named: with the namespace of the issuer, if it has one (`partner:<app id>`). */
  readonly app: string
  /** Whether every call of the app is refused. */
  readonly refused: boolean
  /** When the operator last refused or allowed the app; undefined if never. */
  readonly changedAt?: Date
  /** Why, in the operator's words. Never shown to the app. Default is empty. */
  readonly reason: string
}

/** The rules about apps, one row for each app. */
export interface AppRules {
  /** Every rule; an app without one is allowed. */
  list(): Promise<readonly AppRule[]>
  /** Writes whether an app is refused, and leaves the row's other members alone. */
  write(rule: AppRule & { readonly changedAt: Date }): Promise<void>
}
