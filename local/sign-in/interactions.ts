import { ServerResponse } from 'node:http'
import type { Context } from 'hono'
import type { InteractionResults, Provider } from 'oidc-provider'
import type { Person } from '../people.ts'
import { createGrant, rememberConsent } from './consents.ts'
import { approvalPage, chooserPage, codePage, consentPage, errorPage, signInPage } from './pages.ts'
import { toIncoming, toProviderRequest } from './provider.ts'
import type { SignInState } from './state.ts'

/** Provider-specific behavior of the pages. */
export interface InteractionManners {
  /** Its name on the sign-in page. */
  readonly name: string
  /** Whether a signed-in browser's account is listed if the application asks for the choice. Default is no. */
  readonly hasChooser?: true
  /** Why this person can't sign in here, if so; shown on the sign-in page. */
  refuseHere?(person: Person): string | undefined
  /** The error that the application gets instead of a consent page, if any. */
  refuseConsent?(person: Person, wish: ConsentWish): string | undefined
  /** Whether an administrator must approve this first: a page says so, and leads back with {@link declined}. */
  needsApproval?(person: Person, wish: ConsentWish): boolean
  /** The page at which this person's sign-in ends instead of the consent page, without a way back, if any. */
  blocks?(person: Person): { readonly title: string; readonly text: string } | undefined
  /** Whether this authorization request requires a second factor of this person. */
  asksForCode?(person: Person, params: Interaction['params']): boolean
  /** What the application gets if the person declines, or leaves the approval page. */
  declined(person: Person | undefined): { readonly error: string; readonly error_description?: string }
}

/** An application's request for consent. */
export interface ConsentWish {
  readonly clientId: string
  readonly scopes: readonly string[]
}

