// Plain JavaScript, loaded first: an older Node would crash on TypeScript or in the database driver.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Latchkey needs Node 22.18 or newer, and this is Node ${process.versions.node}. ` +
      "Run it with “npm start” after “npm ci” (without --ignore-scripts): the project brings its own Node 24.\n",
  );
  process.exit(1);
}

// Node reads the 180 KB package.json of drizzle-orm again for each of its ES modules, which costs half a second and 200 MB
// per start. Its CommonJS build has the same code.
const { createRequire, registerHooks, enableCompileCache } = await import("node:module");
enableCompileCache(`${import.meta.dirname}/../node_modules/.cache/node`);
registerHooks({
  resolve(specifier, context, nextResolve) {
    const isDrizzle = specifier === "drizzle-orm" || specifier.startsWith("drizzle-orm/");
    return nextResolve(specifier, isDrizzle ? { ...context, conditions: ["node", "require"] } : context);
  },
});

// Native modules have to fit the machine: copied from another one, or half installed, they would fail with a stack trace. These
// two are loaded by every entry point anyway.
const require = createRequire(import.meta.url);
for (const [name, tryOut] of [["better-sqlite3", (Database) => new Database(":memory:").close()], ["@node-rs/argon2"]]) {
  try {
    const library = require(name);
    tryOut?.(library);
  } catch {
    process.stderr.write(
      `Latchkey cannot start: the library ${name} is missing, or was installed for another machine than this one ` +
        `(${process.platform}, ${process.arch}). Run “npm ci” in the project's folder, on this machine.\n`,
    );
    process.exit(1);
  }
}
