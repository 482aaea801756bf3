package rates

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"newsbot/internal/fetch"
)

// cbrList is a daily list with the given items, in windows-1251 as the bank writes it.
func cbrList(date string, items ...string) string {
	body, err := charmap.Windows1251.NewEncoder().String(`<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="` + date + `" name="Foreign Currency Market">` + strings.Join(items, "") + `</ValCurs>`)
	if err != nil {
		panic(err)
	}
	return body
}

func valute(code, nominal, value string) string {
	return `<Valute ID="R1"><NumCode>000</NumCode><CharCode>` + code + `</CharCode><Nominal>` + nominal + `</Nominal><Name>Некая валюта</Name><Value>` + value + `</Value><VunitRate>` + value + `</VunitRate></Valute>`
}

func TestParseCBR(t *testing.T) {
	usd, kzt := valute("USD", "1", "80,5000"), valute("KZT", "100", "16,1000")
	utf8List := strings.Replace(`<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="14.05.2026">`+usd+`</ValCurs>`, "windows-1251", "UTF-8", 1)
	tests := []struct {
		name, body, want string
		is               error
	}{
		{"two", cbrList("14.05.2026", usd, kzt), "2026-05-14 USD/1=80.5(0) KZT/100=16.1(0)", nil},
		{"slashes of old", cbrList("14.05.26", usd), "2026-05-14 USD/1=80.5(0)", nil},
		{"UTF-8", utf8List, "2026-05-14 USD/1=80.5(0)", nil},
		{"UTF-8 that says otherwise", strings.Replace(utf8List, "UTF-8", "windows-1251", 1), "2026-05-14 USD/1=80.5(0)", nil},
		{"no value", cbrList("14.05.2026", usd, valute("EUR", "1", "0,0000"), valute("GBP", "1", "n/a"), valute("JPY", "", "50"), valute("CNY", "1", "1,000,5")), "2026-05-14 USD/1=80.5(0)", nil},
		{"twice", cbrList("14.05.2026", usd, valute("EUR", "1", "90"), valute("EUR", "1", "91")), "2026-05-14 USD/1=80.5(0)", nil},
		{"an element inside of a value", cbrList("14.05.2026", usd, valute("EUR", "1", "9<b>0</b>,5")), "2026-05-14 USD/1=80.5(0)", nil},
		{"empty", cbrList("14.05.2026"), "", ErrNotPublished},
		{"an error in words", `<?xml version="1.0" encoding="windows-1251"?><ValCurs>Error in parameters</ValCurs>`, "", nil},
		{"no date", cbrList("", usd), "", nil},
		{"only zeros", cbrList("14.05.2026", valute("USD", "1", "0")), "", nil},
		{"web page", "<html></html>", "", nil},
		{"another bank's", listOf(dated + itemOf("USD", "1", "1", "0")), "", nil},
		{"another encoding", strings.Replace(utf8List, "UTF-8", "koi8-r", 1), "", nil},
		{"cut", cbrList("14.05.2026", usd)[:120], "", nil},
		{"DTD", "<!DOCTYPE x>" + cbrList("14.05.2026", usd), "", nil},
		{"too large", cbrList("14.05.2026", usd) + strings.Repeat(" ", maxBody), "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			day, err := ParseCBR([]byte(tt.body))
			if tt.want == "" {
				if err == nil || errors.Is(err, ErrNotPublished) != (tt.is == ErrNotPublished) {
					t.Errorf("got %s, %v", show(day), err)
				}
				return
			}
			if err != nil || show(day) != tt.want {
				t.Errorf("got %s, %v; want %s", show(day), err, tt.want)
			}
		})
	}
}

func TestCentralBankOfRussiaFetch(t *testing.T) {
	almaty := time.FixedZone("Almaty", 5*3600)
	asked := time.Date(2026, 5, 13, 22, 30, 0, 0, time.UTC).In(almaty) // the 14th there
	items := []string{valute("USD", "1", "80,5000"), valute("KZT", "100", "16,1000"), valute("UZS", "10000", "66,0000")}
	tests := []struct {
		name, base, body, want string
		is                     error
	}{
		{"crossed", "KZT", cbrList("14.05.2026", items...), "2026-05-14 RUB/1=6.21118012(0) USD/1=500(0) UZS/10000=409.9378882(0)", nil},
		{"in roubles", "RUB", cbrList("14.05.2026", items...), "2026-05-14 USD/1=80.5(0) KZT/100=16.1(0) UZS/10000=66(0)", nil},
		{"in dollars", "USD", cbrList("14.05.2026", items...), "2026-05-14 RUB/100=1.24223602(0) KZT/1000=2(0) UZS/100000=8.19875776(0)", nil},
		{"a day off", "KZT", cbrList("12.05.2026", items...), "", ErrNotPublished},
		{"a day ahead", "KZT", cbrList("15.05.2026", items...), "", ErrOtherDay},
		{"an empty one of a day ahead", "KZT", cbrList("15.05.2026"), "", ErrOtherDay},
		{"without the base", "KZT", cbrList("14.05.2026", items[0]), "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var query string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				query = r.URL.Query().Get("date_req")
				w.Header().Set("Content-Type", "application/xml; charset=windows-1251")
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			day, err := NewBank(fetch.New(fetch.Options{AllowPrivate: true}), book(t, CBR, tt.base), server.URL).Fetch(t.Context(), asked)
			if query != "14/05/2026" {
				t.Errorf("asked for %q", query)
			}
			if tt.want == "" {
				if err == nil || tt.is != nil && !errors.Is(err, tt.is) {
					t.Errorf("got %s, %v; want %v", show(day), err, tt.is)
				}
				return
			}
			if err != nil || show(day) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", show(day), err, tt.want)
			}
		})
	}
}

func FuzzParseCBR(f *testing.F) {
	f.Add([]byte(cbrList("14.05.2026", valute("USD", "1", "80,5"), valute("KZT", "100", "16,1"))))
	f.Add([]byte("<ValCurs Date='01.01.2026'/>"))
	f.Add([]byte("&\xe0 "))
	f.Fuzz(func(t *testing.T, body []byte) {
		day, err := ParseCBR(body)
		if err != nil {
			if len(day.Rates) > 0 || !utf8.ValidString(err.Error()) {
				t.Fatalf("bad failure: %v %q", day, err)
			}
			return
		}
		for _, r := range day.Rates {
			if !codePattern.MatchString(r.Code) || !known(r) {
				t.Fatalf("not a rate: %+v", r)
			}
		}
		if crossed, err := Cross(day, "RUB", "KZT"); err == nil && len(crossed.Rates) > len(day.Rates) {
			t.Fatalf("crossed %v to %v", day, crossed)
		}
	})
}