/** The pages of one authorization request. */
export interface InteractionDesk {
  /** Shows the next page of the authorization request. */
  show(context: Context, provider: Provider): Promise<Response>
  /** Processes the person's input, and continues. */
  submit(context: Context, provider: Provider): Promise<Response>
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** Creates the sign-in, second factor, and consent pages. They work with plain forms and cookies. */
export function createInteractionDesk(state: SignInState, manners: InteractionManners): InteractionDesk {
  const awaitingCode = new Map<string, Person>()
  const desk: Desk = { state, manners, awaitingCode }
  return {
    show: (context, provider) => withInteraction(context, provider, (visit) => showPage(desk, visit)),
    submit: (context, provider) => withInteraction(context, provider, (visit) => takeForm(desk, visit)),
  }
}

interface Desk {
  readonly state: SignInState
  readonly manners: InteractionManners
  /** People who have entered the right password but not yet the code, by interaction. */
  readonly awaitingCode: Map<string, Person>
}

interface Visit {
  readonly context: Context
  readonly provider: Provider
  readonly interaction: Interaction
}

async function withInteraction(
  context: Context,
  provider: Provider,
  go: (visit: Visit) => Promise<Response>,
): Promise<Response> {
  const incoming = toIncoming(toProviderRequest(context.req.raw, context.req.path))
  const interaction = await provider
    .interactionDetails(incoming, new ServerResponse(incoming))
    .catch(() => undefined)
  if (interaction?.uid === context.req.param('uid') && interaction) {
    return go({ context, provider, interaction })
  }
  const text = 'The sign-in has expired, or was begun in another browser. Start again from the application.'
  return context.html(errorPage({ title: 'This page has expired', text }), 400)
}

const isConsentPrompt = ({ interaction }: Visit) => interaction.prompt.name === 'consent'

async function showPage(desk: Desk, visit: Visit): Promise<Response> {
  if (isConsentPrompt(visit)) return showConsent(desk, visit)
  const person = desk.state.findByAccountId(visit.interaction.session?.accountId)
  const asksWhich = desk.manners.hasChooser && visit.interaction.prompt.name === 'select_account'
  return asksWhich && person
    ? visit.context.html(chooserPage({ username: person.username }))
    : showSignIn(desk, visit)
}

async function takeForm(desk: Desk, visit: Visit): Promise<Response> {
  const form = await visit.context.req.parseBody()
  const text = (name: string) => String(form[name] ?? '')
  if (isConsentPrompt(visit)) return takeDecision(desk, visit, text('decision'))
  if (text('account') === 'signed-in') return finish(visit, { select_account: {} })
  if ('account' in form) return showSignIn(desk, visit)
  if ('code' in form) return takeCode(desk, visit, text('code'))
  return takePassword(desk, visit, text('username'), text('password'))
}

function showSignIn(
  { manners, awaitingCode }: Desk,
  { context, interaction }: Visit,
  error?: string,
  typed?: string,
) {
  awaitingCode.delete(interaction.uid)
  const username = typed ?? String(interaction.params.login_hint ?? '')
  return context.html(signInPage({ provider: manners.name, username, error }), error ? 401 : 200)
}

async function takePassword(desk: Desk, visit: Visit, username: string, password: string): Promise<Response> {
  const person = desk.state.findByUsername(username)
  if (!person || person.password !== password) {
    return showSignIn(desk, visit, 'Your account or password is incorrect.', username)
  }
  const refusal = desk.manners.refuseHere?.(person)
  if (refusal) return showSignIn(desk, visit, refusal, username)
  if (!desk.manners.asksForCode?.(person, visit.interaction.params)) return signIn(visit, person, ['pwd'])
  desk.awaitingCode.set(visit.interaction.uid, person)
  return visit.context.html(codePage({ username: person.username }))
}

async function takeCode(desk: Desk, visit: Visit, code: string): Promise<Response> {
  const person = desk.awaitingCode.get(visit.interaction.uid)
  if (!person) return showSignIn(desk, visit)
  if (code !== '000000') {
    return visit.context.html(codePage({ username: person.username, error: 'That code did not work.' }), 401)
  }
  desk.awaitingCode.delete(visit.interaction.uid)
  return signIn(visit, person, ['pwd', 'mfa'])
}

function signIn(visit: Visit, person: Person, amr: string[]): Promise<Response> {
  return finish(visit, {
    login: { accountId: person.objectId, amr },
    select_account: {},
  })
}

async function showConsent({ state, manners }: Desk, visit: Visit): Promise<Response> {
  const { context, interaction } = visit
  const person = state.findByAccountId(interaction.session?.accountId)
  const wish = toWish(interaction)
  const refusal = person && manners.refuseConsent?.(person, wish)
  if (refusal) return finish(visit, { error: refusal })
  const blocked = person && manners.blocks?.(person)
  if (blocked) return context.html(errorPage(blocked), 400)
  const client = await visit.provider.Client.find(wish.clientId)
  const shown = {
    username: person?.username ?? '',
    application: client?.clientName ?? '',
    scopes: wish.scopes,
  }
  const needsApproval = person && manners.needsApproval?.(person, wish)
  return context.html(needsApproval ? approvalPage(shown) : consentPage(shown))
}

async function takeDecision({ state, manners }: Desk, visit: Visit, decision: string): Promise<Response> {
  const { provider, interaction } = visit
  const person = state.findByAccountId(interaction.session?.accountId)
  const { clientId, scopes } = toWish(interaction)
  const needsApproval = person && manners.needsApproval?.(person, { clientId, scopes })
  if (decision !== 'accept' || needsApproval) return finish(visit, manners.declined(person))
  const key = { accountId: person?.objectId ?? '', clientId }
  rememberConsent(state.store, key, scopes)
  const grantId = await createGrant(provider, state.store, key)
  return finish(visit, { consent: { ...(grantId && { grantId }) } })
}

const toWish = ({ params }: Interaction): ConsentWish => ({
  clientId: String(params.client_id),
  scopes: String(params.scope ?? '')
    .split(' ')
    .filter(Boolean),
})

/**
 * Ends the interaction and sends the browser back to the authorization request. The library would first log
 * out a browser in which someone else is signed in; Microsoft simply signs in the new person.
 */
async function finish({ context, provider, interaction }: Visit, result: InteractionResults) {
  const isError = 'error' in result
  const session = interaction.session?.uid && (await provider.Session.findByUid(interaction.session.uid))
  if (session && result.login && session.accountId !== result.login.accountId) {
    delete session.accountId
    await session.persist()
  }
  interaction.result = isError ? result : { ...interaction.lastSubmission, ...result }
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  return context.redirect(interaction.returnTo, 303)
}
