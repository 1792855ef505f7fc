import * as z from 'zod'
import {
  type AccountKind,
  accountKinds,
  environments,
  type IdentityProvider,
  identityProviders,
} from '../environment.ts'
import { parseReason, type StoredReason, unknownReason } from './reasons.ts'
import type { Grant, Tenant } from './tenant.ts'
import type { TenantEvent } from './tenantEvents.ts'

/**
 * Which sign-in would work. `primaryLogin`: the login into which others were merged.
 * `advertisingUser`: any login that Microsoft Advertising recognizes in this environment.
 */
export type SignInWith = 'personal' | 'work' | 'google' | 'primaryLogin' | 'advertisingUser' | 'sameAgain'

/** The request that creates the right connect session. An app can send it unchanged. */
export const connectHintView = z
  .object({
    method: z.literal('POST'),
    path: z.string(),
    body: z.object({
      environment: z.enum(environments),
      returnUrl: z.url().describe('The workspace’s first return URL; absent when it has none.').optional(),
      identityProvider: z.enum(identityProviders),
      signInWith: z.enum(accountKinds).optional(),
      allowDifferentUser: z.boolean().optional(),
    }),
  })
  .meta({
    id: 'ConnectHint',
    description:
      'The request that creates the right connect session. Send it unchanged for a link on your own pages. If you add `expiresIn` to mail it, its link may need your confirmation.',
  })

/** A {@link connectHintView}'s value. */
export type ConnectHint = z.infer<typeof connectHintView>

/** The sign-in that fixes it. */
export interface ConnectHintOptions {
  readonly signInWith?: SignInWith | undefined
  /** Whether a different person may sign in, because the previous one has left or used the wrong account. */
  readonly allowDifferentUser?: boolean
}

/** The part of the settings that a hint needs. */
export interface ConnectHintConfig {
  readonly workspaces: readonly { readonly workspace: string; readonly returnUrls: readonly string[] }[]
}

/** The part of a tenant that a hint needs. The tenant may not exist yet. */
export interface ConnectPlace extends Pick<Tenant, 'workspace' | 'tenant' | 'environment'> {
  /** Default is Microsoft's. */
  readonly grant?: Pick<Grant, 'identityProvider'>
}

/** Describes how to create the connect session for the sign-in that works. */
export function connectHint(
  config: ConnectHintConfig,
  { workspace, tenant, environment, grant }: ConnectPlace,
  { signInWith, allowDifferentUser }: ConnectHintOptions = {},
): ConnectHint {
  const kind = toKind(signInWith)
  const returnUrl = config.workspaces.find((one) => one.workspace === workspace)?.returnUrls[0]
  return {
    method: 'POST',
    path: `/v1/tenants/${encodeURIComponent(tenant)}/connect-sessions`,
    body: {
      environment,
      ...(returnUrl && { returnUrl }),
      identityProvider: (kind && providerOf(kind)) ?? grant?.identityProvider ?? 'microsoft',
      ...(kind && { signInWith: kind }),
      ...((allowDifferentUser ?? isAnotherPerson(signInWith)) && { allowDifferentUser: true }),
    },
  }
}

/** Reasons that mean that the person who consented won't return. */
const departed: ReadonlySet<StoredReason> = new Set(['user_disabled', 'user_not_in_directory'])

/** Describes how to reconnect a tenant whose grant is dead: the same person signs in, unless they have left. */
export function reconnectHint(
  config: ConnectHintConfig,
  tenant: ConnectPlace & Pick<Tenant, 'reauthorizationReason'>,
): ConnectHint {
  const { reauthorizationReason: reason = unknownReason } = tenant
  return connectHint(config, tenant, { allowDifferentUser: departed.has(reason) })
}

/** The fix for the event's cause, if connecting fixes it. */
export function connectHintOfEvent(
  config: ConnectHintConfig,
  tenant: Tenant,
  { type, data }: TenantEvent,
): ConnectHint | undefined {
  if (type === 'tenant.reauthorization_required') {
    return reconnectHint(config, { ...tenant, reauthorizationReason: parseReason(data?.reason) })
  }
  if (type !== 'advertising.sign_in_refused') return undefined
  return connectHint(config, tenant, { signInWith: data?.signInWith as SignInWith })
}

/** Where a kind of account signs in. */
export function providerOf(kind: AccountKind): IdentityProvider {
  return kind === 'google' ? 'google' : 'microsoft'
}

/** The kind of account that fixes it, if it's about the kind. */
export function toKind(signInWith: SignInWith | undefined): AccountKind | undefined {
  return accountKinds.find((kind) => kind === signInWith)
}

/** Whether the sign-in that works is another person's. Another account of the same person counts as another person. */
export function isAnotherPerson(signInWith: SignInWith | undefined): boolean {
  return signInWith !== undefined && signInWith !== 'sameAgain'
}
