const hosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether a URL leads to this machine, so that what is sent there without TLS never leaves it. */
export function isOnThisMachine(url: string): boolean {
  return hosts.has(new URL(url).hostname)
}
