const A_PART = 250; // of the 256 values, so that no address ends in 0 or 255

/** The nth address of 127.`second`.0.0 (and of the networks behind it): no two are the same, up to 62,500 in each. */
export function loopbackAddress(second: number, nth: number): string {
  const [third, fourth] = [Math.floor(nth / A_PART), nth % A_PART];
  return `127.${second + Math.floor(third / A_PART)}.${third % A_PART}.${1 + fourth}`;
}
