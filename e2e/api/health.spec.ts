import { expect, test } from "../fixtures.ts";

for (const path of ["/health", "/health/"]) {
  test(`${path} says that process and database work, and nothing else`, async ({ latchkey }) => {
    const { status, body } = await latchkey.api("GET", path);
    expect(status).toBe(200);
    expect(body).toEqual({ status: "ok" });
  });
}
