import { join } from "node:path";
import type { NextConfig } from "next";

export default {
  poweredByHeader: false,
  turbopack: { root: join(import.meta.dirname, "../..") }, // where Latchkey's client is; not needed once it is installed
} satisfies NextConfig;
