/** CRC-32C, as its polynomial is written with the lowest power first. */
const CASTAGNOLI = 0x82f63b78;
const MASK = 0xa282ead8;

/**
 * The checksum that TFRecord files have beside each length.
 *
 * @param bytes A few bytes.
 * @returns Their CRC-32C, turned and shifted as the format says.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CASTAGNOLI : 0);
  }
  const sum = ~crc >>> 0;
  return ((sum >>> 15 | sum << 17) + MASK) >>> 0;
}
