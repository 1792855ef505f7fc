import { optional, withDefault } from './setting.ts'
import type { UrlSchemas } from './urls.ts'
import { wholeNumber } from './values.ts'

const hours = wholeNumber(1, 24).refine((each) => 24 % each === 0, 'must divide 24')

/** Where and how often the tables are copied. */
export const backupSettings = (urls: UrlSchemas) => ({
  containerUrl: optional('BACKUP_CONTAINER_URL', urls.web, {
    meaning:
      'A blob container, best in another region, to which a timer copies the tables. When empty, the broker makes no backup. See docs/recovery.md.',
    example: 'https://backups.blob.core.windows.net/tables',
  }),
  hours: withDefault('BACKUP_HOURS', hours, {
    meaning:
      'Hours between two backups, counted from midnight (UTC): 1, 2, 3, 4, 6, 8, 12, or 24. What was written since the last one is lost with the tables.',
    default: '24',
    example: '6',
  }),
})
