import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { SMTPServerOptions } from "smtp-server";
import { DeliveryError } from "./delivery-error.ts";
import { composeMessage } from "./message.ts";
import { DELIVERY_TIMES, deliver, type SmtpServer, smtpServer } from "./smtp.ts";
import { CERTIFICATE, mailServer, rawServer } from "./testing.ts";

const PASSWORD = "pass%w/ord@1";
const QUICK = { connect: 300, silence: 300, total: 600 };

const HEADERS = new Set(["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"]);

const mail = (more: Partial<Parameters<typeof composeMessage>[0]> = {}) => ({
  id: 7,
  recipient: "mary@example.org",
  subject: "Reset your Latchkey password",
  text: "Hello\n.\nChoose a new password: http://127.0.0.1:8000/reset-password/?token=lkl_x\n",
  html: "<p>Hello – <a href='http://127.0.0.1:8000/'>link</a></p>",
  createdAt: Date.UTC(2026, 10, 30, 20, 36, 51),
  ...more,
});

const plain = (port: number): SmtpServer => ({ host: "127.0.0.1", port, tls: "none", login: null });

/** A mail server for one test. */
async function serverFor(t: TestContext, options?: SMTPServerOptions) {
  const server = await mailServer(options);
  t.after(server.close);
  return server;
}

async function failureOf(server: SmtpServer, times = DELIVERY_TIMES): Promise<DeliveryError> {
  const failed = await deliver(server, await composeMessage(mail()), { times }).then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(failed instanceof DeliveryError, `${failed}`);
  assert.doesNotMatch(`${failed.message} ${failed.stack}`, /pass%w|cGFzcyV3/, "the password");
  return failed;
}

const refusing = (responseCode: number) => (_: unknown, __: unknown, done: (error?: Error) => void) =>
  done(Object.assign(new Error("No, thanks"), { responseCode }));

test("a mail arrives with its headers, text first and then HTML, and without anything that isn't needed", async (t) => {
  const { port, arrived } = await serverFor(t);
  await deliver(plain(port), await composeMessage(mail()));
  const [{ to, source, mail: read }] = arrived as [(typeof arrived)[0]];
  assert.deepEqual(to, ["mary@example.org"]);
  assert.equal(read.subject, "Reset your Latchkey password");
  assert.equal(read.from?.text, '"Latchkey" <no-reply@localhost>');
  assert.equal(read.text, mail().text);
  assert.equal(read.html, mail().html);
  assert.equal(read.date?.toISOString(), "2026-11-30T20:36:51.000Z");
  assert.equal(read.messageId, "<7.1796071011000.latchkey@localhost>");
  assert.equal(read.headers.get("auto-submitted"), "auto-generated");
  assert.deepEqual(new Set(read.headerLines.map(({ key }) => key)), HEADERS);
  assert.ok(source.indexOf("text/plain") < source.indexOf("text/html"));
});

test("with STARTTLS and with TLS from the start, the certificate is checked before anything is said", async (t) => {
  let logins = 0;
  const onAuth: SMTPServerOptions["onAuth"] = ({ username, password }, _, done) => {
    logins++;
    done(null, username === "latchkey" && password === PASSWORD ? { user: username } : undefined);
  };
  for (const tls of ["starttls", "from the start"] as const) {
    const { port, arrived } = await serverFor(t, { secure: tls === "from the start", authOptional: false, onAuth });
    const server: SmtpServer = { host: "localhost", port, tls, login: { user: "latchkey", pass: PASSWORD } };
    logins = 0;
    const unsafe = await failureOf({ ...server });
    assert.equal(unsafe.failure, "tls", `${tls}: a certificate that nobody vouches for: ${unsafe.message}`);
    const misnamed = await failureOf({ ...server, host: "127.0.0.1", ca: CERTIFICATE });
    assert.equal(misnamed.failure, "tls", `${tls}: another name: ${misnamed.message}`);
    assert.equal(logins, 0, "nobody heard the password");
    await deliver({ ...server, ca: CERTIFICATE }, await composeMessage(mail()));
    assert.equal(arrived.length, 1);
    const wrong = await failureOf({ ...server, ca: CERTIFICATE, login: { user: "latchkey", pass: `${PASSWORD}x` } });
    assert.deepEqual([wrong.failure, wrong.isFinal, wrong.isOfServer], ["authentication", false, true]);
    const none = await failureOf({ ...server, ca: CERTIFICATE, login: null });
    assert.deepEqual([none.failure, none.isFinal, none.isOfServer], ["authentication", false, true]);
  }
});

test("a server without TLS hears neither the password nor a mail", async (t) => {
  const { port, arrived } = await serverFor(t, { disabledCommands: ["STARTTLS"], allowInsecureAuth: true });
  const { failure, isOfServer } = await failureOf({
    host: "localhost",
    port,
    tls: "starttls",
    login: { user: "latchkey", pass: PASSWORD },
  });
  assert.deepEqual([failure, isOfServer, arrived.length], ["tls", true, 0]);
});

