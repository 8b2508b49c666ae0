import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";

type Size = { width?: number; height?: number };

/** A one-coloured picture; `colour` makes its bytes different from others. */
const picture = (colour: string, { width = 64, height = 64 }: Size) =>
  sharp({ create: { width, height, channels: 3, background: colour } });

export const png = (colour = "#2a6", size: Size = {}) => picture(colour, size).png().toBuffer();
export const jpeg = (colour = "#26a", size: Size = {}) => picture(colour, size).jpeg().toBuffer();
export const webp = (colour = "#a26", size: Size = {}) => picture(colour, size).webp().toBuffer();
export const gif = () => picture("#222", {}).gif().toBuffer();
export const avif = () => picture("#222", {}).avif().toBuffer();
export const tiff = () => picture("#222", {}).tiff().toBuffer();

export const svg = () =>
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script><rect width="64" height="64"/></svg>',
  );

/** Wider than high and red at its left half: as orientation 6 says, it is to be seen turned right, red at the top. */
export async function sideways(canary: string): Promise<Buffer> {
  const red = await sharp({ create: { width: 300, height: 300, channels: 3, background: "#ff0000" } })
    .png()
    .toBuffer();
  return sharp({ create: { width: 600, height: 300, channels: 3, background: "#0000ff" } })
    .composite([{ input: red, left: 0, top: 0 }])
    .jpeg({ quality: 95 })
    .withExif({ IFD0: { Copyright: canary, Artist: canary }, IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 3230/100" } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** A picture of noise: no two are alike. */
export function noise(side = 64): Promise<Buffer> {
  const background = { r: 128, g: 128, b: 128 };
  const create = {
    width: side,
    height: side,
    channels: 3 as const,
    background,
    noise: { type: "gaussian" as const, mean: 128, sigma: 60 },
  };
  return sharp({ create }).png().toBuffer();
}

/** A black PNG of any size in a file of a few kilobytes. */
export function flood(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8); // one bit a pixel, greyscale
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 1 });
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** A valid picture of exactly `bytes` bytes: JPEG readers pass over what follows the end of the image. */
export async function ofSize(bytes: number): Promise<Buffer> {
  const start = await jpeg();
  return Buffer.concat([start, Buffer.alloc(bytes - start.length)]);
}

export const blob = (bytes: Uint8Array, type = "image/png") => new Blob([new Uint8Array(bytes)], { type });
export const named = (bytes: Uint8Array, name: string, type = "image/png") => new File([new Uint8Array(bytes)], name, { type });
