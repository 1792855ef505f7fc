import type { Config } from '../config.ts'

/** The settings with the names of apps. */
export type NamingConfig = Pick<Config, 'workspaces'>

/**
 * The name by which people know the calling app: `displayName` of its workspace in WORKSPACES. If the workspace is
 * unknown, for example after a spent link, the name of the only workspace, if there is just one.
 */
export function appName({ workspaces }: NamingConfig, workspace?: string): string | undefined {
  const isOnly = workspace === undefined && workspaces.length === 1
  const known = isOnly ? workspaces[0] : workspaces.find((one) => one.workspace === workspace)
  return known?.displayName
}

/** Our texts say “the app”; a page uses its name, if known. */
export function withAppName(text: string, app: string | undefined): string {
  return app === undefined ? text : text.replaceAll(/\b[Tt]he app\b/g, () => app)
}
