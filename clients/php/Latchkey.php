<?php

declare(strict_types=1);

/**
 * Checks Latchkey's tokens in a service. Copy this file; it needs PHP 8.1, and remembers answers between requests if APCu is there.
 *
 *     $latchkey = new Latchkey('https://accounts.example.org', getenv('LATCHKEY_KEY'));
 *     $session = $latchkey->verify(Latchkey::tokenIn($_SERVER['HTTP_AUTHORIZATION'] ?? ''));
 *     if ($session === null) { http_response_code(401); exit; }
 *
 * The service key needs the right “introspect”. An ended session is refused after 5 seconds at the latest. When Latchkey can't be
 * asked, `verify` throws: let nobody in.
 */
final class Latchkey
{
    private const FRESH_SECONDS = 5;
    private const MAX_TOKENS = 10_000;
    private const MAX_ANSWER_BYTES = 65_536;
    private const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

    /** @var array<string, array{askedAt: int, session: ?array<string, mixed>}> */
    private array $known = [];

    public function __construct(private string $url, #[SensitiveParameter] private string $serviceKey)
    {
        $this->url = rtrim($url, '/');
    }

    /** The token in the value of a header `Authorization`; empty if there is none. */
    public static function tokenIn(string $authorization): string
    {
        return preg_match('/^(?:bearer|token)[ \t]+(\S+)[ \t]*$/Di', $authorization, $found) ? $found[1] : '';
    }

    /**
     * The session of a token (RFC 7662), or null if it has ended or this is no token.
     *
     * @return ?array<string, mixed>
     * @throws RuntimeException if it can't be found out
     */
    public function verify(#[SensitiveParameter] string $token): ?array
    {
        if (!self::isToken($token)) {
            return null;
        }
        $key = 'latchkey ' . hash('sha256', "$this->url $token");
        $known = $this->remembered($key);
        if ($known !== null && self::isFresh($known['askedAt'])) {
            return $known['session'];
        }
        $askedAt = hrtime(true);
        $answer = $this->introspect($token);
        if (!self::isFresh($askedAt)) {
            throw new RuntimeException('Latchkey’s answer came too late to be believed.');
        }
        $session = ($answer['active'] ?? false) === true ? $answer : null;
        $this->remember($key, ['askedAt' => $askedAt, 'session' => $session]);
        return $session;
    }

    /** Times are those of the monotonic clock, which no setting of the clock changes. */
    private static function isFresh(int $askedAt): bool
    {
        $age = hrtime(true) - $askedAt;
        return $age >= 0 && $age < self::FRESH_SECONDS * 1_000_000_000;
    }

    /** @return ?array{askedAt: int, session: ?array<string, mixed>} */
    private function remembered(string $key): ?array
    {
        if (!self::hasApcu()) {
            return $this->known[$key] ?? null;
        }
        $known = apcu_fetch($key);
        return is_array($known) ? $known : null;
    }

    /** @param array{askedAt: int, session: ?array<string, mixed>} $known */
    private function remember(string $key, array $known): void
    {
        if (self::hasApcu()) {
            apcu_store($key, $known, self::FRESH_SECONDS);
            return;
        }
        if (count($this->known) >= self::MAX_TOKENS) {
            $this->known = [];
        }
        $this->known[$key] = $known;
    }

    private static function hasApcu(): bool
    {
        return function_exists('apcu_enabled') && apcu_enabled();
    }

    /** @return array<string, mixed> */
    private function introspect(#[SensitiveParameter] string $token): array
    {
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => ["Authorization: Bearer $this->serviceKey", 'Content-Type: application/json', 'Connection: close'],
            'content' => json_encode(['token' => $token], JSON_THROW_ON_ERROR),
            'timeout' => self::FRESH_SECONDS,
            'follow_location' => 0,
            'ignore_errors' => false,
        ]]);
        $text = @file_get_contents("$this->url/auth/introspect/", false, $context, 0, self::MAX_ANSWER_BYTES);
        $answer = is_string($text) ? json_decode($text, true) : null;
        if (!is_array($answer)) {
            throw new RuntimeException("Latchkey at $this->url can't be asked.");
        }
        return $answer;
    }

    /** Whether form and checksum are those of a token, which needs no question. */
    private static function isToken(string $text): bool
    {
        if (!preg_match('/^lkp?_[0-9A-Za-z]{56}$/D', $text)) {
            return false;
        }
        $digits = '';
        for ($rest = crc32(substr($text, 0, -5)) % 62 ** 5; strlen($digits) < 5; $rest = intdiv($rest, 62)) {
            $digits = self::ALPHABET[$rest % 62] . $digits;
        }
        return str_ends_with($text, $digits);
    }
}
