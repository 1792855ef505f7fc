import { describe, expect, test } from 'vitest'
import { refusedByFlexConsumption } from '../../scripts/flexConsumption.ts'
import { allSettings } from '../../shared/settings.ts'
import { predicted, readJson, template } from './infraFiles.ts'

const listed: Record<'site' | 'siteConfig' | 'appSettings', string[]> = readJson('infra/flexConsumption.json')

describe('a name that Flex Consumption refuses or ignores', () => {
  test.each(['main', 'private'])('is neither in the template nor in the resources of %s', (parameters) => {
    expect(refusedByFlexConsumption(template)).toEqual([])
    expect(refusedByFlexConsumption(predicted(parameters))).toEqual([])
  })

  test.each(listed.siteConfig)('is found as siteConfig.%s, even in a module', (name) => {
    const site = { type: 'Microsoft.Web/sites', properties: { siteConfig: { [name]: 'any' } } }
    expect(refusedByFlexConsumption(nested(site))).toEqual([`siteConfig.${name}`])
    const web = { type: 'Microsoft.Web/sites/config', name: 'app/web', properties: { [name]: 'any' } }
    expect(refusedByFlexConsumption(nested(web))).toEqual([`siteConfig.${name}`])
  })

  test.each(listed.site)('is found as the site’s own property %s', (name) => {
    const site = { type: 'Microsoft.Web/sites', properties: { [name]: 1 } }
    expect(refusedByFlexConsumption(nested(site))).toEqual([`site.${name}`])
  })

  test.each(listed.appSettings)('is found as the application setting %s, in upper or lower case', (name) => {
    const config = { type: 'Microsoft.Web/sites/config', properties: { [name.toLowerCase()]: '1' } }
    expect(refusedByFlexConsumption(nested(config))).toEqual([`appSettings.${name.toLowerCase()}`])
    const site = { properties: { siteConfig: { appSettings: [{ name, value: '1' }] } } }
    expect(refusedByFlexConsumption(nested(site))).toEqual([`appSettings.${name}`])
  })

  test('is not one of the broker’s settings, so none can be passed through `settings`', () => {
    const own = Object.fromEntries(allSettings().map(({ name }) => [name, '']))
    expect(refusedByFlexConsumption(own)).toEqual([])
    expect(refusedByFlexConsumption(template.definitions)).toEqual([])
  })
})

/** A template with the resource in a module. */
function nested(resource: object) {
  return { resources: { module: { properties: { template: { resources: { resource } } } } } }
}
