import { createAuth } from "@latchkey/client/next";

export const { currentUser, requireUser, logIn, logOut, proxy } = createAuth({
  url: process.env.LATCHKEY_URL ?? "http://127.0.0.1:8000",
  serviceKey: process.env.LATCHKEY_KEY ?? "",
  name: "Notes",
  logInPath: "/login",
});
