import { connectHintView } from '../../shared/domain/connectHint.ts'
import { type BrokerAnswer, problemOf } from '../callBroker.ts'
import { toFacts } from './layout.ts'
import { whoActs } from './whoActs.ts'

/** The broker refused what a verb asked for. */
export class RefusedError extends Error {
  readonly answer: BrokerAnswer

  constructor(answer: BrokerAnswer) {
    super(problemOf(answer).code)
    this.name = 'RefusedError'
    this.answer = answer
  }
}

/** A refusal for people: what happened, who acts, and how. */
export function toRefusalLines(answer: BrokerAnswer): string[] {
  const { actor, code, detail, reason } = problemOf(answer)
  const { requestId, requiredRole, resolution } = textsOf(answer)
  const { connect } = (answer.body ?? {}) as { connect?: unknown }
  return [
    `${code} (HTTP ${answer.status})`,
    detail,
    ...toFacts([
      ['Who acts', actor && whoActs(actor, answer.retryAfterSeconds)],
      ['How', resolution],
      ['Role', requiredRole && rolesOfPeople(requiredRole)],
      ['Reason', reason],
      ['Command', connectCommand(connect)],
      ['Request', requestId],
    ]),
  ]
}

/** Entra gives people only one role of the broker's API, whatever they ask for (`infra/entra/appRoles.json`). */
function rolesOfPeople(role: string): string {
  if (role === 'Broker.Operate') return role
  return `${role} is for apps. A person (az login) can only have Broker.Operate. To call as an app, set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; docs/calling.md has more ways`
}

/** The connect hint of a problem document as a command; empty if there is none. */
function connectCommand(connect: unknown): string {
  const hint = connectHintView.safeParse(connect)
  if (!hint.success) return ''
  const { allowDifferentUser, environment, signInWith } = hint.data.body
  const [, tenant = ''] = /^\/v1\/tenants\/([^/]+)\//.exec(hint.data.path) ?? []
  return [
    `npm run broker -- connect --tenant ${decodeURIComponent(tenant)}`,
    ...(environment === 'production' ? [] : [`--environment ${environment}`]),
    ...(signInWith ? [`--sign-in-with ${signInWith}`] : []),
    ...(allowDifferentUser ? ['--allow-different-user'] : []),
  ].join(' ')
}

/** The text members of a problem document. */
function textsOf({ body }: BrokerAnswer): Readonly<Record<string, string>> {
  const members = typeof body === 'object' && body !== null ? Object.entries(body) : []
  return Object.fromEntries(members.filter(([, value]) => typeof value === 'string'))
}
