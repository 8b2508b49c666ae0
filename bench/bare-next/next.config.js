import { join } from "node:path";

export default {
  serverExternalPackages: ["better-sqlite3"],
  turbopack: { root: join(import.meta.dirname, "../..") },
};
