package rates

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"newsbot/internal/fetch"
)

// What goes wrong between the bot and a bank is told apart.
func TestTroubleOf(t *testing.T) {
	day := time.Date(2026, 5, 14, 0, 0, 0, 0, time.UTC)
	good := listOf(`<date>14.05.2026</date>` + itemOf("USD", "1", "500", "0"))
	for _, tt := range []struct {
		name   string
		status int
		body   string
		secure bool // with a certificate that nobody knows
		gone   bool
		want   Trouble
	}{
		{"503", 503, "<html></html>", false, false, Refused},
		{"a page of HTML", 200, "<html></html>", false, false, NotAList},
		{"cut", 200, good[:60], false, false, NotAList},
		{"another day", 200, listOf(`<date>13.05.2026</date>` + itemOf("USD", "1", "500", "0")), false, false, NotAList},
		{"only zeros", 200, listOf(`<date>14.05.2026</date>` + itemOf("USD", "1", "0", "0")), false, false, NotAList},
		{"a certificate of nobody's", 200, good, true, false, Certificate},
		{"nobody there", 0, "", false, true, Unreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				w.Write([]byte(tt.body))
			})
			web := httptest.NewUnstartedServer(handler)
			if tt.secure {
				web.StartTLS()
			} else {
				web.Start()
			}
			defer web.Close()
			if tt.gone {
				web.Close()
			}
			client := fetch.New(fetch.Options{AllowPrivate: true})
			defer client.Close()
			_, err := NewBank(client, Book{}, web.URL).Fetch(t.Context(), day)
			if got := TroubleOf(err); err == nil || got != tt.want {
				t.Errorf("%q, want %q: %v", got, tt.want, err)
			}
		})
	}
	if got := TroubleOf(&NoRateError{Code: "UZS"}); got != NoBase {
		t.Errorf("a list without the base: %q", got)
	}
	if got := TroubleOf(errors.New("connection reset")); got != Unreachable {
		t.Errorf("anything else: %q", got)
	}
}
