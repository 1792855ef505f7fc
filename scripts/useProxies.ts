import http from 'node:http'

/**
 * Makes a command's own calls (`fetch`, `node:https`) follow the proxy that its environment names, as the Azure SDK's do
 * by themselves: people run commands from networks that have no other way out. Does nothing without a proxy.
 * @returns whether the proxy is followed; false only in a Node before 24.14, which can't.
 */
export function useProxies(env: NodeJS.ProcessEnv): boolean {
  const named = (name: string) => env[name] || env[name.toLowerCase()]
  // Node doesn't read ALL_PROXY (nodejs.org/api/http.html, "Built-in Proxy Support"), but the SDK does.
  const [https, plain] = [named('HTTPS_PROXY'), named('HTTP_PROXY')].map((own) => own || named('ALL_PROXY'))
  if (!https && !plain) return true
  if (!('setGlobalProxyFromEnv' in http)) return false
  http.setGlobalProxyFromEnv({ HTTPS_PROXY: https, HTTP_PROXY: plain, NO_PROXY: named('NO_PROXY') })
  return true
}
