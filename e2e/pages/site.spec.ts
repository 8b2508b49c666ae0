import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, WITHOUT_BROWSER } from "../pages.ts";
import { send } from "../request.ts";
import { newFolder, start, stop } from "../servers.ts";

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>';

test(
  "a service with its own name, logo, colour and links has them on its pages, at its start and in its mails",
  WITHOUT_BROWSER,
  async () => {
    const folder = newFolder("site");
    const logo = join(folder, "logo.svg");
    writeFileSync(logo, LOGO);
    const running = await start("front-door", folder, undefined, {
      SITE_NAME: "Ada & Söhne",
      SITE_LOGO: logo,
      SITE_COLOR: "#ffcb6b",
      SUPPORT_URL: "https://help.example.org/",
      PRIVACY_URL: "https://example.org/privacy",
      TERMS_URL: "https://example.org/terms",
    });
    const get = (path: string, headers = {}) => send(running.url, "GET", path, { headers });
    try {
      for (const path of ["/", "/login/", "/register/", "/nowhere/"]) {
        const { text, headers } = await get(path);
        expect(text, path).toMatch(/<title>[^<]* – Ada &amp; Söhne<\/title>/);
        expect(text, path).toContain('src="/site-logo/"');
        for (const page of ["https://help.example.org/", "https://example.org/privacy", "https://example.org/terms"])
          expect(text, path).toContain(`href="${page}"`);
        expect(text, path).not.toContain("Latchkey");
        expect(String(headers["content-security-policy"])).not.toContain("unsafe");
      }
      const [, styles = ""] = (await get("/login/")).text.match(/href="(\/site-css\/\?v=\w+)"/) ?? [];
      const sheet = await get(styles);
      expect([sheet.headers["content-type"], sheet.headers["cache-control"]]).toEqual([
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
      ]);
      expect(sheet.text, "the dark shade is the colour itself, and the light one is darker").toMatch(
        /--accent: light-dark\(#[0-9a-f]{6}, #ffcb6b\)/,
      );
      const image = await get("/site-logo/");
      expect([image.text, image.headers["content-type"]]).toEqual([LOGO, "image/svg+xml"]);
      expect(String(image.headers["content-security-policy"])).toMatch(/default-src 'none'.*sandbox/);

      const said = readFileSync(join(folder, "log"), "utf8");
      expect(said).toContain("Ada & Söhne (Latchkey) is running.");
      const json = { email: "nobody@example.org" };
      expect((await send(running.url, "POST", "/auth/forgot-password/", { json })).status).toBe(202);
      const [key] = said.match(/key=[\w-]+/) ?? [];
      const opened = await get(`/mail/open/?${key}`);
      const [cookie] = String(opened.headers["set-cookie"]).split(";");
      expect((await get("/mail/", { cookie })).text).toContain("You have no Ada &amp; Söhne account with this address");
    } finally {
      await stop(running);
    }
  },
);
