metadata description = 'Values that Azure would refuse half-way, or that would silently mean something else: refused before anything is created.'

import { givenDnsZones } from 'types.bicep'

@export()
@description('The broker’s name. Vaults and storage take no other characters (management/resource-name-rules).')
func nameOf(name string) string =>
  empty(filter(
      map(range(0, length(name)), index => toLower(substring(name, index, 1))),
      letter => !contains('abcdefghijklmnopqrstuvwxyz0123456789-', letter)
    )) && !startsWith(name, '-')
    ? name
    : fail('name is ${name}: use only letters, digits, and hyphens, and no hyphen first, because vaults and storage take nothing else.')

@export()
@description('Public ranges that may reach storage and vaults. Storage takes neither /31 and /32 nor private ranges (storage/common/storage-network-security).')
func rangesOf(ranges string[], privateNetworking bool) string[] =>
  !empty(ranges) && !privateNetworking
    ? fail('allowedIpRanges has no effect without privateNetworking: storage and vaults would stay open to every address.')
    : empty(filter(ranges, each => endsWith(each, '/31') || endsWith(each, '/32')))
        ? empty(filter(ranges, each => isPrivate(each)))
            ? ranges
            : fail('allowedIpRanges has a private range: storage takes only public ones. Reach it through the network instead.')
        : fail('allowedIpRanges has a /31 or /32, which storage refuses: write each address on its own, without the slash.')

func isPrivate(ipRange string) bool =>
  startsWith(ipRange, '10.') || startsWith(ipRange, '192.168.') || (startsWith(ipRange, '172.') && contains(
    map(range(16, 16), second => string(second)),
    split('${ipRange}.', '.')[1]
  ))

@export()
@description('The storage account’s redundancy. Under `GRANT_STORE=sealed`, tables hold the only copy of every consent, so it needs a second one.')
func storageSkuOf(sku string, grantStore string, hasOtherCopy bool) string =>
  grantStore != 'sealed' || contains(['Standard_GRS', 'Standard_GZRS'], sku) || hasOtherCopy
    ? sku
    : fail('GRANT_STORE is sealed and storageSku is ${sku}: tables would hold the only copy of every consent, in one region. Use Standard_GZRS or Standard_GRS, or set acceptSealedWithoutCopy.')

@export()
@description('Whether the app gets a network that the deployment doesn’t create.')
func hasOwnNetwork(appSubnetId string, endpointSubnetId string, privateNetworking bool) bool =>
  !empty(endpointSubnetId) && !privateNetworking
    ? fail('endpointSubnetId has no effect without privateNetworking.')
    : privateNetworking && empty(appSubnetId) != empty(endpointSubnetId)
        ? fail('appSubnetId and endpointSubnetId belong together: an existing network needs both, a new one neither.')
        : contains(last(split(appSubnetId, '/'))!, '_')
            ? fail('appSubnetId names a subnet with an underscore, which Flex Consumption refuses.')
            : !empty(appSubnetId)

@export()
@description('The given DNS zones: all four, or none.')
func zonesOf(zones givenDnsZones, byPolicy bool, privateNetworking bool) givenDnsZones =>
  empty(zones)
    ? byPolicy && !privateNetworking ? fail('privateDnsByPolicy has no effect without privateNetworking.') : {}
    : !privateNetworking
        ? fail('privateDnsZoneIds has no effect without privateNetworking.')
        : byPolicy
            ? fail('privateDnsZoneIds and privateDnsByPolicy exclude each other: with the policy, the template creates no records.')
            : length(zones) == 4 ? zones : fail('privateDnsZoneIds needs all four: blob, queue, table, and vault.')

@export()
@description('An existing workspace. Its owner sets retention and cap.')
func workspaceOf(id string, retentionDays int, dailyCapGb int) string =>
  empty(id) || (retentionDays == 90 && dailyCapGb == -1)
    ? id
    : fail('logRetentionDays and logDailyCapGb have no effect on an existing workspace: set them there, and leave them at 90 and -1 here.')

@export()
@description('Whether only the front can reach the app.')
func isClosedOf(frontDoorIds string[], frontIpRanges string[], publicUrl string) bool =>
  empty(frontDoorIds) && empty(frontIpRanges)
    ? false
    : empty(publicUrl)
        ? fail('publicUrl is empty: with frontDoorIds or frontIpRanges, nobody can reach the broker at its own host name. Set publicUrl to the front’s address.')
        : true

@export()
@description('Whether alerts may reach nobody: only if said by name.')
func areHeardOf(receivers int, acceptsSilence bool) bool =>
  receivers > 0 || acceptsSilence
    ? receivers > 0
    : fail('Alerts would reach nobody: set alertEmails, alertWebhooks, alertSms, or alertActionGroupIds, or accept it with acceptSilentAlerts.')

@export()
@description('The first month of the budget. Azure refuses another one later, so it can’t be the month of the deployment.')
func budgetStartOf(monthlyBudget int, start string) string =>
  monthlyBudget == 0 || endsWith(start, '-01')
    ? start
    : fail('budgetStart must be the first day of the month in which you set monthlyBudget, such as 2027-01-01. Never change it afterwards: Azure refuses another one.')
