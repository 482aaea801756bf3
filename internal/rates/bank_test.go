package rates

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"newsbot/internal/fetch"
)

func TestNationalBankFetch(t *testing.T) {
	almaty := time.FixedZone("Almaty", 5*3600)
	// 22:30 UTC on the 13th is the 14th in Almaty.
	asked := time.Date(2026, 5, 13, 22, 30, 0, 0, time.UTC).In(almaty)
	usd := itemOf("USD", "501.25", "1", "+0.50")
	tests := []struct {
		name   string
		status int
		body   string
		want   string
		is     error
	}{
		{"published", 200, listOf(dated + usd), "2026-05-14 USD/1=501.25(0.5)", nil},
		{"not published", 200, listOf(dated), "", ErrNotPublished},
		{"empty, and of the day before", 200, listOf("<date>13.05.2026</date>"), "", ErrNotPublished},
		{"empty, and of the day after", 200, listOf("<date>15.05.2026</date>"), "", ErrOtherDay},
		{"another day", 200, listOf("<date>13.05.2026</date>" + usd), "", ErrOtherDay},
		{"web page", 200, "<html></html>", "", nil},
		{"zeros", 200, listOf(dated + itemOf("USD", "0.0", "1", "0")), "", nil},
		{"unavailable", 503, "<html></html>", "", nil},
		{"too large", 200, listOf(dated + usd + string(make([]byte, maxBody))), "", fetch.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var query string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query = r.URL.RawQuery
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			bank := NewBank(fetch.New(fetch.Options{AllowPrivate: true}), Book{}, server.URL+"/rates?switch=kazakh&fdate=")
			day, err := bank.Fetch(t.Context(), asked)
			if query != "fdate=14.05.2026&switch=kazakh" {
				t.Errorf("asked with %q", query)
			}
			if tt.want != "" {
				if err != nil || show(day) != tt.want {
					t.Errorf("got %s, %v; want %s", show(day), err, tt.want)
				}
				return
			}
			if err == nil {
				t.Fatalf("no error, but %s", show(day))
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %v", err, tt.is)
			}
			var status *fetch.StatusError
			if tt.status >= 400 && (!errors.As(err, &status) || status.Code != tt.status) {
				t.Errorf("got %v, want status %d", err, tt.status)
			}
		})
	}
}

func TestNationalBankUnreachable(t *testing.T) {
	client := fetch.New(fetch.Options{AllowPrivate: true, Timeout: time.Second})
	for name, address := range map[string]string{"nobody listens": "http://127.0.0.1:1/", "not an address": "://"} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewBank(client, Book{}, address).Fetch(t.Context(), time.Now()); err == nil {
				t.Error("no error")
			}
		})
	}
}