test("what a mail server refuses for good is final, what it refuses for now is not", async (t) => {
  const cases: [SMTPServerOptions, string, boolean, boolean][] = [
    [{ onMailFrom: refusing(550) }, "sender_refused", false, true],
    [{ onRcptTo: refusing(550) }, "recipient_refused", true, false],
    [{ onRcptTo: refusing(451) }, "recipient_refused", false, false],
    [{ onRcptTo: refusing(530) }, "authentication", false, true],
    [
      {
        onData: (stream, session, done) =>
          stream
            .resume()
            .on("error", done)
            .on("end", () => refusing(554)(stream, session, done)),
      },
      "message_refused",
      true,
      false,
    ],
    [
      {
        onData: (stream, session, done) =>
          stream
            .resume()
            .on("error", done)
            .on("end", () => refusing(452)(stream, session, done)),
      },
      "message_refused",
      false,
      false,
    ],
    [{ onConnect: (_, done) => done(Object.assign(new Error("busy"), { responseCode: 421 })) }, "not_ready", false, true],
  ];
  for (const [options, failure, isFinal, isOfServer] of cases) {
    const { port } = await serverFor(t, options);
    const error = await failureOf(plain(port));
    assert.deepEqual([error.failure, error.isFinal, error.isOfServer], [failure, isFinal, isOfServer], error.message);
  }
});

test("no server, a wrong name, silence, drops of bytes, garbage and closed connections end within the limits", async (t) => {
  const talk = async (how: Parameters<typeof rawServer>[0]) => {
    const server = await rawServer(how);
    t.after(server.close);
    return plain(server.port);
  };
  const gone = await rawServer(() => {});
  await gone.close();
  const drip = (socket: import("node:net").Socket) => {
    const timer = setInterval(() => socket.write("2"), 50);
    socket.once("close", () => clearInterval(timer));
  };
  const cases: [SmtpServer, string][] = [
    [plain(gone.port), "refused"],
    [{ ...plain(1), host: "mail.invalid" }, "name_not_found"],
    [await talk(() => {}), "time_limit"],
    [await talk(drip), "time_limit"],
    [await talk((socket) => socket.write("220 hello\r\n")), "time_limit"],
    [await talk((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")), "protocol"],
    [await talk((socket) => socket.write(Buffer.alloc(2_000_000, 1))), "protocol"],
    [await talk((socket) => socket.end()), "closed"],
    [await talk((socket) => socket.end("220 hello\r\n")), "closed"],
    [{ ...(await talk((socket) => socket.write("220 hello\r\n"))), tls: "from the start" }, "tls"],
  ];
  for (const [server, failure] of cases) {
    const error = await failureOf(server, failure === "time_limit" ? QUICK : DELIVERY_TIMES);
    assert.equal(error.failure, failure, error.message);
  }
});

test("an answer of the server is kept as one short line", async (t) => {
  const long = `550 5.7.1 refused \u0007 ${PASSWORD} ${"x".repeat(1_000)}`;
  const server = await rawServer((socket) => {
    socket.write("220 hello\r\n");
    socket.on("data", (data) =>
      socket.write(/^RCPT/.test(String(data)) ? `${long}\r\n` : /^AUTH/.test(String(data)) ? "235 ok\r\n" : "250 ok\r\n"),
    );
  });
  t.after(server.close);
  const error = await failureOf({ ...plain(server.port), login: { user: "latchkey", pass: PASSWORD } });
  assert.match(error.message, /^recipient_refused: 550 5\.7\.1 refused … x+$/);
  assert.ok(error.message.length < 250);
});

test("SMTP_URL says where, how safely and as whom; only this machine itself needs no TLS", () => {
  const read = (url: string) => Object.values(smtpServer(url));
  assert.deepEqual(read("smtp://latchkey:pass%25w%2ford%401@mail.example.org"), [
    "mail.example.org",
    587,
    "starttls",
    { user: "latchkey", pass: PASSWORD },
  ]);
  assert.deepEqual(read("smtps://mail.example.org"), ["mail.example.org", 465, "from the start", null]);
  assert.deepEqual(read("smtp://127.0.0.1:25"), ["127.0.0.1", 25, "none", null]);
  assert.deepEqual(read("smtp://[::1]:2525"), ["::1", 2525, "none", null]);
  assert.deepEqual(read("smtp://[2001:db8::1]:25"), ["2001:db8::1", 25, "starttls", null]);
});

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "Bcc: x@evil.example",
        "\r\n.\r\n",
        ",",
        ";",
        "<",
        ">",
        '"',
        "@",
        "\0",
        "a",
        "\u2028",
        "=?utf-8?q?=0d=0aBcc:x?=",
      ),
    )
    .map((parts) => parts.join("")),
);

test("nothing in a subject, a text or an address becomes a header, a recipient or another mail", async (t) => {
  const { port, arrived } = await serverFor(t);
  const optional = ["subject", "content-transfer-encoding"]; // as the text needs
  async function sendOne([subject, text, local]: string[]): Promise<boolean> {
    const message = await composeMessage(mail({ subject, text, recipient: `${local}@example.org` }));
    const error = await deliver(plain(port), message).catch((error: unknown) => error);
    assert.ok(error === undefined || (error instanceof DeliveryError && error.isFinal), `${error}`);
    return error === undefined;
  }
  const mails = fc.array(fc.tuple(hostile, hostile, hostile), { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(mails, async (mails) => {
      arrived.length = 0;
      const sent = await Promise.all(mails.map(sendOne)); // together, because a mail server lets each client wait a moment
      assert.equal(arrived.length, sent.filter(Boolean).length, "a refused address gets nothing, and nobody else does");
      for (const { to, mail: read } of arrived) {
        assert.equal(to.length, 1);
        assert.match(to[0] ?? "", /@example\.org$/);
        const names = read.headerLines.map(({ key }) => key);
        assert.deepEqual(new Set([...names, ...optional]), new Set([...HEADERS, ...optional]));
        assert.equal(names.length, new Set(names).size, "each once");
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
