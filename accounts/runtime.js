// Plain JavaScript, loaded before anything else: an older Node would crash on TypeScript, or inside the database driver.
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Latchkey needs Node 22.18 or newer, and this is Node ${process.versions.node}. ` +
      "Run it with “npm start” after “npm ci” (without --ignore-scripts): the project brings its own Node 24.\n",
  );
  process.exit(1);
}

// drizzle-orm's ES modules make Node read its 180 KB package.json again for each of their files: half a second and 200 MB
// at every start. Its CommonJS build is the same code without that.
const { registerHooks, enableCompileCache } = await import("node:module");
enableCompileCache(`${import.meta.dirname}/../node_modules/.cache/node`);
registerHooks({
  resolve(specifier, context, nextResolve) {
    const isDrizzle = specifier === "drizzle-orm" || specifier.startsWith("drizzle-orm/");
    return nextResolve(specifier, isDrizzle ? { ...context, conditions: ["node", "require"] } : context);
  },
});
