/** Computes the checksum that zip archives carry. */
export type Crc32 = (bytes: Uint8Array) => number;

/** Begins the header before an entry. */
export const LOCAL = 0x0403_4b50;
/** Begins an entry of the list at the end. */
export const CENTRAL = 0x0201_4b50;
/** Begins the end of the archive. */
export const END = 0x0605_4b50;
/** How long these are without names, extras and comments. */
export const [LOCAL_BYTES, CENTRAL_BYTES, END_BYTES] = [30, 46, 22] as const;
