import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { AzError } from '../azure/az.ts'
import { SetupError } from './setup.ts'

/** Why the setup can't go on, and the next command or action of the person. */
export interface Failure {
  readonly detail: string
  readonly next: string
}

const again = 'run the same command again'

/**
 * Explains a failure of the Azure CLI, of the vault, or of a step.
 * @throws the error itself if it's none of these.
 */
export function explainFailure(error: unknown): Failure {
  if (error instanceof SetupError) return { detail: error.message, next: error.next }
  if (error instanceof StorageUnavailableError) return { detail: error.message, next: nextForVault(error) }
  if (error instanceof AzError) return { detail: error.message, next: nextForAz(error) }
  if ((error as { code?: string }).code === 'ENOENT')
    return { detail: 'The Azure CLI isn’t installed.', next: 'https://aka.ms/azure-cli' }
  throw error
}

function nextForAz(error: AzError): string {
  if (error.isTooOld) return `Your Azure CLI is too old for this command. Run az upgrade, then ${again}.`
  if (error.isForbidden) return `Ask for the right that the message names, and ${again}.`
  return error.isLoggedOut ? 'az login' : `Correct what the message names, and ${again}.`
}

function nextForVault({ service, status }: StorageUnavailableError): string {
  if (service === 'identity') return 'az login'
  return status === 403
    ? `The vault refuses you: your role Key Vault Secrets Officer is missing, or its firewall keeps you out (docs/deploy.md, "Private networking"). Then ${again}.`
    : `Run the same command again.`
}
