import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { validate } from "dockerfile-utils";
import { parse } from "yaml";
import { readConfig } from "#accounts/config.ts";
import { settings } from "#accounts/settings.ts";

/* deploy/ without Docker: what can be said about it by reading. */

const ROOT = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const dockerfile = read("deploy/Dockerfile");
const { services, networks, volumes } = parse(read("deploy/compose.yaml"));
const { latchkey, caddy } = services;

test("the Dockerfile has no fault that a linter finds, and the Node that Latchkey installs", () => {
  expect(validate(dockerfile)).toEqual([]);
  const { node } = JSON.parse(read("package.json")).dependencies;
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(images).toEqual([`node:${node}-trixie-slim`, `node:${node}-trixie-slim`]);
});

test("the image runs what systemd runs, without rights, with its data in a volume", () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf("FROM "));
  expect(last).toMatch(/^USER node$/m);
  expect(last).not.toMatch(/^RUN .*(apt-get|npm)/m);
  const command = JSON.parse(last.match(/^CMD (\[.*\])$/m)?.[1] ?? "").slice(1);
  const [, unit = ""] = read("docs/operations.md").match(/^ExecStart=\S+ (.*)$/m) ?? [];
  expect(command).toEqual(unit.split(" ").filter((word) => !word.startsWith("--env-file")));
  const [, environment = ""] = last.match(/^ENV (.*)$/m) ?? [];
  const given = Object.fromEntries(environment.split(" ").map((one) => one.split("=")));
  const { dataDir, host } = readConfig(given);
  expect([dataDir, host, last.match(/^VOLUME (.*)$/m)?.[1]]).toEqual(["/data", "0.0.0.0", "/data"]);
});

test("the image gets none of what is in the working folder but isn't the project's", () => {
  const ignored = read("deploy/Dockerfile.dockerignore").split("\n");
  for (const name of [".git", ".env", ".next", "data", "data-dev", "**/node_modules"]) expect(ignored).toContain(name);
  for (const name of ignored.filter((name) => /^[a-z]+$/.test(name) && existsSync(join(ROOT, name)))) {
    expect(["bench", "data", "e2e", "examples"]).toContain(name);
  }
});

test("compose.yaml runs Latchkey without rights on a read-only disk, and only Caddy is reached from outside", () => {
  expect(latchkey).toMatchObject({ read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"], volumes: ["data:/data"] });
  expect(latchkey.ports).toBeUndefined();
  expect(Number.parseInt(latchkey.stop_grace_period, 10)).toBeGreaterThan(14); // see docs/operations.md
  expect(Object.keys(latchkey.environment).filter((name) => !(name in settings))).toEqual([]);
  expect(latchkey.environment.TRUSTED_PROXIES).toBe(caddy.networks.inside.ipv4_address);
  expect(latchkey.networks).toEqual(Object.keys(networks));
  expect(existsSync(join(ROOT, "deploy", latchkey.build.context, latchkey.build.dockerfile))).toBe(true);
  const named = [...latchkey.volumes, ...caddy.volumes].map((one: string) => one.split(":")[0]).filter((one) => !one?.startsWith("."));
  expect(named.toSorted()).toEqual(Object.keys(volumes).toSorted());
});

test("Caddy does in the container what docs/operations.md says", () => {
  const lines = (text: string) => text.replaceAll(/^\s+|^#.*\n/gm, "").trim();
  const [, recipe = ""] = read("docs/operations.md").match(/^```\n(accounts\.example\.org \{.*?)^```$/ms) ?? [];
  const inside = read("deploy/Caddyfile").replaceAll("{$SITE}", "accounts.example.org").replace("latchkey:8000", "127.0.0.1:8000");
  expect(lines(inside)).toBe(lines(recipe));
});
