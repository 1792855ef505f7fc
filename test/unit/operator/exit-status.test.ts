import { afterEach, expect, test, vi } from 'vitest'
import { BackupError } from '../../../scripts/backup/readBackup.ts'
import { BrokerUnreachableError } from '../../../scripts/callBroker.ts'
import { runOffline } from '../../../scripts/commandLine.ts'
import { UsageError } from '../../../scripts/usageError.ts'
import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import { OtherWriterError } from '../../../shared/operations/soleWriter.ts'
import { SettingsError } from '../../../shared/settings/faults.ts'

afterEach(() => {
  // The status of these tests is the runner's own.
  process.exitCode = undefined
  vi.restoreAllMocks()
})

test.each<[number, string, () => Promise<number>]>([
  [0, 'did its work', async () => 0],
  [1, 'left something undone', async () => 1],
  [1, 'was refused by storage', () => Promise.reject(new StorageUnavailableError('vault', 403, 'Forbidden'))],
  [1, 'isn’t the only writer', () => Promise.reject(new OtherWriterError('A broker is running.'))],
  [1, 'found a broken backup', () => Promise.reject(new BackupError('A file is missing.'))],
  [2, 'was typed wrong', () => Promise.reject(new UsageError('Pass one file.'))],
  [2, 'has faulty settings', () => Promise.reject(new SettingsError([]))],
  [2, 'doesn’t reach the broker', () => Promise.reject(new BrokerUnreachableError('Can’t reach it.'))],
])('the exit status is %i if a command %s', async (status, _why, command) => {
  vi.spyOn(console, 'error').mockReturnValue()
  await runOffline(command)
  expect(process.exitCode).toBe(status)
})
