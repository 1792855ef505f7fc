import { crc32, deflateRawSync } from 'node:zlib'

/** What an archive says about its file. Default is the truth, without a descriptor. */
export interface ZipContents {
  readonly descriptor?: 'signed' | 'bare'
  readonly flags?: number
  /** 0 is stored, 8 deflated. Default is 8. */
  readonly method?: number
  readonly crc?: number
  readonly size?: number
  readonly files?: number
}

/** An archive of one file, field by field. */
export function zipOf(content: Buffer, shape: ZipContents = {}): Buffer {
  const { descriptor, flags = descriptor ? 8 : 0, method = 8, files = 1 } = shape
  const data = method === 0 ? content : deflateRawSync(content)
  const name = Buffer.from('report.csv')
  const fields = Buffer.alloc(12)
  fields.writeUInt32LE(shape.crc ?? crc32(content), 0)
  fields.writeUInt32LE(data.byteLength, 4)
  fields.writeUInt32LE(shape.size ?? content.byteLength, 8)
  const head = Buffer.alloc(10)
  head.writeUInt16LE(20, 0)
  head.writeUInt16LE(flags, 2)
  head.writeUInt16LE(method, 4)
  const lengths = Buffer.from([name.byteLength, 0, 0, 0])
  const local = [Buffer.from('PK\x03\x04'), head, descriptor ? Buffer.alloc(12) : fields, lengths, name]
  const behind = descriptor === 'signed' ? [Buffer.from('PK\x07\x08'), fields] : [fields]
  const central = [
    ...[Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, fields, lengths],
    ...[Buffer.alloc(14), name],
  ]
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files, 8)
  end.writeUInt16LE(files, 10)
  return Buffer.concat([...local, data, ...(descriptor ? behind : []), ...central, end])
}
