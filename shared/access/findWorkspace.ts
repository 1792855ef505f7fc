import type { Config } from '../config.ts'
import { Problem } from '../problems.ts'

/** An app as its token names it, with its issuer's namespace in front. */
export interface NamedApp {
  readonly app: string
  /** The id of its service principal in the directory (`oid`), if the token is the app's own. */
  readonly objectId?: string
}

/** Finds an app's workspace. @throws Problem `caller_not_allowed` */
export type FindWorkspace = (caller: NamedApp) => string

/**
 * Creates the lookup of an app's workspace: the one that settings name, or otherwise the app's own. A workspace whose
 * apps are listed is closed to other apps, even to an app with the same name. An app that is listed by its object ID,
 * the only ID that the portal shows for a system-assigned identity, is told so: its own workspace would be empty.
 */
export function createFindWorkspace({ workspaces }: Pick<Config, 'workspaces'>): FindWorkspace {
  const named = new Map(
    workspaces.flatMap(({ workspace, apps }) => apps.map((app) => [app, workspace] as const)),
  )
  const closed = new Set(workspaces.flatMap(({ workspace, apps }) => (apps.length > 0 ? [workspace] : [])))
  return ({ app, objectId = '' }) => {
    const workspace = named.get(app)
    if (workspace !== undefined) return workspace
    if (named.has(objectId))
      throw refuse(
        app,
        `WORKSPACES lists the app’s object ID ${objectId}. List its client ID ${app} instead.`,
      )
    if (closed.has(app))
      throw refuse(app, 'The app’s ID is the name of a workspace that WORKSPACES assigns to other apps.')
    return app
  }
}

function refuse(app: string, detail: string): Problem {
  return new Problem('caller_not_allowed', { detail, members: { app } })
}
