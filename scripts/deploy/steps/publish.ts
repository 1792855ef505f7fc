import { AzError } from '../../azure/az.ts'
import type { Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'
import { isSamePackage } from '../package.ts'
import { publishPackage } from '../publish.ts'
import { rollBack } from '../rollBack.ts'
import { noteUnproven } from './keep.ts'

/** The new package is published. A refused one may be live all the same, so the kept one then comes back. */
export const publish: Step<Deploy> = {
  title: 'publishing',
  async look({ facts }) {
    if (facts.isPublished) return undefined
    const isSame = facts.package && Buffer.isBuffer(facts.kept) && isSamePackage(facts.kept, facts.package)
    return isSame ? 'the same package again' : 'the new package'
  },
  async act(deploy) {
    const { facts } = deploy
    if (!facts.package) throw new Error('The package comes before its publishing.')
    await noteUnproven(deploy)
    try {
      await publishPackage(deploy, facts.package)
    } catch (error) {
      if (!(error instanceof AzError) || error.isLoggedOut || error.isTooOld) throw error
      throw await rollBack(deploy, `Azure refused the package: ${error.message}.`)
    }
    facts.isPublished = true
  },
}
