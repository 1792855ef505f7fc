import { responseHeaders } from '../http/responseHeaders.ts'
import type { RouteDefinition } from '../http/route.ts'
import { tags } from '../http/tags.ts'
import { appRoles } from '../settings/appRoles.ts'
import { createComponents } from './components.ts'
import type { Contract, ContractOperation } from './document.ts'
import { type ListedOperation, toOperation } from './operation.ts'

/** The contract's own version: the major part is the `/v1` of the paths. */
export const contractVersion = '1.0.0'

const description = `Turns one advertiser’s consent into a lasting right to call Microsoft Advertising.

Apps authenticate with a bearer JWT of an issuer that the broker's operator trusts; its \`roles\` claim grants ${appRoles.map((role) => `\`${role}\``).join(', ')}. Ids are strings everywhere. The broker's own errors under \`/v1\` are problem details (RFC 9457) with a stable \`code\` and the \`actor\` who must act; the token endpoint puts both into OAuth's form. A method that a route doesn’t have gets 405 with \`Allow\`.

Answers may gain members, and the lists of values in \`x-extensible-enum\` may grow: ignore what you don’t know. Requests with an unknown field are refused, except at the token endpoint and the pass-through. In a request, \`null\` and an empty query value mean that the field is absent.`

/**
 * Builds the contract of all registered routes, in the order of their tags and paths; routes that only answer 404 are left out.
 */
export function buildContract(routes: readonly RouteDefinition[], publicUrl: string): Contract {
  const components = createComponents()
  const paths: Record<string, Record<string, ContractOperation>> = {}
  for (const listed of inOrderOfTags(routes)) {
    const key = `/${listed.path.replaceAll('{*', '{')}`
    paths[key] ??= {}
    paths[key][listed.method.toLowerCase()] = toOperation(listed, components)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Microsoft Advertising token broker',
      version: contractVersion,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: Object.values(tags),
    paths,
    components: {
      ...components,
      headers: responseHeaders,
      securitySchemes: { bearer: bearerScheme, basic: basicScheme },
    },
  }
}

function inOrderOfTags(routes: readonly RouteDefinition[]): ListedOperation[] {
  const order = Object.keys(tags)
  return routes
    .flatMap(({ path, failures, operations }) =>
      Object.entries(operations).map(([method, operation]) => ({ path, failures, method, operation })),
    )
    .filter(({ operation }) => operation.response.status !== 404)
    .sort(
      (a, b) =>
        order.indexOf(a.operation.tag) - order.indexOf(b.operation.tag) || a.path.localeCompare(b.path),
    )
}

const bearerScheme = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: `A token of a configured issuer for the configured audience. App roles: ${appRoles.join(', ')}.`,
}

const basicScheme = {
  type: 'http',
  scheme: 'basic',
  description:
    'The client ID and secret of an app at a configured issuer. The broker redeems them there. Token endpoint only.',
}
