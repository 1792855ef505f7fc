import type { Step } from './setup.ts'
import { apiApp } from './steps/apiApp.ts'
import { apiPrincipal } from './steps/apiPrincipal.ts'
import { clientSecret } from './steps/clientSecret.ts'
import { developerTokens } from './steps/developerTokens.ts'
import { login } from './steps/login.ts'
import { packageReader } from './steps/packageReader.ts'
import { parameters } from './steps/parameters.ts'
import { providers } from './steps/providers.ts'
import { provision } from './steps/provision.ts'
import { redirectUri } from './steps/redirectUri.ts'
import { region } from './steps/region.ts'
import { resourceGroup } from './steps/resourceGroup.ts'
import { roles } from './steps/roles.ts'
import { sealingKey } from './steps/sealingKey.ts'
import { signInApp } from './steps/signInApp.ts'

/** Everything between an empty subscription and a broker that only lacks its package, each step after those it needs. */
export const steps: readonly Step[] = [
  login,
  providers,
  region,
  resourceGroup,
  signInApp,
  apiApp,
  apiPrincipal,
  roles,
  parameters,
  provision,
  packageReader,
  redirectUri,
  sealingKey,
  clientSecret,
  developerTokens,
]
