import type { MsalPeerOptions } from './msalPeer.ts'

/** The table in which the MSAL peer keeps its users. */
export const peerTable = 'MsalUsers'

/** What both peers need. */
export interface PeerSettings extends MsalPeerOptions {
  /** A connection string. */
  readonly storage: string
  readonly vaultUrl: string
}

/** The settings as variables of a process. */
export function writePeerSettings(settings: PeerSettings): Record<string, string> {
  return { PEER_SETTINGS: JSON.stringify(settings) }
}

/** @throws SyntaxError without the variable of {@link writePeerSettings}. */
export function readPeerSettings({ PEER_SETTINGS: text = '' }: Readonly<NodeJS.ProcessEnv>): PeerSettings {
  return JSON.parse(text)
}
