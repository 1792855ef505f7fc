import { type Config, providersOf } from '../config.ts'
import {
  clientCertificateName,
  clientSecretName,
  developerTokenName,
  sealingKeysName,
} from './brokerSecrets.ts'

/** The vault secrets that the settings require. During a rotation, each can have a `…-next` secret. */
export function requiredSecretNames({ environments, clientAuthentication }: Config): string[] {
  const perEnvironment = [...environments.values()].flatMap((settings) => {
    const { environment } = settings
    const clientSecrets = providersOf(settings).flatMap((provider) => {
      if (provider === 'google' || clientAuthentication === 'secret')
        return [clientSecretName(environment, provider)]
      return clientAuthentication === 'certificate' ? [clientCertificateName(environment)] : []
    })
    return [...clientSecrets, developerTokenName(environment)]
  })
  return [sealingKeysName, ...perEnvironment]
}
