import assert from "node:assert/strict";
import { allowInsecureRequests, ClientSecretBasic, Configuration, tokenIntrospection, tokenRevocation } from "openid-client";

/** A service key as it is printed. OAuth clients take its id for their own, and the key for their secret. */
export type Key = { key: string; service_key: { id: number } };

/** Asks about the token of a user and about others, and ends it, as RFC 7662 and RFC 7009 say. */
export async function askAndEnd(url: string, { key, service_key: { id } }: Key): Promise<void> {
  const person = { email: "zoe@example.org", username: "zoe.martin", password: "Three kites over 5 roofs" };
  await post(`${url}/auth/create-user/`, person);
  const { token } = (await post(`${url}/auth/login/`, { email: person.email, password: person.password })) as { token: string };
  const addresses = { issuer: url, introspection_endpoint: `${url}/auth/introspect/`, revocation_endpoint: `${url}/auth/revoke/` };
  const configuration = new Configuration(addresses, String(id), undefined, ClientSecretBasic(key));
  allowInsecureRequests(configuration); // http, on loopback
  const { active, username: name, token_type, exp = 0 } = await tokenIntrospection(configuration, token);
  assert.deepEqual([active, name, token_type], [true, person.username, "Bearer"]);
  assert.ok(exp > Date.now() / 1_000);
  assert.deepEqual(await tokenIntrospection(configuration, `${token}x`), { active: false });
  await tokenRevocation(configuration, token);
  await tokenRevocation(configuration, token); // unknown by now, which is no error
  assert.deepEqual(await tokenIntrospection(configuration, token), { active: false });
  const forger = new Configuration(addresses, String(id), undefined, ClientSecretBasic("wrong"));
  allowInsecureRequests(forger);
  await assert.rejects(tokenIntrospection(forger, token), { code: "OAUTH_WWW_AUTHENTICATE_CHALLENGE" });
}

async function post(address: string, json: object): Promise<unknown> {
  const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(json) });
  assert.ok(answer.ok, `${address}: ${answer.status}`);
  return answer.json();
}
