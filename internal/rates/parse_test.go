package rates

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// listOf is a get_rates answer with the given inside.
func listOf(inside string) string {
	return `<?xml version="1.0" encoding="utf-8"?>
<rates>
  <generator>Test bank</generator><title>Rates</title><link>bank.example</link>
  ` + inside + `
</rates>`
}

func itemOf(code, value, quant, change string) string {
	return fmt.Sprintf("<item><fullname>ВАЛЮТА</fullname><title>%s</title><description>%s</description><quant>%s</quant><index>UP</index><change>%s</change></item>", code, value, quant, change)
}

const dated = "<date>14.05.2026</date>"

// show writes a day on one line: 2026-05-14 USD 1×500.25 +0.5, …
func show(d Day) string {
	var b strings.Builder
	b.WriteString(d.Date.Format(time.DateOnly))
	for _, r := range d.Rates {
		fmt.Fprintf(&b, " %s/%d=%s(%s)", r.Code, r.Nominal, r.Value, r.Change)
	}
	return b.String()
}

func TestParse(t *testing.T) {
	rss := func(items string) string {
		return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Rates</title><language>ru</language>` + items + `</channel></rss>`
	}
	rssItem := func(code, date, value string) string {
		return `<item><title>` + code + `</title><pubDate>` + date + `</pubDate><description>` + value + `</description><quant>1</quant><index></index><change>0.00</change><link /></item>`
	}
	usd := itemOf("USD", "501.25", "1", "+0.50")
	const onlyUSD = "2026-05-14 USD/1=501.25(0.5)"
	tests := []struct{ name, body, want string }{
		{"one currency", listOf(dated + usd), onlyUSD},
		{"nominals", listOf(dated + itemOf("AMD", "13.1", "10", "-0.02") + itemOf("KRW", "34", "100", "0.00") + itemOf("VND", "19.8", "1000", "-0") + itemOf("IRR", "3", "10000", "")),
			"2026-05-14 AMD/10=13.1(-0.02) KRW/100=34(0) VND/1000=19.8(0) IRR/10000=3(0)"},
		{"two-digit year", listOf("<date>14.05.26</date>" + usd), onlyUSD},
		{"blanks around", listOf("<date>\n 14.05.2026\t</date>" + itemOf(" usd\n", " 501.25 ", " 1 ", " +0.50 ")), onlyUSD},
		{"byte order mark", "\xef\xbb\xbf" + listOf(dated+usd), onlyUSD},
		{"index against the change", listOf(dated + strings.Replace(itemOf("INR", "5.8", "1", "0.00"), "UP", "DOWN", 1)), "2026-05-14 INR/1=5.8(0)"},
		{"self-closing index", listOf(dated + strings.Replace(usd, "<index>UP</index>", "<index />", 1)), onlyUSD},
		{"info beside items", listOf(dated + "<info>ok</info>" + usd), onlyUSD},
		{"comment and instruction", listOf(dated+"<!-- x --><?pi?>"+usd) + "\n<!-- end -->\n", onlyUSD},
		{"date after the items", listOf(usd + dated), onlyUSD},
		{"zero, zeros, text, negative, exponent, comma and nothing are no value", listOf(dated + itemOf("EUR", "0", "1", "0") + itemOf("GBP", "0.0", "1", "0") +
			itemOf("CHF", "null", "1", "0") + itemOf("CAD", "-3", "1", "0") + itemOf("JPY", "1e999999999", "1", "0") + itemOf("SEK", "48,25", "1", "0") + itemOf("NOK", "", "1", "0") + usd), onlyUSD},
		{"no nominal, zero, negative, broken and huge are no nominal", listOf(dated + itemOf("EUR", "1", "", "0") + itemOf("GBP", "1", "0", "0") + itemOf("CHF", "1", "-1", "0") +
			itemOf("CAD", "1", "1.5", "0") + itemOf("JPY", "1", "99999999999999999999", "0") + usd), onlyUSD},
		{"an item without its elements", listOf(dated + "<item/><item><title>EUR</title></item>" + usd), onlyUSD},
		{"codes that are none", listOf(dated + itemOf("", "1", "1", "0") + itemOf("US", "1", "1", "0") + itemOf("ДОЛ", "1", "1", "0") + itemOf("USDX", "1", "1", "0") + usd), onlyUSD},
		{"change that makes no sense", listOf(dated + itemOf("USD", "501.25", "1", "n/a") + itemOf("EUR", "10", "1", "+10") + itemOf("GBP", "10", "1", "-20")), "2026-05-14 USD/1=501.25(0) EUR/1=10(0) GBP/1=10(-20)"},
		{"listed twice alike", listOf(dated + usd + itemOf("USD", "501.250", "1", "+0.50")), onlyUSD},
		{"listed twice with two values", listOf(dated + itemOf("EUR", "580", "1", "0") + usd + itemOf("EUR", "590", "1", "0")), onlyUSD},
		{"two values in one item", listOf(dated + strings.Replace(itemOf("EUR", "580", "1", "0"), "<quant>", "<description>590</description><quant>", 1) + usd), onlyUSD},
		{"elements inside of values", listOf(dated + itemOf("EUR", "5<b>8</b>0", "1", "0") + itemOf("GBP", "6", "1<b/>0", "0") + itemOf("C<i/>HF", "6", "1", "0") + usd), onlyUSD},
		{"rouble of old", listOf("<date>14.05.2003</date>" + itemOf("RUR", "4.9", "1", "0")), "2003-05-14 RUB/1=4.9(0)"},
		{"rouble before 1998", listOf("<date>14.05.1996</date>" + itemOf("RUR", "0.0131", "1", "0")), "1996-05-14 RUR/1=0.0131(0)"},
		{"rss", rss(rssItem("USD", "14.05.26", "501.25") + rssItem("EUR", "14.05.2026", "580")), "2026-05-14 USD/1=501.25(0) EUR/1=580(0)"},
		{"rss with dead currencies", rss(rssItem("EEK", "31.12.10", "11.9") + rssItem("USD", "14.05.26", "501.25") + rssItem("LVL", "31.12.13", "293") + rssItem("EUR", "14.05.26", "580")), "2026-05-14 USD/1=501.25(0) EUR/1=580(0)"},
		{"rss with one date in the future", rss(rssItem("USD", "14.05.26", "501.25") + rssItem("LVL", "31.12.68", "293") + rssItem("EUR", "14.05.26", "580")), "2026-05-14 USD/1=501.25(0) EUR/1=580(0)"},
		{"rss, one item each", rss(rssItem("LVL", "31.12.13", "293") + rssItem("USD", "14.05.26", "501.25")), "2026-05-14 USD/1=501.25(0)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			day, err := Parse([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := show(day); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	usd := itemOf("USD", "501.25", "1", "+0.50")
	tests := []struct{ name, body, reason string }{
		{"nothing", "", "no XML"},
		{"blanks", " \n ", "no XML"},
		{"text", "Service unavailable", "text outside"},
		{"web page", "<html><body>502 Bad Gateway</body></html>", "<html>"},
		{"web page with doctype", "<!DOCTYPE html><html><head></head></html>", "document type"},
		{"entity bomb", `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rates><date>&b;</date></rates>`, "document type"},
		{"unknown entity", listOf(dated + itemOf("USD", "&nbsp;5", "1", "0")), "XML"},
		{"other root", "<feed><item/></feed>", "<feed>"},
		{"JSON", `{"rates":[]}`, "text outside"},
		{"feed without items", "<rss><channel><title>Service unavailable</title></channel></rss>", "a feed without rates"},
		{"feed of nothing", "<rss/>", "a feed without rates"},
		{"cut", listOf(dated + usd)[:200], "XML"},
		{"cut before the end tag", strings.TrimSuffix(listOf(dated+usd), "</rates>"), "XML"},
		{"junk after", listOf(dated+usd) + "<script/>", "second root"},
		{"text after", listOf(dated+usd) + "ok", "text outside"},
		{"no date", listOf(usd), "date of the list"},
		{"two dates", listOf(dated + "<date>15.05.2026</date>" + usd), "date of the list"},
		{"date of another form", listOf("<date>2026-05-14</date>" + usd), "not a date"},
		{"date that is none", listOf("<date>31.02.2026</date>" + usd), "not a date"},
		{"date with an element in it", listOf("<date>14.05.20<b>2</b>26</date>" + usd), "not a date"},
		{"only zeros", listOf(dated + itemOf("USD", "0.0", "1", "0") + itemOf("EUR", "0", "1", "0")), "none of 2 items"},
		{"rss without dates", `<rss><channel>` + usd + `</channel></rss>`, "no item has a date"},
		{"invalid UTF-8", listOf(dated + itemOf("US\xff", "1", "1", "0")), "UTF-8"},
		{"other encoding", strings.Replace(listOf(dated+usd), "utf-8", "windows-1251", 1), "the bank writes UTF-8"},
		{"too large", listOf(dated + usd + strings.Repeat(" ", maxBody)), "too many"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			day, err := Parse([]byte(tt.body))
			if err == nil {
				t.Fatalf("no error, but %s", show(day))
			}
			if errors.Is(err, ErrNotPublished) {
				t.Errorf("taken for not published: %v", err)
			}
			if !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("error %q does not say %q", err, tt.reason)
			}
		})
	}
}

func TestParseNotPublished(t *testing.T) {
	for name, body := range map[string]string{
		"no items":       listOf(dated),
		"no date either": listOf(""),
		"self-closing":   "<rates/>",
		"info":           listOf(dated + "<info>Курсов нет</info>"),
	} {
		t.Run(name, func(t *testing.T) {
			day, err := Parse([]byte(body))
			if !errors.Is(err, ErrNotPublished) {
				t.Errorf("got %v, want ErrNotPublished", err)
			}
			if got := !day.Date.IsZero(); got != strings.Contains(body, "<date>") || len(day.Rates) != 0 {
				t.Errorf("got %+v", day)
			}
		})
	}
}

// FuzzParse holds what no list may break: no panic, and nothing that is shown
// as a number unless it is one.
func FuzzParse(f *testing.F) {
	f.Add([]byte(listOf(dated + itemOf("USD", "501.25", "1", "+0.50"))))
	f.Add([]byte(`<rss><channel><item><title>EUR</title><pubDate>14.05.26</pubDate><description>58</description><quant>10</quant><change>-1</change></item></channel></rss>`))
	f.Add([]byte("<rates/>"))
	f.Add([]byte("<!DOCTYPE html>"))
	f.Add([]byte("\xef\xbb\xbf<rates><date>01.01.01</date><item/></rates>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		day, err := Parse(body)
		if err != nil {
			if len(day.Rates) > 0 || !utf8.ValidString(err.Error()) {
				t.Fatalf("bad failure: %v %q", day, err)
			}
			return
		}
		if day.Date.IsZero() || day.Date != day.Date.Truncate(24*time.Hour) || len(day.Rates) == 0 {
			t.Fatalf("not a day: %v", day)
		}
		seen := map[string]bool{}
		for _, r := range day.Rates {
			if !codePattern.MatchString(r.Code) || seen[r.Code] || r.Nominal <= 0 || !r.UnitValue().IsPositive() || !r.Value.Sub(r.Change).IsPositive() {
				t.Fatalf("not a rate: %+v", r)
			}
			seen[r.Code] = true
		}
	})
}
