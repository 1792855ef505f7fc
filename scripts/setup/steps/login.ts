import { type Az, AzError } from '../../azure/az.ts'
import { type Facts, SetupError, type Step } from '../setup.ts'

/** The Azure CLI is installed and logged in; its subscription is the one that's used. */
export const login: Step<{ readonly az: Az; readonly facts: Pick<Facts, 'tenantId'> }> = {
  title: 'login of the Azure CLI',
  async look({ az, facts }) {
    try {
      const account = (await az('account', 'show')) as { tenantId: string }
      facts.tenantId = account.tenantId
      return undefined
    } catch (error) {
      if (error instanceof AzError && error.isLoggedOut)
        throw new SetupError('You aren’t logged in.', 'az login')
      throw error
    }
  },
}
