import type { Config } from '../config.ts'

/** The settings that say how apps are called. */
export type NamingConfig = Pick<Config, 'workspaces'>

/**
 * The name that people know the calling app by: `displayName` of its workspace in WORKSPACES. Where nobody can say
 * which workspace it is, as with a spent link, that of the only one there is.
 */
export function appName({ workspaces }: NamingConfig, workspace?: string): string | undefined {
  const isOnly = workspace === undefined && workspaces.length === 1
  const known = isOnly ? workspaces[0] : workspaces.find((one) => one.workspace === workspace)
  return known?.displayName
}

/** Our texts say “the app”; a page says its name, where it is known. */
export function withAppName(text: string, app: string | undefined): string {
  return app === undefined ? text : text.replaceAll(/\b[Tt]he app\b/g, () => app)
}
