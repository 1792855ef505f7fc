import type { OutgoingHost } from '../outgoingHosts.ts'

/** The list for people, below the doctor's table: which hosts a firewall must let the broker reach. */
export function toOutgoingTable(hosts: readonly OutgoingHost[]): string {
  const width = Math.max(...hosts.map(({ host }) => host.length))
  const lines = hosts.map(
    ({ host, purposes, isOptional }) =>
      `  ${host.padEnd(width)}  ${purposes.join('; ')}${isOptional ? ' (optional)' : ''}`,
  )
  return ['With these settings, the broker calls:', ...lines].join('\n')
}
