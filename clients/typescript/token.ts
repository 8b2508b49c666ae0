const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHAPE = /^lkp?_[0-9A-Za-z]{56}$/; // of a session, or a personal access token
const CHECKSUM_LENGTH = 5;

/** Whether this is a token, going by its form and checksum. What isn't one needn't be asked about. */
export function isToken(text: string): boolean {
  return SHAPE.test(text) && text.endsWith(checksum(text.slice(0, -CHECKSUM_LENGTH)));
}

/** The token in the value of a header `Authorization`, of the scheme Bearer or Token; undefined if there is none. */
export function tokenIn(authorization: string | null | undefined): string | undefined {
  return authorization?.match(/^(?:bearer|token)[ \t]+(\S+)[ \t]*$/i)?.[1];
}

/** CRC-32 in base62, as Latchkey makes it. */
function checksum(text: string): string {
  let rest = crc32(text) % ALPHABET.length ** CHECKSUM_LENGTH;
  let digits = "";
  for (; digits.length < CHECKSUM_LENGTH; rest = Math.floor(rest / ALPHABET.length)) digits = ALPHABET[rest % ALPHABET.length] + digits;
  return digits;
}

const REVERSED_POLYNOMIAL = 0xedb88320;
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ REVERSED_POLYNOMIAL : remainder >>> 1;
  return remainder;
});

function crc32(text: string): number {
  let remainder = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    remainder = (REMAINDERS[(remainder ^ text.charCodeAt(at)) & 0xff] ?? 0) ^ (remainder >>> 8);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
