package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"newsbot/internal/rates"
)

// What a bank answers is told as what it is: one that has no list yet is well.
func TestDoctorOnRates(t *testing.T) {
	const list = `<rates><date>%s</date><item><title>USD</title><description>500.5</description><quant>1</quant><index/><change>0.00</change></item></rates>`
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   []string
	}{
		"a list": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, list, r.URL.Query().Get("fdate")) }, []string{"ok    rates: 1 currencies of nbk for 2026-11-20"}},
		"not published": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `<rates><date>%s</date></rates>`, r.URL.Query().Get("fdate"))
		}, []string{"ok    rates: the bank answers; it has not published today's list yet"}},
		"a page": {func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "<!doctype html><html><body>Технические работы</body></html>")
		}, []string{"FAIL  rates: not a list: ", "→ look at http://127.0.0.1:"}},
		"another day": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, list, "19.11.2026") }, []string{"FAIL  rates: not a list: ", "got 2026-11-19"}},
		"refused":     {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) }, []string{"FAIL  rates: refused: ", "403"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(tt.answer)
			defer srv.Close()
			s := settings{allowPrivate: true, ratesURL: srv.URL + "/rates", databaseURL: "sqlite:" + t.TempDir() + "/none.db", zone: time.UTC}
			now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
			for _, c := range checkRates(context.Background(), s, now) {
				for _, want := range tt.want {
					if !strings.Contains(c.String(), want) {
						t.Errorf("it does not say %q:\n%s", want, c)
					}
				}
			}
		})
	}
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	bank := rates.NewBank(settings{allowPrivate: true}.reader(), rates.Book{}, closed.URL)
	if c := checkBank(context.Background(), settings{databaseURL: "sqlite:" + t.TempDir() + "/none.db"}, "rates", bank, closed.URL, time.Now()); !strings.HasPrefix(c.String(), "FAIL  rates: unreachable: ") {
		t.Errorf("a bank that does not answer: %s", c)
	}
}
