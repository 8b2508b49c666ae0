// Package latchkey checks Latchkey's tokens in a service. Copy this file; it needs nothing but Go's own library.
//
//	verifier := latchkey.New("https://accounts.example.org", os.Getenv("LATCHKEY_KEY"))
//	http.Handle("/orders/", verifier.Require(orders))
//
// The service key needs the right “introspect”. An ended session is refused after 5 seconds at the latest. When Latchkey can't be
// asked, nobody is let in.
package latchkey

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	fresh          = 5 * time.Second
	maxTokens      = 10_000
	maxAnswerBytes = 64 * 1024
	checksumLength = 5
	alphabet       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

var shape = regexp.MustCompile(`^lkp?_[0-9A-Za-z]{56}$`)

// ErrUnavailable means that it can't be found out whose token it is. Refuse the request, with 503.
var ErrUnavailable = errors.New("latchkey can't be asked")

// Session is the session of a token (RFC 7662).
type Session struct {
	Active   bool   `json:"active"`
	UserID   string `json:"sub"`
	Username string `json:"username"`
	ID       string `json:"sid"`
	Expires  int64  `json:"exp"`
	Scope    string `json:"scope"`
}

type known struct {
	session *Session
	askedAt time.Time // with Go's monotonic clock
}

// Verifier asks Latchkey about tokens. It is safe for use by several goroutines.
type Verifier struct {
	url, serviceKey string
	client          *http.Client
	lock            sync.Mutex
	known           map[[sha256.Size]byte]known
}

// New makes a verifier that asks the Latchkey at this address.
func New(url, serviceKey string) *Verifier {
	return &Verifier{
		url:        strings.TrimRight(url, "/"),
		serviceKey: serviceKey,
		known:      map[[sha256.Size]byte]known{},
		client: &http.Client{
			Timeout:       fresh,
			Transport:     &http.Transport{MaxConnsPerHost: 32, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute}, // no proxy
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Verify returns the session of a token; nil if it has ended, or if this is no token.
func (v *Verifier) Verify(ctx context.Context, token string) (*Session, error) {
	if !isToken(token) {
		return nil, nil
	}
	key := sha256.Sum256([]byte(token))
	v.lock.Lock()
	found, ok := v.known[key]
	v.lock.Unlock()
	if ok && time.Since(found.askedAt) < fresh {
		return found.session, nil
	}
	askedAt := time.Now()
	session, err := v.introspect(ctx, token)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrUnavailable, err)
	}
	v.lock.Lock()
	defer v.lock.Unlock()
	if len(v.known) >= maxTokens {
		v.known = map[[sha256.Size]byte]known{}
	}
	v.known[key] = known{session, askedAt}
	return session, nil
}

func (v *Verifier) introspect(ctx context.Context, token string) (*Session, error) {
	body, err := json.Marshal(map[string]string{"token": token})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url+"/auth/introspect/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+v.serviceKey)
	request.Header.Set("Content-Type", "application/json")
	answer, err := v.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	}
	session := &Session{}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswerBytes)).Decode(session); err != nil {
		return nil, err
	}
	if !session.Active {
		return nil, nil
	}
	return session, nil
}

type contextKey struct{}

// Require lets requests through whose token is that of a live session, which From then finds.
func (v *Verifier) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "Token") {
			token = ""
		}
		session, err := v.Verify(r.Context(), strings.TrimSpace(token))
		switch {
		case err != nil:
			http.Error(w, "Sign-in can't be checked right now. Try again in a moment.", http.StatusServiceUnavailable)
		case session == nil:
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "Sign in first.", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, session)))
		}
	})
}

// From returns the session of a request that Require let through.
func From(ctx context.Context) *Session {
	session, _ := ctx.Value(contextKey{}).(*Session)
	return session
}

// Whether form and checksum are those of a token, which needs no question.
func isToken(text string) bool {
	if !shape.MatchString(text) {
		return false
	}
	checked, checksum := text[:len(text)-checksumLength], text[len(text)-checksumLength:]
	rest := uint64(crc32.ChecksumIEEE([]byte(checked))) % 916_132_832 // 62 to the power of 5
	digits := make([]byte, checksumLength)
	for at := checksumLength - 1; at >= 0; at-- {
		digits[at] = alphabet[rest%62]
		rest /= 62
	}
	return string(digits) == checksum
}
