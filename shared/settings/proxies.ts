import type { SettingFault } from './faults.ts'
import type { RawSettings } from './read.ts'

/**
 * The variables that name an outbound proxy, in both spellings that libraries read. `NO_PROXY` alone has no effect.
 */
export const proxyVariables: readonly string[] = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap(
  (name) => [name, name.toLowerCase()],
)

/**
 * Faults of an outbound proxy. The Azure SDK and the Functions host follow these variables, `fetch` and `node:https`
 * don't (docs/decisions/0025-no-outbound-proxy.md), so one part of the broker would take the proxy and another would not.
 */
export function proxyFaults(env: RawSettings): SettingFault[] {
  return proxyVariables.flatMap((setting) =>
    env[setting]?.trim()
      ? [
          {
            setting,
            fault:
              'names an outbound proxy. Storage and telemetry would use it, but sign-in and Microsoft Advertising would not',
            meaning:
              'The broker supports no outbound proxy. Remove the variable; an empty one counts as unset. To control where the broker connects to, route its traffic through a firewall of the virtual network. Which hosts it needs: docs/deploy.md, “Hosts that the broker calls”.',
            example: '',
          },
        ]
      : [],
  )
}

/** The same variables without those that name an outbound proxy. */
export function withoutProxies(env: RawSettings): RawSettings {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !proxyVariables.includes(name)))
}
