/**
 * Tenants that `restore` and `rebuild-tables` work on at once; they mostly wait for storage. One partition of the
 * listing takes 2,000 entities a second (storage/tables/scalability-targets), and 16 writers that wait 10 ms for each
 * write 1,600. A vault takes 300 new secrets in 10 s (key-vault/general/service-limits): a rebuild writes one for each
 * grant that it proves, after a refresh and beside a discovery, which take about a second, so 16 write about 16 a
 * second.
 */
export const tenantsAtOnce = 16
