/*
 * The colours of a page from the one that the operator chose: its hue stays, and its lightness moves to the nearest shade that
 * can be read as text (WCAG 2.2, 1.4.3: 4.5 to 1), in light and in dark. Lightness is that of OKLCH, in which equal steps look equal.
 */

const CONTRAST = 4.6; // 4.5, and a little for rounding
const STEPS = 200;
const LIGHT_GROUNDS = ["#ffffff", "#f6f4ee", "#f0ede4"];
const DARK_GROUNDS = ["#101513", "#19201d", "#222b27"];
const NEUTRAL = 0.004;

type Lch = { l: number; c: number; h: number };

/** A colour for text and buttons, a stronger one for those under the pointer, one for text on it, and a faint one for areas. */
export type Shades = { accent: string; strong: string; on: string; wash: string };

/** The shades of a colour like #0c5f4c for the light and the dark theme. */
export function shadesOf(colour: string): { light: Shades; dark: Shades } {
  return { light: shades(colour, LIGHT_GROUNDS, -1), dark: shades(colour, DARK_GROUNDS, 1) };
}

/** `direction` is that away from the grounds: -1 is darker, 1 lighter. */
function shades(colour: string, grounds: string[], direction: 1 | -1): Shades {
  const lch = toLch(colour);
  const wash = toHex({ ...lch, l: direction < 0 ? 0.945 : 0.3, c: Math.min(lch.c, 0.035) });
  const accent = readable(lch, [...grounds, wash], direction);
  const strong = { ...accent, l: Math.min(0.97, Math.max(0.05, accent.l + direction * 0.08)) };
  const on = ["#ffffff", "#101513"].toSorted((a, b) => contrast(b, toHex(accent)) - contrast(a, toHex(accent)))[0] as string;
  return { accent: toHex(accent), strong: toHex(strong), on, wash };
}

/** The nearest shade, by lightness, that has the contrast on all grounds. */
function readable(lch: Lch, grounds: string[], direction: 1 | -1): Lch {
  for (let step = 0; step <= STEPS; step++) {
    const shade = { ...lch, l: Math.min(1, Math.max(0, lch.l + (direction * step) / STEPS)) };
    if (grounds.every((ground) => contrast(toHex(shade), ground) >= CONTRAST)) return shade;
  }
  return { l: direction < 0 ? 0 : 1, c: 0, h: 0 };
}

/** The contrast of two colours (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(hex: string): [number, number, number] {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/* The matrices of OKLab are by Björn Ottosson, https://bottosson.github.io/posts/oklab/. */

function toLch(hex: string): Lch {
  const [red, green, blue] = linear(hex);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const l = 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short;
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const b = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return { l, c: Math.hypot(a, b), h: Math.atan2(b, a) };
}

/** The colour as text; with less chroma if screens can't show it. */
function toHex({ l, c, h }: Lch): string {
  for (let chroma = c; ; chroma = Math.max(0, chroma - NEUTRAL)) {
    const channels = toLinear(l, chroma * Math.cos(h), chroma * Math.sin(h));
    if (chroma === 0 || channels.every((value) => value >= -0.0005 && value <= 1.0005)) return `#${channels.map(toByte).join("")}`;
  }
}

function toLinear(l: number, a: number, b: number): number[] {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

function toByte(value: number): string {
  const bounded = Math.min(1, Math.max(0, value));
  const encoded = bounded <= 0.0031308 ? bounded * 12.92 : 1.055 * bounded ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255)
    .toString(16)
    .padStart(2, "0");
}
