<?php

declare(strict_types=1);

// Run by “npm run clients”, which starts a Latchkey and gives tokens.

require __DIR__ . '/Latchkey.php';

[$url, $key, $live, $ended, $nobody] = array_map(fn ($name) => (string) getenv("LATCHKEY_$name"), ['URL', 'KEY', 'LIVE', 'ENDED', 'NOBODY']);

function expect(mixed $actual, mixed $expected, string $what): void
{
    if ($actual !== $expected) {
        fwrite(STDERR, "$what: " . var_export($actual, true) . "\n");
        exit(1);
    }
}

$latchkey = new Latchkey("$url/", $key);
for ($i = 0; $i < 3; $i++) {
    expect($latchkey->verify($live)['username'] ?? null, getenv('LATCHKEY_USERNAME'), 'the live token');
}
foreach ([$ended, '', substr($live, 0, -1) . '~', "$live\n", $key] as $token) {
    expect($latchkey->verify($token), null, 'another token');
}
foreach ([new Latchkey($url, substr($key, 0, -1)), new Latchkey($nobody, $key)] as $other) {
    try {
        expect($other->verify($live), 'nothing', 'without an answer');
    } catch (RuntimeException) {
        continue;
    }
}
foreach (["Bearer $live", "token  $live "] as $header) {
    expect(Latchkey::tokenIn($header), $live, $header);
}
foreach (["Basic $live", $live, '', "Bearer $live $live", "Bearer $live\n"] as $header) {
    expect(Latchkey::tokenIn($header), '', $header);
}
