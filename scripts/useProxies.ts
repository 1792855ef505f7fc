import http from 'node:http'
import { parseAddress } from './parseAddress.ts'

const proxyRules = {
  example: 'http://proxy.example:8080',
  schemes: ['http', 'https', 'socks', 'socks5'],
  takesCredentials: true,
}

/**
 * Makes a command's own calls (`fetch`, `node:https`) follow the proxy that its environment names, as the Azure SDK's do
 * by themselves: people run commands from networks that have no other way out. Does nothing without a proxy.
 * @throws UsageError if a proxy isn't an address.
 * @returns whether the proxy is followed; false only in a Node before 24.14, which can't.
 */
export function useProxies(env: NodeJS.ProcessEnv): boolean {
  const named = (name: string) => env[name] || env[name.toLowerCase()]
  const proxyIn = (name: string) => {
    const url = named(name)
    return url ? parseAddress(name, url, proxyRules) : undefined
  }
  // Node doesn't read ALL_PROXY (nodejs.org/api/http.html, "Built-in Proxy Support"), but the SDK does.
  const [https, plain] = ['HTTPS_PROXY', 'HTTP_PROXY'].map((name) => proxyIn(name) ?? proxyIn('ALL_PROXY'))
  if (!https && !plain) return true
  if (!('setGlobalProxyFromEnv' in http)) return false
  http.setGlobalProxyFromEnv({ HTTPS_PROXY: https, HTTP_PROXY: plain, NO_PROXY: named('NO_PROXY') })
  return true
}
