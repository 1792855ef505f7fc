import type { Config } from '../config.ts'

/** Returns the workspace of an app; undefined if the app has none. */
export type WorkspaceLookup = (app: string) => string | undefined

/**
 * Returns the lookup of an app's workspace: the one that settings name, or otherwise the app's own. A workspace whose
 * apps are listed is closed to other apps, even to an app with the same name.
 */
export function createWorkspaceLookup({ workspaces }: Pick<Config, 'workspaces'>): WorkspaceLookup {
  const named = new Map(
    workspaces.flatMap(({ workspace, apps }) => apps.map((app) => [app, workspace] as const)),
  )
  const closed = new Set(workspaces.flatMap(({ workspace, apps }) => (apps.length > 0 ? [workspace] : [])))
  return (app) => named.get(app) ?? (closed.has(app) ? undefined : app)
}
