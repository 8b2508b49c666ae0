import { defineConfig } from "drizzle-kit";
import { engine } from "./chosen-engine.ts";

/* `npm run db:generate` uses it twice, once for each engine. */

export default defineConfig({
  dialect: engine === "postgres" ? "postgresql" : "sqlite",
  casing: "snake_case",
  schema: "./db/*schema.ts",
  out: `./db/${engine}/migrations`,
});
