import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Core, createCore, type LogEntry, type RegisteredFunction } from './core.ts'
import { supplyCoreModule } from './coreModule.ts'
import { captureStreamListener } from './streamListener.ts'

/** A loaded app whose `appStart` hooks have run. */
export interface LoadedApp {
  readonly folder: string
  readonly core: Core
  readonly functions: ReadonlyMap<string, RegisteredFunction>
  /** Data that the app's hooks share for the life of the process. */
  readonly appHookData: Record<string, unknown>
  /** The library's own listener; set if the app enabled HTTP streams. */
  readonly streamListener: Server | undefined
}

/** An app's entry can't be found or throws while loading; `cause` is the thrown value. */
export class AppLoadError extends Error {
  override readonly name = 'AppLoadError'
}

/** The worker's capabilities, as reported to the programming model (worker `getWorkerCapabilities.ts`). */
const workerCapabilities = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
}

/**
 * Loads the app in `folder` like the worker (`src/startApp.ts`): the files in `main` of `package.json`,
 * in order, then the `appStart` hooks, then the model's capabilities; later registrations fail.
 * @throws AppLoadError if there is no entry or it throws.
 */
export async function loadApp(folder: string, log: (entry: LogEntry) => void): Promise<LoadedApp> {
  const core = createCore(log)
  supplyCoreModule(core.api)
  const appHookData: Record<string, unknown> = {}
  await loadEntries(folder)
  await core.runHooks('appStart', { hookData: {}, appHookData, functionAppDirectory: folder })
  const model = core.programmingModel()
  const streamListener = await captureStreamListener(async () => {
    await model?.getCapabilities?.({ ...workerCapabilities })
  })
  core.finishStartup()
  return { folder, core, functions: core.functions, appHookData, streamListener }
}

async function loadEntries(folder: string): Promise<void> {
  const { main, type } = await readPackageJson(folder)
  for (const file of findEntries(folder, main)) {
    try {
      await loadEntry(join(folder, file), type)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new AppLoadError(`The app's entry "${file}" failed to load: ${reason}`, { cause })
    }
  }
}

async function readPackageJson(folder: string): Promise<{ main: string; type?: string }> {
  const path = join(folder, 'package.json')
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new AppLoadError(`There is no readable package.json in ${folder}.`, { cause })
  })
  const { main, type } = JSON.parse(text) as { main?: string; type?: string }
  if (!main) throw new AppLoadError('package.json names no `main`, so there is no app to load.')
  return type ? { main, type } : { main }
}

function findEntries(folder: string, main: string): string[] {
  const files = globSync(main, { cwd: folder }).sort()
  if (files.length > 0) return files
  throw new AppLoadError(`package.json \`main\` is "${main}", and no file matches it. Was the app built?`)
}

/** `.mjs` is an ES module, `.cjs` is not, and `type` in `package.json` decides for others (worker `isESModule`). */
async function loadEntry(path: string, type: string | undefined): Promise<void> {
  const isModule = path.endsWith('.mjs') || (!path.endsWith('.cjs') && type === 'module')
  if (isModule) await import(pathToFileURL(path).href)
  else createRequire(import.meta.url)(path)
}
