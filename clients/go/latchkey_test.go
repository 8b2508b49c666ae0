package latchkey

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// Run by “npm run clients”, which starts a Latchkey and gives tokens.
var url, key, live, ended = os.Getenv("LATCHKEY_URL"), os.Getenv("LATCHKEY_KEY"), os.Getenv("LATCHKEY_LIVE"), os.Getenv("LATCHKEY_ENDED")

func TestSessions(t *testing.T) {
	verifier := New(url+"/", key)
	for i := 0; i < 3; i++ {
		session, err := verifier.Verify(context.Background(), live)
		if err != nil || session == nil || session.Username != os.Getenv("LATCHKEY_USERNAME") || session.UserID == "" || session.ID == "" {
			t.Fatalf("the live token: %+v, %v", session, err)
		}
	}
	for _, token := range []string{ended, "", live[:len(live)-1] + "~", live + "\n", key} {
		if session, err := verifier.Verify(context.Background(), token); session != nil || err != nil {
			t.Fatalf("%q: %+v, %v", token, session, err)
		}
	}
}

func TestNobodyIsLetInWithoutAnAnswer(t *testing.T) {
	for _, verifier := range []*Verifier{New(url, key[:len(key)-1]), New(os.Getenv("LATCHKEY_NOBODY"), key)} {
		if session, err := verifier.Verify(context.Background(), live); session != nil || !errors.Is(err, ErrUnavailable) {
			t.Fatalf("%+v, %v", session, err)
		}
	}
}

func TestRequire(t *testing.T) {
	name := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(From(r.Context()).Username)) })
	for _, one := range []struct {
		verifier *Verifier
		header   string
		status   int
	}{
		{New(url, key), "Bearer " + live, 200},
		{New(url, key), "token " + live, 200},
		{New(url, key), "Basic " + live, 401},
		{New(url, key), "Bearer " + ended, 401},
		{New(url, key), "", 401},
		{New(os.Getenv("LATCHKEY_NOBODY"), key), "Bearer " + live, 503},
	} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Authorization", one.header)
		answer := httptest.NewRecorder()
		one.verifier.Require(name).ServeHTTP(answer, request)
		if answer.Code != one.status || (one.status == 200 && answer.Body.String() != os.Getenv("LATCHKEY_USERNAME")) {
			t.Fatalf("%q: %d %s", one.header, answer.Code, answer.Body)
		}
	}
}
