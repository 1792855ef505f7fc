import { createWorkspaceLookup } from '../../shared/access/workspaces.ts'
import type { Broker } from '../../shared/broker.ts'
import type { Config } from '../../shared/config.ts'
import { openBroker, UsageError } from '../commandLine.ts'
import { type Arguments, textOf } from './verb.ts'

/** An app that a command names, and where its calls go. */
interface NamedApp {
  /** As callers are named. */
  readonly app: string
  /** Undefined if the settings give it none. */
  readonly workspace: string | undefined
}

/** Writes whether the app that the command line names is refused. Returns the app. */
export async function writeAppRule({ values, words }: Arguments, refused: boolean): Promise<NamedApp> {
  const broker: Broker = await openBroker(textOf(values.settings))
  const named = nameApp(words[0] ?? '', broker.config)
  assertWorkspace(named, textOf(values.workspace))
  const { app } = named
  const reason = (textOf(values.reason) ?? '').replace(/\s+/g, ' ').trim()
  await broker.appRules.write({ app, refused, reason, changedAt: broker.clock.now() })
  return named
}

/** Entra writes ids in lower case, whatever a portal or a person shows. */
const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Names the app as its calls do.
 * @throws UsageError if no call can have that name, because a rule for it would have no effect.
 */
export function nameApp(text: string, config: Pick<Config, 'callerIssuers' | 'workspaces'>): NamedApp {
  const app = text.trim().replace(guid, (id) => id.toLowerCase())
  if (app === '')
    throw new UsageError('Pass the app’s client ID, as its tokens name it (azp, appid, or sub).')
  const namespaces = new Set(config.callerIssuers.map(({ namespace }) => namespace ?? ''))
  const isPossible = [...namespaces].some((namespace) => namespace === '' || app.startsWith(`${namespace}:`))
  if (!isPossible)
    throw new UsageError(
      `No caller is named ${app}: every issuer in CALLER_ISSUERS has a namespace. Write ${[...namespaces].map((namespace) => `${namespace}:${app}`).join(' or ')}.`,
    )
  return { app, workspace: createWorkspaceLookup(config)(app) }
}

/** @throws UsageError if the operator means an app of another workspace. */
function assertWorkspace({ app, workspace }: NamedApp, expected: string | undefined): void {
  if (expected === undefined || expected === workspace) return
  throw new UsageError(
    `The settings give ${app} ${workspace === undefined ? 'no workspace' : `the workspace ${workspace}`}, not ${expected}. Is it the client ID, not the object ID? Nothing was changed.`,
  )
}
