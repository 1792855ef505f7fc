import { asList, type Rule } from './loss.ts'

interface Workspace {
  readonly workspace: string
  readonly apps?: readonly string[]
  readonly returnUrls?: readonly string[]
}

/** A workspace, one of its apps, or one of its return URLs is gone. */
export const workspacesRule: Rule = ({ before, after }) => {
  const now = new Map(listOf(after).map((each) => [each.workspace, each]))
  const lost = listOf(before).flatMap((old) => {
    const found = now.get(old.workspace)
    if (!found)
      return [`Without ${old.workspace}: browsers can’t return to its app, so nobody can connect there`]
    return [
      ...missing(old.apps, found.apps).map(
        (app) => `${old.workspace} without the app ${app}: it loses its tenants`,
      ),
      ...missing(old.returnUrls, found.returnUrls).map(
        (url) => `${old.workspace} without ${url}: browsers can’t return there`,
      ),
    ]
  })
  return lost.length > 0 ? `${lost.join('. ')}.` : undefined
}

function listOf(value: unknown): readonly Workspace[] {
  return asList(value) as readonly Workspace[]
}

function missing(before: readonly string[] = [], after: readonly string[] = []): string[] {
  return before.filter((each) => !after.includes(each))
}
