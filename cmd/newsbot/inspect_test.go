package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// inspect page prints the address that a page gives as its own when that is of its site,
// and the fields that it has always had.
func TestInspectPageAddress(t *testing.T) {
	head := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Мост открыли</title>`+head+`</head><body><article><h1>Мост открыли</h1>`+
			strings.Repeat("<p>Новый мост через реку Или открыли утром для всех машин, кроме грузовых, сообщили в акимате области.</p>", 5)+`</article></body></html>`) //nolint:errcheck // a test server
	}))
	defer srv.Close()
	at := srv.URL + "/amp/bridge-7?utm_source=x"
	for _, tt := range []struct{ name, head, want string }{
		{"none", "", at},
		{"its own", `<link rel="canonical" href="/bridge-7">`, srv.URL + "/bridge-7"},
		{"by og:url", `<meta property="og:url" content="` + srv.URL + `/bridge-7">`, srv.URL + "/bridge-7"},
		{"another site's", `<link rel="canonical" href="https://other.example/bridge-7">`, at},
		{"the front page", `<link rel="canonical" href="/">`, at},
		{"javascript", `<link rel="canonical" href="javascript:alert(1)">`, at},
	} {
		head = tt.head
		out, stderr, code := call(t, nil, "inspect", "page", at, "--json")
		if code != 0 {
			t.Fatalf("%s: exit code %d: %s", tt.name, code, stderr)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got["url"] != tt.want || len(got) != 7 {
			t.Errorf("%s: %v, want %s; %d fields", tt.name, got["url"], tt.want, len(got))
		}
		for _, field := range []string{"url", "title", "author", "published_at", "language", "image", "text"} {
			if _, ok := got[field].(string); !ok {
				t.Errorf("%s: no %s", tt.name, field)
			}
		}
	}
}
