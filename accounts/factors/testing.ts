import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { clock, SECOND_MS } from "#accounts/clock.ts";

/* For tests only: the product never imports this file. */

const FLAGS = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40 };
const ICLOUD_KEYCHAIN = "fbfc3007-154e-4ecc-8c0b-6e020557d7bd";

/** What a test changes of an answer, which is otherwise that of an honest browser and authenticator. */
export type Changes = {
  origin?: string;
  rpId?: string;
  type?: string;
  challenge?: string;
  isVerified?: boolean;
  isBackedUp?: boolean;
  counter?: number;
  userHandle?: string | null;
  signature?: string;
};

type Creation = { challenge: string; rp: { id?: string }; user: { id: string } };
type Request = { challenge: string; rpId?: string };

/** An authenticator in software, with one passkey, and the browser in front of it: it answers as WebAuthn says, unless told otherwise. */
export class Authenticator {
  readonly credentialId = randomBytes(16).toString("base64url");
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #origin: string;
  readonly #aaguid: string;
  counter = 0;
  userHandle = "";

  constructor(origin: string, { aaguid = ICLOUD_KEYCHAIN } = {}) {
    this.#origin = origin;
    this.#aaguid = aaguid;
  }

  /** What `navigator.credentials.create` would give. */
  create({ challenge, rp, user }: Creation, changes: Changes = {}) {
    this.userHandle = user.id;
    const { x = "", y = "" } = this.#keys.publicKey.export({ format: "jwk" });
    const key = map([1, 2], [3, -7], [-1, 1], [-2, Buffer.from(x, "base64url")], [-3, Buffer.from(y, "base64url")]);
    const id = Buffer.from(this.credentialId, "base64url");
    const attested = Buffer.concat([Buffer.from(this.#aaguid.replaceAll("-", ""), "hex"), number16(id.length), id, key]);
    const authData = Buffer.concat([this.#head(rp.id ?? "", changes, FLAGS.attested), attested]);
    const clientDataJSON = this.#clientData("webauthn.create", challenge, changes);
    const attestationObject = map(["fmt", "none"], ["attStmt", map()], ["authData", authData]).toString("base64url");
    return this.#answer({ clientDataJSON, attestationObject, transports: ["internal", "hybrid"] });
  }

  /** What `navigator.credentials.get` would give; the counter rises with each call, unless one is given. */
  get({ challenge, rpId = "" }: Request, changes: Changes = {}) {
    const authenticatorData = this.#head(rpId, { counter: ++this.counter, ...changes });
    const clientDataJSON = this.#clientData("webauthn.get", challenge, changes);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    const signature = changes.signature ?? sign("sha256", signed, this.#keys.privateKey).toString("base64url");
    const userHandle = changes.userHandle === undefined ? this.userHandle : (changes.userHandle ?? undefined);
    return this.#answer({ clientDataJSON, authenticatorData: authenticatorData.toString("base64url"), signature, userHandle });
  }

  #answer<Response>(response: Response) {
    return { id: this.credentialId, rawId: this.credentialId, type: "public-key" as const, clientExtensionResults: {}, response };
  }

  #clientData(type: string, challenge: string, changes: Changes): string {
    const data = {
      type: changes.type ?? type,
      challenge: changes.challenge ?? challenge,
      origin: changes.origin ?? this.#origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  #head(rpId: string, { rpId: other, isVerified = true, isBackedUp = true, counter = 0 }: Changes, more = 0): Buffer {
    const backup = FLAGS.backupEligible | (isBackedUp ? FLAGS.backedUp : 0);
    const flags = FLAGS.present | (isVerified ? FLAGS.verified : 0) | backup | more;
    return Buffer.concat([sha256(Buffer.from(other ?? rpId)), Buffer.from([flags]), number32(counter)]);
  }
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();

function number16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

type Value = number | string | Buffer;

/** A map in CBOR; a Buffer that begins like a map is one. */
function map(...pairs: [Value, Value][]): Buffer {
  return Buffer.concat([
    Buffer.from([0xa0 | pairs.length]),
    ...pairs.flatMap(([key, value]) => [cbor(key), isMap(value) ? value : cbor(value)]),
  ]);
}

const isMap = (value: Value): value is Buffer => Buffer.isBuffer(value) && value.equals(Buffer.from([0xa0]));

function cbor(value: Value): Buffer {
  if (typeof value === "number") return head(value < 0 ? 1 : 0, value < 0 ? -1 - value : value);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([head(Buffer.isBuffer(value) ? 2 : 3, bytes.length), bytes]);
}

function head(type: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(type << 5) | value]);
  return value < 256 ? Buffer.from([(type << 5) | 24, value]) : Buffer.concat([Buffer.from([(type << 5) | 25]), number16(value)]);
}

/** The code that an authenticator app with this secret shows now, or so many steps later. */
export const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() + steps * 30 * SECOND_MS });

/** Six digits that are the code of no step near. */
export function wrongCode(secret: string): string {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code)) ?? assert.fail();
}
