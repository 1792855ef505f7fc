import { Problem } from '../problems.ts'
import { type PartlyReadBody, readBeginning } from './readBeginning.ts'

/** Reads the beginning of Microsoft's answer. @throws Problem if the answer breaks off before it can be read. */
export async function readAnswer(
  body: AsyncIterable<Uint8Array> | null,
  bytes: number,
): Promise<PartlyReadBody> {
  return readBeginning(body, bytes).catch(() => {
    const members = { reason: 'advertising_answer_unusable' }
    throw new Problem('advertising_unavailable', { retryAfterSeconds: 5, members })
  })
}
