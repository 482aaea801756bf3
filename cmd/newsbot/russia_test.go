package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// bankOfRussia answers as that bank does: for a day without a list of its own,
// Sundays and Mondays here, and for days ahead with the last list before it.
func bankOfRussia(t *testing.T) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		date, err := time.Parse("02/01/2006", r.URL.Query().Get("date_req"))
		if err != nil {
			http.Error(w, "Error in parameters", http.StatusBadRequest)
			return
		}
		if now := time.Now().UTC(); date.After(now) {
			date = now
		}
		for date.Weekday() == time.Sunday || date.Weekday() == time.Monday {
			date = date.AddDate(0, 0, -1)
		}
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><ValCurs Date="%s" name="Foreign Currency Market">`, date.Format("02.01.2006"))
		for code, line := range map[string][2]string{"USD": {"1", "81,2500"}, "EUR": {"1", "94,2000"}, "CNY": {"1", "11,2345"}, "KZT": {"100", "15,2000"}, "UZS": {"10000", "65,0000"}} {
			fmt.Fprintf(w, `<Valute ID="R1"><CharCode>%s</CharCode><Nominal>%s</Nominal><Value>%s</Value></Valute>`, code, line[0], line[1])
		}
		fmt.Fprint(w, `</ValCurs>`)
	}))
	t.Cleanup(web.Close)
	return web.URL + "/XML_daily.asp"
}

// The whole program is a bot for Russia, or for Uzbekistan, by its settings, and
// keeps the one's rates from the other's on one database.
func TestBotOfAnotherCountry(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	database := "sqlite:" + w.path("newsbot.db")
	bank := bankOfRussia(t)
	p := w.start(database, "RATES_PROVIDER=cbr", "RATES_URL="+bank, "TIMEZONE=Europe/Moscow")
	p.says("rates stored", 20*time.Second)
	w.say(other, "/start")
	w.say(other, "/rates")
	w.sees(other, "Курсы Банка России", "81,25\u00a0₽", "100\u00a0KZT", "Источник: Банк России")
	w.say(other, "100 usd")
	w.sees(other, "8\u00a0125,00\u00a0₽")
	w.say(other, "5000 руб в евро")
	w.sees(other, "53,08\u00a0EUR")
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}

	p = w.start(database, "RATES_PROVIDER=cbr", "RATES_BASE=UZS", "RATES_URL="+bank, "TIMEZONE=Asia/Tashkent")
	p.says("rates stored", 20*time.Second)
	w.say(reader, "/start")
	w.say(reader, "/rates")
	w.sees(reader, "12\u00a0500,00\u00a0UZS", "ресми бағам емес")
	if code := p.stop(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}
