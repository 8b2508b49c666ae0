/** Next.js calls this once before it serves: what the front door prepares must also stand under plain Next.js. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { prepare } = await import("./app/prepare.ts");
  prepare();
}
