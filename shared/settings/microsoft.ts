import * as z from 'zod'
import type { Environment } from '../environment.ts'
import type { UrlSchemas } from './urls.ts'

/**
 * An authority, for example `https://login.microsoftonline.com/common`, as its origin and its path segment, the tenant.
 */
export function authorityOf({ web }: UrlSchemas) {
  return web
    .superRefine((value, context) => {
      const fault = faultOfAuthority(value)
      if (fault) context.addIssue(fault)
    })
    .transform((value) => {
      const { origin, pathname } = new URL(value)
      return { origin, tenant: pathname.split('/')[1] ?? '' }
    })
}

/** The tenant segment of an authority for personal accounts. */
export const personalTenant = z
  .string()
  .regex(/^[A-Za-z0-9.-]+$/, 'must be one path segment of an authority')
  .refine((value) => value !== 'organizations', 'doesn’t accept personal accounts')

/** The scope that an environment's access tokens need; the broker adds those of OpenID Connect itself. */
export function scopeOf(environment: Environment) {
  return z
    .string()
    .superRefine((value, context) => {
      const fault = faultOfScope(value, environment)
      if (fault) context.addIssue(fault)
    })
    .transform((value) => URL.parse(value)?.href ?? value)
}

/** Hosts of Microsoft Advertising; nothing from one environment is ever sent to the other. */
export function advertisingHosts(environment: Environment, { hostPattern }: UrlSchemas) {
  return hostPattern.superRefine((value, context) => {
    const owner = ownerOfHost(value)
    if (owner && owner !== environment) context.addIssue(`names hosts of ${owner}`)
  })
}

/** Sign-in hosts of the old sandbox, whose tokens Microsoft Advertising refuses (Java SDK issue 223). */
const retiredSignIn = /^login\.(windows-ppe\.net|live\.com)$/

function faultOfAuthority(value: string): string | undefined {
  const url = URL.parse(value)
  if (url && retiredSignIn.test(url.hostname)) return 'names a sign-in host that Microsoft has retired'
  return url && !value.includes('?') && /^\/[A-Za-z0-9.-]+\/?$/.test(url.pathname)
    ? undefined
    : 'must be an origin and one path segment (the tenant)'
}

const scopeOwners: Readonly<Record<string, Environment>> = {
  'ads.microsoft.com': 'production',
  'si.ads.microsoft.com': 'sandbox',
}

/** Since June 2022 only tokens from a consent to `msads.manage` are accepted (authentication-oauth-mfa.md). */
function faultOfScope(value: string, environment: Environment): string | undefined {
  if (/[\s,;+]|%20/.test(value)) return 'names several scopes; use only the Microsoft Advertising scope'
  if (/\/\.default$/.test(value)) return 'ends with .default, which requests no consent; use msads.manage'
  if (/(^|\/)(bing)?ads\.manage$/.test(value))
    return 'is a scope that Microsoft has retired; use msads.manage'
  const url = URL.parse(value)
  if (url?.protocol !== 'https:' || url.pathname !== '/msads.manage' || url.search !== '' || url.hash !== '')
    return 'must be https://, a host, and /msads.manage'
  const owner = scopeOwners[url.hostname]
  return owner && owner !== environment ? `is the scope of ${owner}` : undefined
}

function ownerOfHost(pattern: string): Environment | undefined {
  if (/\.api\.sandbox\.bingads\.microsoft\.com/i.test(pattern)) return 'sandbox'
  return /\.api\.bingads\.microsoft\.com/i.test(pattern) ? 'production' : undefined
}
