const MAX_SIDE_PIXELS = 1_024; // twice the side of a stored picture
const SMALL_BYTES = 1_000_000;
const QUALITY = 0.9;

/**
 * A picture made small enough before it is sent, so that no photo of a phone meets the limits on size and pixels. Whatever the
 * browser can't read stays as it is, for the server to judge.
 */
export async function scaledPicture(file: File): Promise<File> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, MAX_SIDE_PIXELS / Math.max(picture.width, picture.height));
  if (scale === 1 && file.size <= SMALL_BYTES) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return file;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/webp", QUALITY)); // PNG where WebP can't be written
  return blob ? new File([blob], file.name, { type: blob.type }) : file;
}
