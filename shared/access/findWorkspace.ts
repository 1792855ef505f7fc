import type { Config } from '../config.ts'
import { Problem } from '../problems.ts'
import { createWorkspaceLookup } from './workspaces.ts'

/** An app as its token names it, with its issuer's namespace in front. */
export interface NamedApp {
  readonly app: string
  /** The id of its service principal in the directory (`oid`), if the token is the app's own. */
  readonly objectId?: string
}

/** Finds an app's workspace. @throws Problem `caller_not_allowed` */
export type FindWorkspace = (caller: NamedApp) => string

/**
 * Creates the assignment of apps to workspaces ({@link createWorkspaceLookup}). An app that is listed by its object ID,
 * the only ID that the portal shows for a system-assigned identity, is told so: its own workspace would be empty.
 */
export function createFindWorkspace({ workspaces }: Pick<Config, 'workspaces'>): FindWorkspace {
  const lookUp = createWorkspaceLookup({ workspaces })
  const listed = new Set(workspaces.flatMap(({ apps }) => apps))
  return ({ app, objectId = '' }) => {
    if (!listed.has(app) && listed.has(objectId))
      throw refuse(
        app,
        `WORKSPACES lists the app’s object ID ${objectId}. List its client ID ${app} instead.`,
      )
    const workspace = lookUp(app)
    if (workspace === undefined)
      throw refuse(app, 'The app’s ID is the name of a workspace that WORKSPACES assigns to other apps.')
    return workspace
  }
}

function refuse(app: string, detail: string): Problem {
  return new Problem('caller_not_allowed', { detail, members: { app } })
}
