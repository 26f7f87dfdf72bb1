// A screenshot as a smaller file of the same pixels: without the alpha channel that says nothing, filtered and packed as well as can be.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_LENGTH = 8;
/** What a filter reckons with: the bytes to the left, above, and above left. */
const FILTERS: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/** Packs a PNG of 8 bits a channel, as browsers draw it, anew. */
export function smallerPng(png: Buffer): Buffer {
  const header = Buffer.from(png.subarray(SIGNATURE_LENGTH + 8, SIGNATURE_LENGTH + 21));
  const width = header.readUInt32BE(0);
  const channels = header[9] === 6 ? 4 : 3;
  const rows = unfiltered(inflateSync(Buffer.concat(dataOf(png))), width * channels, channels);
  const opaque = channels === 4 ? rows.map((row) => withoutAlpha(row)) : rows;
  header[9] = 2;
  const candidates = [plainly(opaque), byLeastSum(opaque)].map((data) =>
    deflateSync(data, { level: 9, memLevel: 9 }),
  );
  const [smallest = Buffer.alloc(0)] = candidates.sort((a, b) => a.length - b.length);
  const chunks = [chunk("IHDR", header), chunk("IDAT", smallest), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([png.subarray(0, SIGNATURE_LENGTH), ...chunks]);
}

function dataOf(png: Buffer): Buffer[] {
  const data: Buffer[] = [];
  for (let at = SIGNATURE_LENGTH; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return data;
}

function unfiltered(data: Buffer, length: number, step: number): Buffer[] {
  const rows: Buffer[] = [];
  let above = Buffer.alloc(length);
  for (let at = 0; at < data.length; at += length + 1) {
    const filter = FILTERS[data[at] ?? 0] ?? paeth;
    const row = Buffer.from(data.subarray(at + 1, at + 1 + length));
    for (let i = 0; i < length; i += 1)
      row[i] = (row[i] ?? 0) + filter(row[i - step] ?? 0, above[i] ?? 0, above[i - step] ?? 0);
    rows.push(row);
    above = row;
  }
  return rows;
}

function withoutAlpha(row: Buffer): Buffer {
  return Buffer.from(row.filter((_, index) => index % 4 !== 3));
}

function plainly(rows: readonly Buffer[]): Buffer {
  return Buffer.concat(rows.flatMap((row) => [Buffer.of(0), row]));
}

/** Each row by the filter that leaves the smallest numbers. */
function byLeastSum(rows: readonly Buffer[]): Buffer {
  const filtered = rows.map((row, index) => {
    const above = rows[index - 1] ?? Buffer.alloc(row.length);
    const tries = FILTERS.map((filter, type) => filteredRow(row, above, { filter, type }));
    return tries.reduce((best, each) => (sumOf(each) < sumOf(best) ? each : best));
  });
  return Buffer.concat(filtered);
}

function filteredRow(
  row: Buffer,
  above: Buffer,
  by: { readonly filter: (typeof FILTERS)[number]; readonly type: number },
): Buffer {
  const result = Buffer.alloc(row.length + 1, by.type);
  for (let i = 0; i < row.length; i += 1)
    result[i + 1] = (row[i] ?? 0) - by.filter(row[i - 3] ?? 0, above[i] ?? 0, above[i - 3] ?? 0);
  return result;
}

function sumOf(row: Buffer): number {
  return row.subarray(1).reduce((sum, byte) => sum + Math.min(byte, 256 - byte), 0);
}

function paeth(left: number, up: number, corner: number): number {
  const [toLeft, toUp, toCorner] = [up - corner, left - corner, left + up - 2 * corner].map(
    Math.abs,
  );
  if (toLeft === undefined || toUp === undefined || toCorner === undefined) return 0;
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
