import { join } from "node:path";
import { stored } from "../database.ts";
import { expect, fill, PASSWORD, person, press, test, WITHOUT_JAVASCRIPT } from "../pages.ts";
import { newFolder, start, stop } from "../servers.ts";

test(
  "where addresses have to be confirmed, a new user confirms the address, and only then signs in",
  WITHOUT_JAVASCRIPT,
  async ({ page }) => {
    const folder = newFolder("required-proof");
    const running = await start("front-door", folder, undefined, { REQUIRE_VERIFIED_EMAIL: "on" });
    const { email, username } = person();
    const signIn = async () => {
      await fill(page, { "Email address": email, Password: PASSWORD });
      await press(page, "Sign in");
    };
    try {
      await page.goto(`${running.url}/register/`);
      await fill(page, { "Email address": email, "Create a password": PASSWORD, Username: username });
      await press(page, "Create account");
      await expect(page).toHaveURL(/\/login\//);
      await expect(page.getByRole("alert")).toContainText("Your account is ready. Confirm your email address with the link we’ve sent you");
      await signIn();
      await expect(page).toHaveURL(/\/login\//);
      await expect(page.getByRole("alert").first()).toContainText("Confirm your email address first: we’ve sent you a link.");
      const database = stored(join(folder, "data", "latchkey.db"));
      const mails = await database.rows("select text from emails where kind = 'verify' and recipient = ? order by id desc", email);
      await database.close();
      const [link = ""] = String(mails[0]?.text).match(/http\S+\?token=\w+/) ?? [];
      await page.goto(link);
      await fill(page, { Password: PASSWORD });
      await press(page, "Confirm email address");
      await page.goto(`${running.url}/login/`);
      await signIn();
      await expect(page).toHaveURL(`${running.url}/profile/`);
    } finally {
      await stop(running);
    }
  },
);
